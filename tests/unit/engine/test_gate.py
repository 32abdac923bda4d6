"""Conditions that do not say what the policies say are found out, with a small example."""

import json
from dataclasses import replace

import pytest

from authz.assurance.policy_tests import read_suites, run
from authz.engine.clauses import read
from authz.engine.compiled import compile_ways
from authz.engine.conditions import Attr, Condition, Literal, Op, Signature, Ways
from authz.engine.gate.candidate import Candidate
from authz.engine.gate.compare import compare
from authz.engine.gate.keys import key, policy_keys
from authz.engine.gate.reach import reaches
from authz.engine.policyset import load
from authz.engine.schema_file import parse_schema
from authz.engine.source import read_directory
from authz.engine.text import statements
from authz.engine.unfold import signatures, unfold
from authz.errors import PolicyCheckError
from tests.unit.engine.sets import SCHEMA, write

RULES = """\
permit("papers.owner-reads", subject: User, "paper:read", paper: Paper, _context) if
  paper.owner = subject.id;

permit("papers.role-edits", subject: User, action, paper: Paper, context: Context) if
  edits(role, action) and
  role in subject.roles and
  paper.grade != nil and
  paper.grade < 3 and
  context.channel = "web";

permit("papers.badge-opens", subject: User, "open", box: Box, _context) if
  badge in subject.badges and
  badge.kind = box.owner and
  badge.until != nil and
  badge.until > 10;

forbid("papers.other-tenant", subject: User, _action, thing, _context) if
  subject.tenant != thing.tenant;

edits("editor", "paper:edit");
edits("chief", "paper:edit");
edits("chief", "paper:read");
"""
IDS = (
    "papers.owner-reads",
    "papers.role-edits",
    "papers.badge-opens",
    "papers.other-tenant",
)
READ, EDIT = (
    Signature("user", "paper:read", "paper"),
    Signature("user", "paper:edit", "paper"),
)
OPEN = Signature("user", "open", "box")
ALL = (OPEN, EDIT, READ)


def unfolded(rules, schema):
    found = [read(one) for one in statements("papers.polar", rules)]
    return unfold(found, schema)


class Changed(Candidate):
    """A policy set with other conditions than its text has."""

    def __init__(
        self, rules=RULES, schema=SCHEMA, change=lambda ways: ways, compiled=None, text=""
    ):
        parsed = parse_schema(schema)
        found = unfolded(rules, parsed)
        ways = {signature: change(of) for signature, of in found.ways.items()}
        super().__init__({"papers.polar": text or rules}, parsed, replace(found, ways=ways))
        self._made = compiled or compile_ways

    def compiled(self, signature):
        return self._made(self.ways(signature))


def each(change):
    """A change of all ways by one of each literal: None drops it."""

    def of_condition(condition):
        literals = [change(literal) for literal in condition.literals]
        return replace(condition, literals=tuple(x for x in literals if x is not None))

    return lambda ways: Ways(
        tuple(map(of_condition, ways.permits)), tuple(map(of_condition, ways.forbids))
    )


def without(op):
    return each(lambda literal: None if literal.op is op else literal)


def turned(op, into):
    return each(lambda x: replace(x, op=into) if x.op is op else x)


def fewer_values(literal):
    if isinstance(literal.right, tuple) and len(literal.right) > 1:
        return replace(literal, right=literal.right[:-1])
    return literal


def first_only(ways):
    return Ways(ways.permits[:1], ways.forbids)


FAULTS = {
    "a join is lost": without(Op.SAME),
    "a value is lost": without(Op.ONE_OF),
    "a membership is lost": without(Op.HOLDS),
    "a bound is lost": without(Op.LESS),
    "the bound of a record is lost": without(Op.GREATER),
    "a bound is one off": turned(Op.LESS, Op.AT_MOST),
    "the bound of a record is one off": turned(Op.GREATER, Op.AT_LEAST),
    "a bound is turned round": turned(Op.LESS, Op.GREATER),
    "a forbid is turned round": turned(Op.DIFFERS, Op.SAME),
    "one of several values is lost": each(fewer_values),
    "an alternative is lost": first_only,
    "all forbids are lost": lambda ways: Ways(ways.permits, ()),
    "all permits are lost": lambda ways: Ways((), ways.forbids),
}


def test_conditions_that_are_right_pass():
    result = compare(Changed(), ALL, 60)
    assert (result.mismatch, result.skipped) == (None, 0)
    assert result.compared > 50
    assert len(result.passed) == 8


@pytest.mark.parametrize("fault", FAULTS)
def test_conditions_with_a_fault_do_not_pass(fault):
    assert compare(Changed(change=FAULTS[fault]), ALL, 60).mismatch is not None


def test_a_function_that_differs_from_its_conditions_does_not_pass():
    def faulty(ways):
        return compile_ways(Ways(ways.permits, ()))

    mismatch = compare(Changed(compiled=faulty), ALL, 60).mismatch
    assert mismatch.policies == ("papers.other-tenant",)


def test_a_short_answer_that_differs_from_the_long_one_does_not_pass():
    def faulty(ways):
        return replace(compile_ways(ways), is_allowed=lambda s, r, c: False)

    mismatch = compare(Changed(compiled=faulty), ALL, 60).mismatch
    assert mismatch.policies == ()
    assert mismatch.reference.startswith("allow, with `papers.")
    assert mismatch.compiled.startswith("deny, with `papers.")


def test_a_function_that_fails_does_not_pass():
    def faulty(ways):
        def fails(s, r, c):
            raise KeyError("nothing")

        return replace(compile_ways(ways), is_allowed=fails)

    mismatch = compare(Changed(compiled=faulty), ALL, 60).mismatch
    assert mismatch.compiled == "nothing, but fail: 'nothing'"


def test_a_policy_that_errs_in_the_reference_does_not_pass():
    text = RULES.replace("  paper.grade != nil and\n", "")
    mismatch = compare(Changed(text=text), ALL, 60).mismatch
    assert mismatch.reference == "nothing, but fail: an ordered comparison with nil or " + (
        "with a record"
    )


def test_the_smallest_request_that_shows_it_is_shown():
    mismatch = compare(Changed(change=without(Op.LESS)), ALL, 60).mismatch
    assert mismatch.signature == EDIT
    assert mismatch.policies == ("papers.role-edits",)
    subject = {"id": "the-subject", "tenant": "test", "name": None, "level": None}
    assert mismatch.request == {
        "subject": {**subject, "roles": ("chief",), "badges": ()},
        "resource": {
            "id": "the-resource",
            "tenant": "test",
            "owner": "x",
            "grade": mismatch.request["resource"]["grade"],
        },
        "context": {"channel": "web", "hour": None, "action_soft": None},
    }
    assert mismatch.request["resource"]["grade"] >= 3


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    return load(read_directory(write(tmp_path_factory.mktemp("set"), RULES, *IDS)))


@pytest.mark.parametrize("fault", FAULTS)
def test_the_test_in_the_message_passes_on_the_policies_as_they_are(
    tmp_path, policies, fault
):
    mismatch = compare(Changed(change=FAULTS[fault]), ALL, 60).mismatch
    said = str(mismatch)
    assert "\n" not in said
    (tmp_path / "more_test.yaml").write_text(said.partition("as a policy test: ")[2])
    (case,) = run(read_suites(tmp_path, policies.schema), policies)
    assert case.passed, case.message
    assert json.loads(mismatch.test)["tests"][0]["because"] == list(case.determining)


def test_the_test_in_the_message_sets_clock_session_and_properties(tmp_path):
    schema = SCHEMA.replace(
        "  hour: {type: integer}",
        "  now: {type: integer, source: clock, required: true}\n"
        "  unlocked: {type: boolean, source: session, default: false}",
    )
    rules = (
        'permit("papers.late", _s: User, "paper:read", _p: Paper, context: Context) if\n'
        "  context.now > 100 and context.unlocked = true and context.action_soft = true;\n"
    )
    mismatch = compare(Changed(rules, schema, without(Op.ONE_OF)), (READ,), 60).mismatch
    test = json.loads(mismatch.test)["tests"][0]
    assert test["now"].startswith("1970-01-01T00:01:4")
    mismatch = compare(Changed(rules, schema, without(Op.GREATER)), (READ,), 60).mismatch
    test = json.loads(mismatch.test)["tests"][0]
    assert test["context"] == {"unlocked": True}
    assert test["properties"] == {"soft": True}
    (tmp_path / "late_test.yaml").write_text(mismatch.test)
    policies = load(read_directory(write(tmp_path, rules, "papers.late", schema=schema)))
    (case,) = run(read_suites(tmp_path, policies.schema), policies)
    assert case.passed, case.message


def test_a_person_asked_about_themselves_is_one_fixture():
    rules = (
        'permit("papers.self", subject: User, "greet", other: User, _context) if\n'
        '  other.id = subject.id and other.name = "ann";\n'
    )
    schema = SCHEMA.replace(
        "    attributes:\n      name", "    actions: [greet]\n    attributes:\n      name"
    )
    greet = Signature("user", "greet", "user")
    mismatch = compare(Changed(rules, schema, first_only), (greet,), 60).mismatch
    assert mismatch is None
    mismatch = compare(
        Changed(rules, schema, each(lambda x: None if x.op is Op.ONE_OF else x)),
        (greet,),
        60,
    ).mismatch
    said = json.loads(mismatch.test)
    if "resources" not in said:
        assert said["tests"][0]["check"]["resource"] == "subject"


def test_what_is_known_is_not_compared():
    first = compare(Changed(), ALL, 60)
    again = compare(Changed(), ALL, 60, known=frozenset(first.passed))
    assert (again.compared, again.passed) == (0, first.passed)
    other = Changed(RULES.replace("grade < 3", "grade < 4"))
    after = compare(other, ALL, 60, known=frozenset(first.passed))
    assert 0 < after.compared < first.compared
    assert set(after.passed) & set(first.passed)


def test_progress_is_told():
    told = []
    compare(Changed(), ALL, 60, lambda *args: told.append(args))
    assert told == [(0, 3), (1, 3), (2, 3)]


def test_a_budget_that_is_used_up_is_an_error_with_what_to_do():
    with pytest.raises(PolicyCheckError) as caught:
        compare(Changed(), ALL, 0)
    assert str(caught.value) == (
        "comparing used up its 0 s: 0 of 3 kinds of request are done; write fewer "
        "alternatives, or raise `engine.compare_seconds`"
    )


def keys(rules, schema=SCHEMA):
    candidate = Changed(rules, schema)
    return {
        signature: key(
            signature,
            candidate.schema,
            candidate.visited(signature),
            candidate.ways(signature),
        )
        for signature in signatures(candidate.schema)
    }


BOTH = """\
permit("papers.role-acts", subject: User, action, _paper: Paper, _context) if
  acts(role, action) and role in subject.roles;
acts("editor", "paper:edit"); acts("editor", "paper:read");
"""


def test_actions_that_differ_in_their_name_only_share_a_key():
    found = keys(BOTH)
    assert found[READ] == found[EDIT] != found[OPEN]


@pytest.mark.parametrize(
    "rules",
    [
        BOTH.replace('"editor", "paper:read"', '"reader", "paper:read"'),
        BOTH + 'permit("papers.a", _s: User, "paper:read", p: Paper, _c) if p.owner = "b";',
        BOTH.replace("role in", 'action in ["paper:read", "paper:edit"] and role in'),
        BOTH.replace("role in", 'action < "paper:f" and role in'),
    ],
)
def test_actions_that_differ_otherwise_do_not(rules):
    found = keys(rules)
    assert found[READ] != found[EDIT]


def test_a_key_is_of_the_attributes_too():
    assert (
        keys(BOTH)[READ] != keys(BOTH, SCHEMA.replace("grade: {type: integer}", ""))[READ]
    )
    more = SCHEMA.replace("grade: {type: integer}", "grade: {type: integer, default: 0}")
    assert keys(BOTH)[READ] != keys(BOTH, more)[READ]


def test_a_key_is_of_the_conditions_too():
    candidate = Changed(BOTH)
    ways = candidate.ways(READ)
    other = Condition((Literal(Op.ONE_OF, Attr("subject", "id"), ("x",)),), ("a.b",), ())
    said = [
        key(READ, candidate.schema, candidate.visited(READ), of)
        for of in (ways, Ways((), ways.permits), Ways((*ways.permits, other), ()))
    ]
    assert len(set(said)) == 3


def test_a_policy_that_means_the_same_for_several_signatures_has_one_key():
    candidate = Changed()
    found = {
        signature: policy_keys(
            signature,
            candidate.schema,
            reaches(candidate.visited(signature)),
            candidate.ways(signature),
        )
        for signature in ALL
    }
    tenants = {found[signature]["papers.other-tenant"] for signature in ALL}
    assert len(tenants) == 1
    assert found[EDIT]["papers.role-edits"] != found[READ]["papers.role-edits"]
    assert set(compare(candidate, ALL, 60).passed) >= tenants
    other = Changed(RULES.replace("grade < 3", "grade < 4"))
    reach = reaches(other.visited(READ))
    changed = policy_keys(READ, other.schema, reach, other.ways(READ))
    assert changed["papers.owner-reads"] == found[READ]["papers.owner-reads"]
    assert changed["papers.role-edits"] != found[READ]["papers.role-edits"]


def test_a_class_that_a_helper_names_keeps_types_apart():
    rules = (
        'permit("papers.kept", subject: User, action, thing: Kept, _context) if\n'
        '  action in ["paper:edit", "open"] and thing.owner = subject.id and\n'
        "  is_box(thing);\n"
        "is_box(_thing: Box);\n"
    )
    candidate = Changed(rules)
    ways = candidate.ways(OPEN)
    assert candidate.ways(EDIT) == Ways((), ())
    reach = reaches(candidate.visited(OPEN))
    said = [policy_keys(of, candidate.schema, reach, ways) for of in (OPEN, EDIT)]
    assert said[0] != said[1]
