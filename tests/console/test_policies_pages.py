"""The pages of what is in force: files, policies, and what the checks said of them."""

import pytest

from authz.administration import policy_checking, policy_checks
from tests.console.conftest import FINANCE, OWNER, ROOT_ADMIN
from tests.console.reviewing import OPERATOR, REVIEWER, passed
from tests.shipped import POLICIES

LOCKED = "protected_pages.page-is-locked"
FILE = "/policies/protected_pages.polar"


@pytest.fixture
def operator(logged_in):
    return logged_in(OPERATOR)


@pytest.fixture
def looked_at(world):
    """The files in force, after the checks have looked at them."""
    desk = world.desk(REVIEWER)
    turn = policy_checks.policy_revisions.in_force(desk, world.site)
    check = policy_checks.start_reverse(desk, world.site, turn.content)
    policy_checking.run(world.database, check.number, lambda *_: passed(), lambda *_: None)


@pytest.mark.parametrize("who", [OWNER, ROOT_ADMIN, FINANCE])
def test_nobody_of_a_company_opens_the_pages_of_policies(logged_in, who):
    browser = logged_in(who)
    assert 'href="/policies"' not in browser.get("/").text
    for path in ("/policies", FILE, f"/policy/{LOCKED}", "/policy-revisions"):
        assert browser.get(path).status_code == 403


def test_the_list_shows_every_file_and_what_is_in_force(operator):
    page = operator.get("/policies").text
    for path in POLICIES.glob("*.polar"):
        assert f'href="/policies/{path.name}"' in page
    assert 'href="/policies/fixtures/people.yaml"' in page
    assert "Found on disk" in page
    assert "Nobody has run the checks on exactly these files yet." in page


def test_a_line_of_a_file_has_an_address(operator):
    page = operator.get(FILE).text
    lines = (POLICIES / "protected_pages.polar").read_text("utf-8").splitlines()
    assert page.count('aria-label="Line ') >= len(lines)
    assert 'id="L37"' in page
    assert f'id="L{len(lines)}"' in page
    assert f'id="L{len(lines) + 1}"' not in page
    assert '<span class="tok-k">forbid</span>' in page
    assert '<span class="tok-s">&#34;settings:read&#34;</span>' in page


def test_a_file_has_an_outline_of_its_policies_and_facts(operator):
    page = operator.get(FILE).text
    assert f'href="/policy/{LOCKED}"' in page
    assert "Protected pages stay closed until they are unlocked" in page
    assert '<a class="mono" href="#L6">protected</a>' in page
    schema = operator.get("/policies/schema.yaml").text
    assert 'href="#L40"' in schema


@pytest.mark.parametrize(
    "path", ["/policies/none.polar", "/policies/../config.yaml", "/policy/no.such-policy"]
)
def test_what_is_no_file_of_the_policies_is_not_there(operator, path):
    assert operator.get(path).status_code == 404


def test_a_policy_says_why_it_is_there_and_what_it_takes_part_in(operator):
    page = operator.get(f"/policy/{LOCKED}").text
    assert "What people are told" in page
    assert 'href="/policies/protected_pages.polar#L37"' in page
    assert "<code>settings:update</code>" in page
    assert "protected_pages_test.yaml:" in page


def test_a_policy_is_told_in_the_language_of_the_reader(world, operator):
    world.database.db.execute_sql("UPDATE account SET language = 'fr'")
    assert "Les pages protégées" in operator.get(f"/policy/{LOCKED}").text


def test_what_the_tests_never_reach_is_marked(operator, looked_at):
    page = operator.get(FILE).text
    assert page.count('class="untested"') == 3
    assert "Tests reach 47 of 49 lines that decide." in page
    overview = operator.get("/policies").text
    assert "47 of 49 lines" in overview
    assert "Nobody reaches another tenant" in overview
    assert "no decision depends on it" in overview
    assert "This policy never matters." in operator.get(f"/policy/{LOCKED}").text


def test_the_checks_of_what_is_in_force_are_started_and_watched(world, operator):
    assert operator.post("/policies", page="/policies").location == "/policies"
    page = operator.get("/policies").text
    assert 'hx-get="/policies/progress"' in page
    part = {"HX-Request": "true"}
    assert "<progress" in operator.get("/policies/progress", headers=part).text
    whole = operator.get("/policies/progress").text
    assert "<html" in whole
    assert "<progress" in whole
    number = policy_checks.reverse(
        world.desk(OPERATOR),
        world.site,
        policy_checks.policy_revisions.in_force(world.desk(OPERATOR), world.site).content,
    ).number
    policy_checking.run(world.database, number, lambda *_: passed(), lambda *_: None)
    over = operator.get("/policies/progress", headers=part)
    assert over.headers["HX-Redirect"] == "/policies"
    assert "<progress" not in operator.get("/policies").text
