"""What changes of a small set: its text, its vocabulary, and what it answers."""

import json

import pytest

from authz.assurance.differing.difference import compare_sets
from authz.assurance.differing.markdown import markdown
from tests.differing.sets import RULES, SCHEMA, side

OLD = side("old")
WEB = '  context.channel != "web";'


def difference(rules=RULES, schema=SCHEMA):
    return compare_sets(OLD, side("new", rules, schema))


def verdicts(found):
    return {kind.signature.action: kind.verdict for kind in found.verdicts.kinds}


def test_comments_and_layout_change_nothing():
    found = difference(
        RULES.replace("# Who", "# All who\n\n# ").replace(" and\n ", "\n  and")
    )
    assert {one.change for one in found.policies} == {"moved"}
    assert (found.clauses, found.schema_changes, found.changes) == ((), (), False)
    assert found.verdicts.counts["equal"] == 2


def test_an_edited_policy_a_new_fact_and_one_that_went_are_named_with_their_places():
    found = difference(
        RULES.replace(
            'can("clerk", "paper:edit");', 'can("boss", "paper:edit"); # "x"'
        ).replace('"web"', '"android"')
    )
    assert [(one.id, one.change, one.new_place) for one in found.policies] == [
        ("papers.edited-on-the-web", "changed", "papers.polar:12")
    ]
    assert [(one.change, one.text, one.place) for one in found.clauses] == [
        ("removed", 'can("clerk", "paper:edit");', "papers.polar:3"),
        ("added", 'can("boss", "paper:edit");', "papers.polar:3"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            WEB, '  context.channel = "android";', {"paper:edit": "looser"}, id="gain"
        ),
        pytest.param(
            "paper.owner = subject.id",
            "paper.id = subject.id",
            {"paper:read": "both"},
            id="both",
        ),
        pytest.param(
            "  role in subject.roles;",
            '  role in subject.roles and\n  subject.status = "active";',
            {"paper:read": "stricter", "paper:edit": "stricter"},
            id="loss",
        ),
        pytest.param(
            WEB,
            '  not context.channel = "web";',
            {},
            id="said otherwise",
        ),
    ],
)
def test_the_verdict_is_proved(old, new, expected):
    assert old in RULES
    assert verdicts(difference(RULES.replace(old, new))) == expected


def test_a_witness_is_small_and_says_what_oso_answers_in_both_sets():
    found = difference(RULES.replace(WEB, '  context.channel = "android";'))
    (kind,) = found.verdicts.kinds
    shown = kind.gain.document()
    assert (shown["old"], shown["new"], shown["determining"]) == (
        "deny",
        "allow",
        ["papers.by-role"],
    )
    assert shown["old_determining"] == ["papers.edited-on-the-web"]
    assert shown["subject"]["roles"] == ("clerk",)
    (test,) = json.loads(shown["test"])["tests"]
    assert (test["check"]["action"], test["expect"]) == ("paper:edit", "allow")


def test_a_kind_of_request_that_only_one_set_declares_is_denied_by_the_other():
    schema = SCHEMA.replace("[read, edit]", "[read, edit, print]")
    rules = RULES.replace(
        'can("clerk", "paper:edit");',
        'can("clerk", "paper:edit");can("clerk", "paper:print");',
    )
    found = difference(rules, schema)
    assert verdicts(found) == {"paper:print": "looser"}
    assert found.schema_changes == ("`paper`: the action `paper:print` is new",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "grade: {type: integer, source: stored}",
            "grade: {type: integer, source: stored, required: true}",
            "stricter",
            id="required",
        ),
        pytest.param(
            "owner: {type: string, source: stored, required: true}",
            "owner: {type: string, source: stored}",
            "looser",
            id="no longer required",
        ),
        pytest.param(
            "grade: {type: integer",
            "grade: {type: string",
            "undecided",
            id="of another type",
        ),
    ],
)
def test_what_the_schema_demands_is_part_of_the_answer(old, new, expected):
    assert old in SCHEMA
    rules = RULES.replace(
        "paper.owner = subject.id", 'paper.owner = subject.id or subject.id = "root"'
    )
    before = side("old", rules)
    found = compare_sets(before, side("new", rules, SCHEMA.replace(old, new)))
    assert {kind.verdict for kind in found.verdicts.kinds} == {expected}


ROLES = "roles: {type: string-set, source: stored, default: []}"
RECORDS = ROLES.replace("string-set", "record-set").replace(
    "}", ", fields: {role: string, since: integer}}"
)


@pytest.mark.parametrize("before", [ROLES, RECORDS], ids=["strings", "records"])
def test_a_set_that_must_be_there_now_denies_where_it_is_not(before):
    rules = RULES
    if before == RECORDS:
        rules = RULES.replace(
            "role in subject.roles", "one in subject.roles and\n  one.role = role"
        )
    was = SCHEMA.replace(ROLES, before)
    now = SCHEMA.replace(ROLES, before.replace("default: []", "required: true"))
    found = compare_sets(side("old", rules, was), side("new", rules, now))
    # Who edits has a role, so that the set is there.
    assert verdicts(found) == {"paper:read": "stricter"}
    assert found.verdicts.kinds[0].loss.request["subject"]["roles"] is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(
            ROLES,
            ROLES.replace("stored", "any"),
            "`subject.roles` was `source: stored`, and is `source: any`",
            id="of the subject",
        ),
        pytest.param(
            "source: caller",
            "source: request",
            "`context.channel` was `source: caller`, and is `source: request`",
            id="of the context",
        ),
        pytest.param(
            "    registrable: true",
            "    registrable: true\n    unregistered: true",
            "whether a `paper` must be registered is not as before",
            id="not registered",
        ),
        pytest.param(
            "facts: accounts",
            "facts: resources",
            "what is stored of `user` is taken from elsewhere than before",
            id="kept elsewhere",
        ),
    ],
)
def test_nothing_is_equal_where_the_same_request_has_other_values(old, new, reason):
    assert old in SCHEMA
    found = difference(schema=SCHEMA.replace(old, new))
    assert {(k.verdict, k.reason) for k in found.verdicts.kinds} == {("undecided", reason)}
    assert found.is_undecided


def test_another_source_of_what_nobody_reads_changes_nothing():
    grade = "grade: {type: integer, source: stored}"
    found = difference(schema=SCHEMA.replace(grade, grade.replace("stored", "any")))
    assert not found.verdicts.kinds


def test_what_one_does_to_oneself_is_asked_of_one_person():
    schema = SCHEMA.replace("  paper:\n", "    actions: {user: [rename]}\n  paper:\n")
    own = "person.id = subject.id and\n  person.tenant = subject.tenant"
    rules = RULES + (
        'permit("papers.renames", subject: User, "user:rename", person: User, _context)'
        f" if\n  {own};\n"
    )
    narrow = rules.replace(own, f"{own} and\n  person.status = subject.status")
    found = compare_sets(side("old", rules, schema), side("new", narrow, schema))
    assert found.verdicts.counts["equal"] == 3


def test_two_people_of_one_id_are_an_example_that_no_policy_test_can_ask():
    schema = SCHEMA.replace("  paper:\n", "    actions: {user: [rename]}\n  paper:\n")
    rules = RULES + (
        'permit("papers.renames", subject: User, "user:rename", person: User, _context)'
        " if\n  person.id = subject.id;\n"
    )
    own = "person.id = subject.id and\n  person.tenant = subject.tenant"
    narrow = rules.replace("person.id = subject.id", own)
    found = compare_sets(side("old", rules, schema), side("new", narrow, schema))
    (kind,) = found.verdicts.kinds
    assert (kind.verdict, kind.loss.test) == ("stricter", "")


def test_a_default_that_is_another_counts_where_it_is_taken():
    rules = RULES.replace(WEB, '  context.channel = "unknown";')
    before = side("old", rules)
    after = side("new", rules, SCHEMA.replace("default: unknown", "default: web"))
    found = compare_sets(before, after)
    assert verdicts(found) == {"paper:edit": "looser"}
    assert found.verdicts.kinds[0].gain.request["context"] == {"channel": None}


def test_the_comment_escapes_what_people_wrote():
    owner = 'paper.owner = subject.id or paper.owner = "|<b>`"'
    text = markdown(difference(RULES.replace("paper.owner = subject.id", owner)))
    assert r"resource (owner: \|\<b\>\`)" in text
