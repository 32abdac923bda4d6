"""What is known of an invariant: proved, violated with a request, or neither and why."""

import json

import pytest

from authz.assurance.proving.proofs import Proof, Verdict, from_document
from authz.assurance.proving.prove import prove
from authz.engine.gate.child import Limits
from authz.engine.gate.passed import Passed
from authz.engine.policyset import assembled, load
from authz.engine.text import check_files
from authz.engine.unfold import Unfolded
from authz.errors import PolicyCheckError
from tests.proving.sets import RULES, SCHEMA, document, invariants_text, small, source

EVERY = '{action: "*", resource: "*"}'
ORDERS = '{action: "*", resource: order}'
BOTH = '["order:place", "order:approve"]'
PATIENT = 300


def proof(text: str, rules: str = RULES, vocabulary: str = SCHEMA) -> Proof:
    """What is known of the only invariant of a file."""
    policies, invariants = small(text, rules, vocabulary)
    (found,) = prove(policies, invariants, budget_s=PATIENT).invariants
    return found


def test_what_no_request_breaks_is_proved():
    found = proof(invariants_text(never=EVERY, when="subject.banned = true"))
    assert (found.verdict, found.reason, found.counterexample, found.checked) == (
        Verdict.PROVED,
        "",
        None,
        6,
    )


def test_what_a_request_breaks_is_violated_with_the_smallest_one():
    found = proof(invariants_text(never=ORDERS, when="resource.paid = true"))
    example = found.counterexample
    assert found.verdict is Verdict.VIOLATED
    assert (example.action, example.determining) == (
        "order:approve",
        ("orders.boss-approves",),
    )
    assert dict(example.subject) == {
        "type": "user",
        "id": "the-subject",
        "tenant": "test",
        "roles": ("boss",),
        "banned": False,
    }
    assert dict(example.resource) == {
        "type": "order",
        "id": "the-resource",
        "tenant": "test",
        "buyer": "x",
        "paid": True,
    }


def test_what_is_left_out_breaks_nothing():
    approve = '{action: "order:approve", resource: order}'
    found = proof(invariants_text(never=approve, unless="'\"boss\" in subject.roles'"))
    assert (found.verdict, found.checked) == (Verdict.PROVED, 1)


def test_what_must_always_be_allowed_is_violated_by_a_request_that_is_denied():
    wanted = '{action: "order:read", resource: order}'
    found = proof(invariants_text(always=wanted, when="resource.buyer = subject.id"))
    assert found.verdict is Verdict.VIOLATED
    assert found.counterexample.determining == ("orders.other-tenant",)
    assert "expect: allow" in found.counterexample.test


def test_what_is_always_allowed_is_proved():
    body = "resource.id = subject.id and resource.tenant = subject.tenant and "
    wanted = '{action: "user:rename", resource: user}'
    found = proof(invariants_text(always=wanted, when=f"{body}subject.banned = false"))
    assert found.verdict is Verdict.PROVED


def test_one_thing_has_the_same_attributes_wherever_it_stands():
    body = "resource.id = subject.id and resource.banned != subject.banned"
    wanted = '{action: "user:rename", resource: user}'
    found = proof(invariants_text(never=wanted, when=body))
    assert found.verdict is Verdict.PROVED


def test_what_a_caller_says_of_one_thing_may_differ_from_one_end_to_the_other():
    vocabulary = SCHEMA.replace(
        "    actions: {user: [rename]}",
        "      mood: {type: string, source: request}\n    actions: {user: [rename]}",
    )
    body = "resource.id = subject.id and resource.mood != subject.mood"
    wanted = '{action: "user:rename", resource: user}'
    found = proof(invariants_text(never=wanted, when=body), RULES, vocabulary)
    assert found.verdict is Verdict.VIOLATED
    subject, resource = found.counterexample.subject, found.counterexample.resource
    assert {name for name in subject if subject[name] != resource[name]} == {"mood"}


def test_each_resource_of_two_has_the_attributes_of_its_own_type():
    vocabulary = SCHEMA.replace(
        "    attributes: {}", "    attributes: {paid: {type: string, source: stored}}"
    )
    rules = RULES.replace(
        '_order: Order, _context) if\n  "clerk" in subject.roles',
        'order: Order, _context) if\n  "clerk" in subject.roles and\n'
        "  not order.paid = true and not order.paid = false",
    ).replace(
        '_order: Order, _context) if\n  "boss"', '_shop: Shop, _context) if\n  "boss"'
    )
    assert rules.count("Shop") == 1
    found = proof(invariants_text(exclusive=BOTH, on="any"), rules, vocabulary)
    assert (found.verdict, found.checked) == (Verdict.PROVED, 2)


@pytest.mark.parametrize(
    "when",
    [
        '"subject.banned = true # whoever; it is"',
        "|\n      # Whoever it is.\n      subject.banned = true\n      # Nobody else.",
    ],
    ids=["on one line", "below"],
)
def test_a_body_may_have_comments(when):
    found = proof(invariants_text(never=EVERY, when=when))
    assert found.verdict is Verdict.PROVED


def test_a_request_about_oneself_is_found_and_is_a_test():
    wanted = '{action: "user:rename", resource: user}'
    found = proof(invariants_text(never=wanted, when="resource.banned = false"))
    example = found.counterexample
    assert {**example.subject} == {**example.resource}
    assert "resource: subject" in example.test


@pytest.mark.parametrize("reach", ["same resource", "any"])
def test_two_actions_that_one_subject_may_do_are_violated_with_both(reach):
    found = proof(invariants_text(exclusive=BOTH, on=reach))
    example = found.counterexample
    assert found.verdict is Verdict.VIOLATED
    assert example.subject["roles"] == ("boss", "clerk")
    assert (example.action, example.also["action"]) == ("order:place", "order:approve")
    assert (example.determining, example.also["determining"]) == (
        ("orders.clerk-places",),
        ("orders.boss-approves",),
    )
    one = example.resource["id"] == example.also["resource"]["id"]
    assert one is (reach == "same resource")
    assert "action: order:approve" in example.test


def test_two_actions_that_nobody_may_both_do_are_proved():
    rules = RULES.replace(
        '"boss" in subject.roles',
        '"boss" in subject.roles and not "clerk" in subject.roles',
    )
    found = proof(invariants_text(exclusive=BOTH, on="any"), rules)
    assert (found.verdict, found.checked) == (Verdict.PROVED, 2)


def test_an_invariant_about_no_request_is_not_proved():
    body = "subject.banned = true and subject.banned = false"
    found = proof(invariants_text(never=EVERY, when=body))
    assert (found.verdict, found.reason) == (
        Verdict.NOT_PROVED,
        "vacuous: `when`, without `unless`, is true of no request",
    )


def test_nothing_is_proved_without_time():
    policies, invariants = small(invariants_text(never=EVERY, when="subject.banned = true"))
    found = prove(policies, invariants, budget_s=0)
    assert found.invariants[0].verdict is Verdict.NOT_PROVED
    assert found.invariants[0].reason.startswith("time: ")
    assert found.idle_reason.startswith("time: ")
    assert not found.complete


def test_where_oso_says_otherwise_nothing_is_proved():
    text = invariants_text(never=EVERY, when="subject.banned = true")
    policies, invariants = small(text)
    # A set whose conditions lack the forbids that its text has.
    wrong = {
        signature: type(ways)(ways.permits, ())
        for signature in policies.signatures()
        for ways in [policies.ways(signature)]
    }
    files = source()
    other = assembled(
        files.revision,
        check_files(files.files),
        policies.schema,
        [policies.policies[id] for id in policies.policies],
        Unfolded(wrong, {}),
        10_000,
    )
    (found,) = prove(other, invariants, budget_s=PATIENT).invariants
    assert (found.verdict, found.reason) == (
        Verdict.NOT_PROVED,
        "a counterexample was found, and oso says otherwise about it",
    )


def test_what_can_only_be_interpreted_is_not_proved():
    rules = RULES.replace('"boss" in subject.roles', "forall(r in subject.roles, r = 1)")
    text = invariants_text(never=ORDERS, when="subject.banned = true")
    _, invariants = small(text)
    files = source(rules)
    policies = load(files, Limits(interpreted=True, budget_ms=10_000), compare=False)
    invariants = type(invariants)(invariants.all, files, invariants.text)
    found = prove(policies, invariants, budget_s=PATIENT)
    assert found.invariants[0].verdict is Verdict.NOT_PROVED
    assert "can only be interpreted" in found.invariants[0].reason
    assert "can only be interpreted" in found.idle_reason


def test_policies_that_can_never_matter_are_told_with_what_decides_instead():
    rules = RULES + (
        'permit("orders.extra", subject: User, "order:place", order: Order, _context) if\n'
        '  "clerk" in subject.roles and order.paid = true;\n'
        'permit("orders.none", subject: User, "order:read", _order: Order, _context) if\n'
        '  "x" in subject.roles and subject.banned = true;\n'
        'forbid("orders.nothing", subject: User, "order:list", _shop: Shop, _context) if\n'
        "  subject.banned = false;\n"
    )
    text = invariants_text(never=EVERY, when="subject.banned = true")
    policies, invariants = small(text, rules)
    found = prove(policies, invariants, budget_s=PATIENT)
    assert [(one.policy_id, one.why, one.by) for one in found.idle] == [
        ("orders.extra", "redundant", ("orders.clerk-places",)),
        ("orders.none", "shadowed", ("orders.banned-does-nothing",)),
        ("orders.nothing", "shadowed", ()),
    ]


def test_a_file_of_another_revision_is_refused():
    policies, _ = small(invariants_text(never=EVERY))
    _, invariants = small(invariants_text(never=EVERY), RULES + "# later\n")
    with pytest.raises(PolicyCheckError, match="not of one revision"):
        prove(policies, invariants)


def test_what_was_proved_is_remembered(tmp_path):
    record = tmp_path / "proofs.json"
    policies, invariants = small(invariants_text(never=EVERY, when="subject.banned = true"))
    first = prove(policies, invariants, record=record, budget_s=PATIENT)
    again = prove(policies, invariants, record=record, budget_s=0)
    assert {**again.document(), "seconds": 0} == {**first.document(), "seconds": 0}
    assert first.complete


def test_an_edit_proves_only_what_it_touches(tmp_path):
    record = tmp_path / "proofs.json"
    text = document(
        {
            "one": {"never": EVERY, "when": "subject.banned = true"},
            "two": {"never": EVERY, "when": "subject.tenant != resource.tenant"},
        }
    )
    for rules in (
        RULES,
        RULES.replace('"clerk" in', 'subject.id != "root" and "clerk" in'),
    ):
        before = Passed(record).keys()
        policies, invariants = small(text, rules)
        assert prove(policies, invariants, record=record, budget_s=PATIENT).complete
        new = Passed(record).keys() - before
    assert 0 < len(new) < len(before) / 2


def test_a_document_gives_back_what_it_was_made_of():
    policies, invariants = small(invariants_text(never=ORDERS, when="resource.paid = true"))
    found = prove(policies, invariants, budget_s=PATIENT)
    read = from_document(json.loads(json.dumps(found.document())), 0)
    assert json.dumps(read.document()["invariants"]) == json.dumps(
        found.document()["invariants"]
    )
    assert found.document()["schema"] == "authz.prove/1"
