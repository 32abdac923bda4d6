"""Change requests on the pages: proposed, checked, ticked, approved, activated, undone."""

import io

import pytest

from authz.administration import policy_changes
from tests.administration.conftest import PASSWORD
from tests.console.conftest import FINANCE, OWNER
from tests.console.reviewing import (
    OPERATOR,
    REVIEWER,
    checked,
    failed,
    passed,
    settled,
    staged,
    wider,
)
from tests.shipped import POLICIES

LIST, ADD, ONE = "/policy-changes", "/policy-changes/add", "/policy-changes/1"


@pytest.fixture
def world(world, tmp_path):
    """The world, with a policy directory that may be written."""
    return settled(world, tmp_path)


@pytest.fixture
def operator(logged_in):
    return logged_in(OPERATOR)


@pytest.fixture
def reviewer(logged_in):
    return logged_in(REVIEWER)


def file(content=None, name="metering.polar"):
    return io.BytesIO(wider() if content is None else content), name


def sent(browser, path, page=None, **form):
    """A form with its version, as the page at the same address has it."""
    return browser.post(path, form, page=page or path)


def change(world):
    return policy_changes.find(world.desk(OPERATOR), world.site, 1)


def ticked(reviewer, number, gains):
    form = {"check": str(number), "gains": gains}
    return reviewer.post(f"{ONE}/gains", form, page=ONE)


def gains_of(page):
    return [part.split('"')[0] for part in page.split('name="gains" value="')[1:]]


@pytest.mark.parametrize("who", [OWNER, FINANCE])
def test_nobody_of_a_company_sees_what_is_proposed(world, logged_in, who):
    staged(world)
    browser = logged_in(who)
    for path in (LIST, ADD, ONE, f"{ONE}/edit", f"{ONE}/progress"):
        assert browser.get(path).status_code == 403


def test_an_empty_list_says_what_a_change_request_is(operator):
    page = operator.get(LIST).text
    assert "No change request" in page
    assert f'href="{ADD}"' in page


def test_files_are_proposed_and_the_difference_is_shown(operator):
    form = {"title": "Metrology", "description": "Since March.", "files": file()}
    assert operator.post(ADD, form, page=ADD).location == ONE
    page = operator.get(ONE).text
    assert "Metrology" in page
    assert "Since March." in page
    assert "&#34;metrology&#34;" in page
    assert '<span class="gain-word">+1</span> <span class="lose-word">−0</span>' in page
    listed = operator.get(LIST).text
    assert f'href="{ONE}"' in listed
    assert "Not checked yet" in listed
    assert f'href="{ONE}"' not in operator.get(f"{LIST}?status=active").text


def test_files_are_deleted_by_a_tick(world, operator):
    form = {"title": "Fewer", "delete": ["protected_pages_test.yaml"]}
    assert operator.post(ADD, form, page=ADD).location == ONE
    assert "protected_pages_test.yaml" not in policy_changes.candidate(
        world.desk(OPERATOR), 1
    )
    assert "Deleted" in operator.get(ONE).text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"title": "Nothing"}, "files"),
        ({"title": "", "files": b"role(1);"}, "title"),
        ({"title": "Not a kind", "files": (b"x", "rules.exe")}, "files"),
        ({"title": "Not there", "delete": ["none.polar"]}, "delete"),
    ],
    ids=["nothing-changed", "no-title", "no-policy-file", "unknown-file"],
)
def test_what_cannot_be_proposed_is_said_at_its_field(operator, form, field):
    if isinstance(form.get("files"), bytes):
        form = form | {"files": file(form["files"])}
    elif "files" in form:
        form = form | {"files": file(*form["files"])}
    answer = operator.post(ADD, form, page=ADD)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert f'value="{form["title"]}"' in answer.text
    assert "No change request" in operator.get(LIST).text


def test_a_form_with_files_may_be_larger_than_another(operator):
    large = {"title": "x", "files": file(b"#" * 300 * 1024)}
    answer = operator.post(ADD, large, page=ADD)
    assert answer.status_code == 422
    assert "65536 bytes" in answer.text
    again = {"files": file(b"#" * 300 * 1024)}
    assert operator.post("/profile", again, page="/profile").status_code == 413
    # WHY as text: the test client leaves the files open that it makes of large forms.
    kind = "multipart/form-data; boundary=x"
    huge = operator.send(ADD, b"#" * 1100 * 1024, content_type=kind)
    assert huge.status_code == 413


def test_the_author_edits_and_withdraws_and_nobody_else_does(world, operator, reviewer):
    staged(world)
    version = change(world).version
    edited = {"title": "Better", "description": "", "version": version}
    refused = reviewer.post(f"{ONE}/edit", edited, page=f"{ONE}/edit")
    assert refused.status_code == 409
    assert operator.post(f"{ONE}/edit", edited, page=f"{ONE}/edit").location == ONE
    assert "Better" in operator.get(ONE).text
    assert operator.post(f"{ONE}/edit", edited, page=f"{ONE}/edit").status_code == 409
    other = reviewer.post(f"{ONE}/withdraw", {"version": change(world).version}, page=ONE)
    assert other.status_code == 409
    assert change(world).status == "draft"
    operator.post(f"{ONE}/withdraw", {"version": change(world).version}, page=ONE)
    assert change(world).status == "withdrawn"
    assert "Withdrawn" in operator.get(ONE).text
    assert 'id="decide"' not in operator.get(ONE).text


def test_checks_are_started_and_watched(world, operator):
    staged(world)
    assert operator.post(f"{ONE}/check", page=ONE).location == ONE
    page = operator.get(ONE).text
    assert f'hx-get="{ONE}/progress"' in page
    assert "Being checked" in page
    part = {"HX-Request": "true"}
    assert "Waiting to begin" in operator.get(f"{ONE}/progress", headers=part).text
    assert operator.post(f"{ONE}/check", page=ONE).status_code == 409


def test_everything_that_the_checks_found_is_on_the_page(world, operator):
    staged(world)
    checked(world, 1, failed())
    page = operator.get(ONE).text
    for text in (
        "nothing asks for role_scope",
        "7,011 of 7,012 pass.",
        "a service company stays inside its supplier",
        "Competing suppliers stay apart",
        "Violated, confirmed",
        "Not proved",
        "the time was up",
        "suite: counterexample",
        "Service Tech, No Options and 10 more",
        "Nobody today, but it would be possible",
        "Deny becomes Allow",
        "1180 recorded decisions were made again.",
        "an attribute was masked",
        "6-7, 12",
        "The checks did not pass.",
    ):
        assert text in page, text
    assert "Checks failed" in page


def test_what_was_found_in_other_files_is_no_longer_shown(world, operator):
    staged(world)
    checked(world, 1, failed())
    form = {"title": "x", "version": change(world).version, "files": file(b"", "new.yaml")}
    assert operator.post(f"{ONE}/edit", form, page=f"{ONE}/edit").location == ONE
    page = operator.get(ONE).text
    assert "Violated, confirmed" not in page
    assert "Service Tech" not in page
    assert "The checks have not been made." in page


def test_a_change_is_approved_by_another_person_who_has_ticked_every_gain(
    world, operator, reviewer
):
    staged(world)
    number = checked(world, 1, passed())
    approve = {"check": str(number), "comment": "Fine."}
    author = operator.get(ONE).text
    assert "The author of a change does not approve it" in author
    assert operator.post(f"{ONE}/approve", approve, page=ONE).status_code == 409

    page = reviewer.get(ONE).text
    gains = gains_of(page)
    assert len(gains) == 2
    assert "2 of the gains are not ticked by you." in page
    assert reviewer.post(f"{ONE}/approve", approve, page=ONE).status_code == 409
    ticked(reviewer, number, gains[:1])
    assert "1 of the gains are not ticked by you." in reviewer.get(ONE).text
    assert reviewer.post(f"{ONE}/approve", approve, page=ONE).status_code == 409
    ticked(reviewer, number, gains)
    assert f"looked at by {REVIEWER}" in operator.get(ONE).text
    assert reviewer.post(f"{ONE}/approve", approve, page=ONE).location == ONE
    assert change(world).status == "approved"
    assert "Fine." in operator.get(ONE).text
    assert "policy.approved" in operator.get(ONE).text


def test_ticks_of_an_older_check_are_refused(world, reviewer):
    staged(world)
    first = checked(world, 1, passed())
    gains = gains_of(reviewer.get(ONE).text)
    checked(world, 1, passed())
    answer = ticked(reviewer, first, gains)
    assert answer.status_code == 409
    assert "There is another check by now" in answer.text


def test_approval_asks_for_the_own_password_and_keeps_the_form(world, reviewer):
    staged(world)
    number = checked(world, 1, passed())
    ticked(reviewer, number, gains_of(reviewer.get(ONE).text))
    world.clock.now += 301
    approve = {"check": str(number), "comment": "I looked."}
    asked = reviewer.post(f"{ONE}/approve", approve, page=ONE)
    assert asked.status_code == 422
    assert 'value="I looked."' in asked.text
    assert 'name="own_password"' in asked.text
    wrong = approve | {"own_password": "no, another one 1"}
    assert "The password is wrong." in reviewer.post(f"{ONE}/approve", wrong, page=ONE).text
    assert change(world).status == "checked"
    right = approve | {"own_password": PASSWORD}
    assert reviewer.post(f"{ONE}/approve", right, page=ONE).location == ONE
    assert change(world).status == "approved"


def test_a_change_is_rejected_for_a_reason(world, reviewer):
    staged(world)
    assert reviewer.post(f"{ONE}/reject", {"reason": " "}, page=ONE).status_code == 422
    assert reviewer.post(f"{ONE}/reject", {"reason": "Not now"}, page=ONE).location == ONE
    page = reviewer.get(ONE).text
    assert "Rejected" in page
    assert "Not now" in page


def test_a_change_is_talked_about(world, reviewer):
    staged(world)
    form = {"text": "Why <b>so</b> wide?"}
    assert reviewer.post(f"{ONE}/comments", form, page=ONE).location == ONE
    assert "Why &lt;b&gt;so&lt;/b&gt; wide?" in reviewer.get(ONE).text
    assert reviewer.post(f"{ONE}/comments", {"text": ""}, page=ONE).status_code == 422


def test_an_approved_change_decides_once_it_is_activated_and_is_rolled_back(
    world, operator, reviewer
):
    staged(world)
    number = checked(world, 1, passed())
    ticked(reviewer, number, gains_of(reviewer.get(ONE).text))
    reviewer.post(f"{ONE}/approve", {"check": str(number)}, page=ONE)
    form = {"version": change(world).version}
    assert reviewer.post(f"{ONE}/activate", form, page=ONE).status_code == 403
    before = world.site.current().revision
    assert operator.post(f"{ONE}/activate", form, page=ONE).location == ONE
    assert (world.site.directory / "metering.polar").read_bytes() == wider()
    assert world.site.current().revision == change(world).candidate_revision != before

    turns = operator.get("/policy-revisions").text
    assert turns.count("In force") == 1
    assert f'href="{ONE}"' in turns
    page = operator.get("/policy-revisions/1").text
    assert "&#34;metrology&#34;" in page
    assert "Look who would gain and lose" in page
    assert (
        operator.post("/policy-revisions/1", page="/policy-revisions/1").status_code == 303
    )
    assert (
        'hx-get="/policy-revisions/1/progress"' in operator.get("/policy-revisions/1").text
    )
    assert reviewer.post("/policy-revisions/1/roll-back", page=ONE).status_code == 403
    back = {"reason": "Too wide."}
    operator.post("/policy-revisions/1/roll-back", back, page="/policy-revisions/1")
    assert world.site.current().revision == before
    assert "Rolled back to" in operator.get("/policy-revisions").text
    shipped = (POLICIES / "metering.polar").read_bytes()
    assert (world.site.directory / "metering.polar").read_bytes() == shipped


def test_an_earlier_file_is_shown_as_it_was(world, operator):
    operator.get("/policies")
    path = "/policy-revisions/1/files/protected_pages.polar"
    assert 'id="L37"' in operator.get(path).text
    for gone in (
        "/policy-revisions/1/files/none.polar",
        "/policy-revisions/9/files/schema.yaml",
    ):
        assert operator.get(gone).status_code == 404


@pytest.mark.parametrize("id", ["0", "99", "x", "1x", "٣", "9" * 30])
@pytest.mark.parametrize("path", ["/policy-changes/{}", "/policy-revisions/{}"])
def test_a_number_that_is_none_is_not_there(world, operator, path, id):
    staged(world)
    assert operator.get(path.format(id)).status_code == 404


def test_a_broken_directory_is_told_and_what_decides_is_shown(world, operator):
    operator.get("/policies")
    (world.site.directory / "metering.polar").write_text("permit(", "utf-8")
    world.site.reload()
    page = operator.get("/policies")
    assert page.status_code == 200
    assert "Degraded" in page.text
    assert "The files on disk are refused" in page.text
    assert "metering.polar" in page.text
