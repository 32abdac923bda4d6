"""Cedar's theorems again, through real policies: every list of the six up to length 3.

Each list becomes real policies on an action of its own: by its condition one is true, false
or cannot be evaluated. They are asked through the evaluation of the engine.
"""

from dataclasses import replace

import pytest

from authz.engine.combine import combine
from authz.engine.gate.vet import digest
from authz.engine.policyset import PolicySet, load
from authz.engine.source import PolicySource
from authz.model import Decision
from tests.laws.reference import SIX, Policies, decide, lists, name
from tests.unit.engine.sets import INTERPRETED

LONGEST = 3
#: How many sets the lists are spread over: an error makes the engine ask each policy alone.
SETS = 8
CONDITIONS = {
    "true": "subject.level = 3",
    "false": "subject.level = 4",
    # An integer has no order with a string: oso raises.
    "error": 'subject.level < "x"',
}
LISTS = list(lists(LONGEST))
ENTRY = "{title: T, why: W, owner: tests, sentence: {en: S}}"
SCHEMA = """\
version: 1
types:
  user: {subject: true, attributes: {level: {type: integer, required: true}}}
  thing: {actions: [%s]}
"""


def _id(number: int, position: int, policies: Policies) -> str:
    return f"{name(position, policies[position])}-of-{number}"


def _policy(number: int, position: int, policies: Policies) -> str:
    policy = policies[position]
    head = (
        f'{policy.effect}("{_id(number, position, policies)}", subject: User, "l{number}"'
    )
    return f"{head}, _thing: Thing, _context) if {CONDITIONS[policy.outcome]};\n"


def _load(numbered: list[tuple[int, Policies]]) -> PolicySet:
    """One policy set with all these lists."""
    rules, entries = [], ["version: 1\npolicies:\n"]
    for number, policies in numbered:
        for position in range(len(policies)):
            rules.append(_policy(number, position, policies))
            entries.append(f"  {_id(number, position, policies)}: {ENTRY}\n")
    actions = ", ".join(f"l{number}" for number, _ in numbered)
    texts = {
        "schema.yaml": SCHEMA % actions,
        "laws.polar": "".join(rules),
        "laws.yaml": "".join(entries),
    }
    files = {file: text.encode() for file, text in texts.items()}
    return load(PolicySource(files, digest(files)), INTERPRETED)


def _ask(policy_set: PolicySet, number: int) -> Decision:
    thing = policy_set.record("thing", {"id": "t", "tenant": "t"})
    subject = policy_set.record("user", {"id": "u", "tenant": "t", "level": 3})
    return combine(
        policy_set.evaluate(subject, f"l{number}", thing, policy_set.context({}))
    )


@pytest.fixture(scope="module")
def answers() -> dict[tuple, Decision]:
    """Each list -> the decision, with ids of policies as in the reference."""
    found = {}
    for part in range(SETS):
        numbered = list(enumerate(LISTS))[part::SETS]
        policy_set = _load(numbered)
        for number, policies in numbered:
            found[policies] = _with_short_ids(_ask(policy_set, number), number)
    return found


def _with_short_ids(decision: Decision, number: int) -> Decision:
    suffix = f"-of-{number}"
    assert all(one.endswith(suffix) for one in decision.determining), decision
    return replace(
        decision,
        determining=tuple(one.removesuffix(suffix) for one in decision.determining),
        errors=tuple(
            replace(error, policy_id=error.policy_id.removesuffix(suffix))
            for error in decision.errors
        ),
    )


def test_the_engine_agrees_with_the_naive_reference_on_every_list(answers):
    assert len(answers) == 259
    for policies, decision in answers.items():
        expected, erring = decide(policies)
        assert replace(decision, errors=()) == expected, policies
        assert tuple(error.policy_id for error in decision.errors) == erring, policies


def test_forbid_trumps_permit(answers):
    for policies, decision in answers.items():
        if SIX[3] in policies:
            assert not decision.allowed, policies


def test_nothing_is_allowed_without_a_satisfied_permit(answers):
    for policies, decision in answers.items():
        if SIX[0] not in policies:
            assert not decision.allowed, policies


def test_order_does_not_matter(answers):
    by_content: dict[tuple, set] = {}
    for policies, decision in answers.items():
        content = tuple(sorted(policies, key=SIX.index))
        by_content.setdefault(content, set()).add((decision.allowed, decision.reason))
    assert all(len(found) == 1 for found in by_content.values()), by_content


def test_duplicates_do_not_matter(answers):
    by_content: dict[frozenset, set] = {}
    for policies, decision in answers.items():
        found = by_content.setdefault(frozenset(policies), set())
        found.add((decision.allowed, decision.reason))
    assert all(len(found) == 1 for found in by_content.values()), by_content


def test_adding_a_permit_never_turns_allow_into_deny(answers):
    for policies, decision in answers.items():
        if decision.allowed and len(policies) < LONGEST:
            for permit in (p for p in SIX if p.effect == "permit"):
                assert answers[(*policies, permit)].allowed, (policies, permit)


def test_adding_a_forbid_never_turns_deny_into_allow(answers):
    for policies, decision in answers.items():
        if not decision.allowed and len(policies) < LONGEST:
            for forbid in (p for p in SIX if p.effect == "forbid"):
                assert not answers[(*policies, forbid)].allowed, (policies, forbid)


def test_a_list_answers_the_same_when_it_is_the_whole_policy_set(answers):
    for number in range(7, len(LISTS), 23):
        decision = _with_short_ids(_ask(_load([(number, LISTS[number])]), number), number)
        alone = replace(decision, errors=())
        assert alone == replace(answers[LISTS[number]], errors=()), LISTS[number]
