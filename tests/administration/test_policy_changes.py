"""A change of the policies is staged: files laid over those in force."""

import pytest

from authz.administration import policy_changes, policy_comments, policy_revisions
from authz.administration.desk import Refused
from authz.administration.policy_changes import restage, stage
from authz.errors import Conflict, Forbidden, InvalidChange, NotFound, RequestError
from tests.administration.names import AMINA
from tests.administration.policy_desks import (
    CATALOGUE,
    FILES,
    OPERATOR,
    RULES,
    WIDER,
    write,
)


def test_a_staged_change_holds_the_whole_directory(desks):
    change = desks.staged()
    assert policy_changes.candidate(desks.operator, change.number) == {
        **FILES,
        "desk.polar": WIDER.encode(),
    }
    assert policy_changes.base(desks.operator, change.number) == FILES
    assert (change.status, change.author_label) == ("draft", OPERATOR)
    assert change.base_revision == desks.site.current().revision
    assert not change.is_outdated


def test_a_bare_name_goes_where_the_one_file_of_that_name_is(desks):
    change = desks.staged(**{"people.yaml": b"subjects: {ann: {}}\n"})
    files = policy_changes.candidate(desks.operator, change.number)
    assert files["fixtures/people.yaml"] == b"subjects: {ann: {}}\n"
    assert "people.yaml" not in files


def test_files_can_be_added_and_deleted(desks):
    change = stage(
        desks.operator,
        desks.site,
        title="t",
        files={"more/other_test.yaml": b"suite: o\n", "more.polar": b'more("x");\n'},
        delete=["fixtures/people.yaml"],
    )
    files = policy_changes.candidate(desks.operator, change.number)
    assert files.keys() - FILES.keys() == {"more/other_test.yaml", "more.polar"}
    assert FILES.keys() - files.keys() == {"fixtures/people.yaml"}


@pytest.mark.parametrize(
    ("files", "delete", "field", "message"),
    [
        pytest.param({}, (), "files", "nothing is different", id="nothing"),
        pytest.param(
            {"desk.polar": RULES.encode()}, (), "files", "nothing is different", id="same"
        ),
        pytest.param({"../desk.polar": b"x"}, (), "files", "is no name", id="outside"),
        pytest.param({"/etc/x.yaml": b"x"}, (), "files", "is no name", id="absolute"),
        pytest.param({".git/x.yaml": b"x"}, (), "files", "is no name", id="hidden"),
        pytest.param({"a/b/c/d/x.yaml": b"x"}, (), "files", "is no name", id="deep"),
        pytest.param({"x\n.yaml": b"x"}, (), "files", "is no name", id="line end"),
        pytest.param({"a.b/x.yaml": b"x"}, (), "files", "is no name", id="dotted folder"),
        pytest.param({"run.sh": b"x"}, (), "files", "no policy file", id="other kind"),
        pytest.param({"x/y.polar": b"x"}, (), "files", "itself", id="rules in a folder"),
        pytest.param({"desk.polar": b"\xff"}, (), "files", "not UTF-8", id="bytes"),
        pytest.param(
            {"desk.polar": b"#" * 65_537}, (), "files", "larger than", id="large rules"
        ),
        pytest.param(
            {"t_test.yaml": b"#" * 1_048_577}, (), "files", "larger", id="large test"
        ),
        pytest.param(
            {f"r{n}.polar": b"#" * 65_536 for n in range(16)},
            (),
            "files",
            "policy set is larger",
            id="large set",
        ),
        pytest.param(
            {f"t{n}_test.yaml": b"" for n in range(500)},
            (),
            "files",
            "more than 500 files",
            id="many files",
        ),
        pytest.param({}, ("desk.pola",), "delete", "did you mean", id="misspelt"),
        pytest.param({}, ("desk.polar",), "files", "no policy file", id="nothing left"),
    ],
)
def test_what_is_no_policy_directory_is_refused(
    desks,
    files,
    delete,
    field,
    message,
):
    with pytest.raises(InvalidChange, match=message) as refused:
        stage(desks.operator, desks.site, title="t", files=files, delete=delete)
    assert refused.value.field == field
    assert policy_changes.page(desks.operator, desks.site).changes == ()


@pytest.mark.parametrize("who", [AMINA, "root@gasmeter.example"])
def test_only_those_who_look_after_the_server_see_changes(desks, who):
    number = desks.staged().number
    desk = desks.desk(who)
    for refused in (
        lambda: policy_changes.page(desk, desks.site),
        lambda: policy_changes.find(desk, desks.site, number),
        lambda: policy_changes.candidate(desk, number),
        lambda: policy_revisions.turns(desk, desks.site),
        lambda: desks.staged(desk=desk),
        lambda: policy_comments.add(desk, number, "x"),
    ):
        with pytest.raises(Refused):
            refused()


def test_policies_that_open_themselves_to_a_company_open_nothing(desks):
    number = desks.staged().number
    wide = 'permit("desk.role-may", _s: User, _a, _r: Tenant, _c);\n'
    write(desks.directory, {"desk.polar": wide.encode()})
    desks.policies.reload()
    desk = desks.desk(AMINA)
    assert desk.may("policy:read", "tenant", "pwani")
    with pytest.raises(Forbidden, match="operators"):
        policy_changes.find(desk, desks.site, number)
    with pytest.raises(Forbidden, match="operators"):
        desks.staged(desk=desk)


def test_only_the_author_changes_and_withdraws(desks):
    number = desks.staged().number
    with pytest.raises(Conflict, match="only the author"):
        restage(desks.reviewer, desks.site, number, files={"desk.polar": b"x"})
    with pytest.raises(Conflict, match="only the author"):
        policy_changes.withdraw(desks.reviewer, desks.site, number)
    assert policy_changes.withdraw(desks.operator, desks.site, number).status == "withdrawn"
    with pytest.raises(Conflict, match="closed"):
        restage(desks.operator, desks.site, number, files={"desk.polar": b"x"})


def test_another_edit_is_laid_over_the_first(desks):
    change = desks.staged()
    catalogue = CATALOGUE.replace("Because", "As").encode()
    again = restage(
        desks.operator, desks.site, change.number, files={"desk.yaml": catalogue}
    )
    files = policy_changes.candidate(desks.operator, change.number)
    assert files["desk.polar"] == WIDER.encode()
    assert files["desk.yaml"] == catalogue
    assert again.version != change.version
    with pytest.raises(Conflict, match="since you opened it"):
        restage(
            desks.operator,
            desks.site,
            change.number,
            files={"desk.yaml": b""},
            version=change.version,
        )


def test_a_change_follows_the_policies_in_force(desks):
    change = desks.staged()
    catalogue = CATALOGUE.replace("Because", "As").encode()
    write(desks.directory, {"desk.yaml": catalogue})
    desks.policies.reload()
    assert policy_changes.find(desks.operator, desks.site, change.number).is_outdated
    again = restage(desks.operator, desks.site, change.number)
    assert not again.is_outdated
    files = policy_changes.candidate(desks.operator, change.number)
    assert (files["desk.polar"], files["desk.yaml"]) == (WIDER.encode(), catalogue)


def test_what_changed_on_both_sides_is_handed_in_again(desks):
    change = desks.staged()
    both = RULES.replace("# ", "") + "# by hand\n"
    write(desks.directory, {"desk.polar": both.encode()})
    desks.policies.reload()
    with pytest.raises(Conflict, match=r"`desk.polar` changed in force"):
        restage(desks.operator, desks.site, change.number, title="Another")
    mended = WIDER + "# by hand\n"
    files = {"desk.polar": mended.encode()}
    again = restage(desks.operator, desks.site, change.number, files=files)
    assert not again.is_outdated
    assert policy_changes.candidate(desks.operator, change.number) == {**FILES, **files}


def test_the_list_goes_on_and_is_narrowed(desks):
    numbers = [desks.staged().number for _ in range(3)]
    policy_changes.withdraw(desks.operator, desks.site, numbers[1])
    first = policy_changes.page(desks.operator, desks.site, limit=2)
    assert [one.number for one in first.changes] == numbers[:0:-1]
    rest = policy_changes.page(desks.operator, desks.site, before=first.next)
    assert ([one.number for one in rest.changes], rest.next) == ([numbers[0]], None)
    gone = policy_changes.page(desks.operator, desks.site, status="withdrawn")
    assert [one.number for one in gone.changes] == [numbers[1]]
    with pytest.raises(RequestError):
        policy_changes.page(desks.operator, desks.site, status="odd")
    with pytest.raises(NotFound):
        policy_changes.find(desks.operator, desks.site, 99)


def test_the_event_of_a_change_names_files_and_holds_nothing_of_them(desks):
    number = desks.staged().number
    entry = desks.events("system")[-1]
    assert (entry.action, entry.object_type, entry.object_id) == (
        "policy.staged",
        "policy_change",
        str(number),
    )
    assert '"desk.polar": {"sha256": ' in entry.after
    assert "permit" not in entry.after


def test_people_talk_about_a_change(desks):
    number = desks.staged().number
    policy_comments.add(desks.reviewer, number, " Why?\n\nIs it needed?  ")
    policy_comments.add(desks.operator, number, "Yes")
    said = [
        (c.author_label, c.text) for c in policy_comments.listed(desks.operator, number)
    ]
    assert said == [
        ("reviewer@gatehouse.example", "Why?\n\nIs it needed?"),
        (OPERATOR, "Yes"),
    ]
    with pytest.raises(InvalidChange):
        policy_comments.add(desks.operator, number, " \n")
    with pytest.raises(InvalidChange):
        policy_comments.add(desks.operator, number, "a\u202eb")
    steps = [step.action for step in policy_comments.history(desks.operator, number)]
    assert steps == ["policy.staged", "policy.commented", "policy.commented"]
