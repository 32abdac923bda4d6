"""`invariants.yaml` is read strictly: what is misspelt never passes."""

import pytest

from authz.assurance.proving.invariant import Body, Kind
from authz.assurance.proving.invariant_file import parse_invariants, read_invariants
from authz.assurance.proving.prove import prove
from authz.engine.conditions import Signature
from authz.errors import PolicyError, RequestError
from tests.proving.sets import document, invariants_text, schema, small, source

READ = '{action: "order:read", resource: order}'

#: What is wrong -> the file, and what is said of it.
WRONG = {
    "no-version": ("invariants: {}\n", "`version` is missing"),
    "another-version": ("version: 2\ninvariants: {}\n", "version: must be 1"),
    "no-invariant": ("version: 1\ninvariants: {}\n", "invariants: holds no invariant"),
    "an-unknown-key": (
        invariants_text(nevr=READ),
        "7: invariants.the-one.nevr: unknown key `nevr`, did you mean `never`?",
    ),
    "an-id-with-capitals": (
        document({"TheOne": {"never": READ}}),
        "3: invariants.TheOne: an id is words of small letters, joined by `-`",
    ),
    "no-kind": (
        invariants_text(when="subject.banned = true"),
        "3: invariants.the-one: holds one of `never`, `always` and `exclusive`",
    ),
    "two-kinds": (
        invariants_text(never=READ, always=READ),
        "3: invariants.the-one: holds one of `never`, `always` and `exclusive`",
    ),
    "an-unknown-action": (
        invariants_text(never='{action: "order:raed", resource: order}'),
        "7: invariants.the-one.never.action: unknown action `order:raed`, did you mean "
        "`order:read`?",
    ),
    "a-pattern-that-fits-no-action": (
        invariants_text(never='{action: ["order:read", "bill:*"], resource: order}'),
        "7: invariants.the-one.never.action: unknown action `bill:*`",
    ),
    "an-action-of-other-resources": (
        invariants_text(never='{action: ["order:read", "user:rename"], resource: order}'),
        "7: invariants.the-one.never.action: `user:rename` is asked of other resources",
    ),
    "a-resource-with-none-of-the-actions": (
        invariants_text(never='{action: "order:read", resource: [order, shop]}'),
        "7: invariants.the-one.never.resource: none of the actions is one of `shop`",
    ),
    "an-unknown-resource": (
        invariants_text(never='{action: "*", resource: ordr}'),
        "7: invariants.the-one.never.resource: unknown type `ordr`, did you mean `order`?",
    ),
    "a-subject-that-asks-nothing": (
        invariants_text(never='{subject: shop, action: "*", resource: order}'),
        "7: invariants.the-one.never.subject: unknown type `shop`",
    ),
    "no-action": (
        invariants_text(never="{resource: order}"),
        "7: invariants.the-one.never: `action` is missing",
    ),
    "a-reach-beside-never": (
        invariants_text(never=READ, on="any"),
        "8: invariants.the-one.on: does not stand beside `never`",
    ),
    "one-exclusive-action": (
        invariants_text(exclusive='["order:place"]', on="any"),
        "7: invariants.the-one.exclusive: names two actions",
    ),
    "an-unknown-exclusive-action": (
        invariants_text(exclusive='["order:place", "order:aprove"]', on="any"),
        "7: invariants.the-one.exclusive: unknown action `order:aprove`, did you mean "
        "`order:approve`?",
    ),
    "no-reach": (
        invariants_text(exclusive='["order:place", "order:approve"]'),
        "3: invariants.the-one: `on` is missing",
    ),
    "an-unknown-reach": (
        invariants_text(exclusive='["order:place", "order:approve"]', on="same"),
        "8: invariants.the-one.on: unknown reach `same`",
    ),
    "no-resource-with-both": (
        invariants_text(exclusive='["user:rename", "order:place"]', on="same resource"),
        "7: invariants.the-one.exclusive: no type of resource has both actions",
    ),
    "an-empty-body": (
        invariants_text(never=READ, when='""'),
        "8: invariants.the-one.when: must be text",
    ),
}
#: What is wrong with a body -> the body, and what is said of it.
WRONG_BODIES = {
    "no-polar": ("subject.banned =", "8: "),
    "two-rules": (
        '"subject.banned = true; permit(1, 2, 3, 4, 5)"',
        "8: is one body of a rule",
    ),
    "a-semicolon": ('"subject.banned = true;"', "8: is one body of a rule"),
    "an-unknown-predicate": ("bannd(subject)", "8: `bannd` has no clause"),
    "an-unknown-attribute": (
        "subject.bannd = true",
        "8: `user` has no attribute `bannd`, did you mean `banned`?",
    ),
    "an-unknown-action": (
        'action = "order:raed"',
        "8: unknown action `order:raed`, did you mean `order:read`?",
    ),
    "a-comparison-that-takes-true-for-one": ("subject.banned == true", "8: `==` takes"),
    "a-negation-of-several": (
        "not (subject.banned = true and resource.paid = true)",
        "8: `not` stands before one test or call",
    ),
}


def test_what_a_file_says_is_read():
    text = document(
        {
            "one": {"never": '{action: "order:*", resource: "*"}', "when": "a(subject)"},
            "two": {
                "exclusive": '["order:place", "order:approve"]',
                "on": "any",
                "unless": "b(subject)",
            },
        }
    )
    one, two = parse_invariants(text.encode(), source(), schema()).all
    assert (one.id, one.kind, one.when, one.unless) == (
        "one",
        Kind.NEVER,
        Body("a(subject)", 8),
        None,
    )
    assert one.questions == (
        (Signature("user", "order:approve", "order"),),
        (Signature("user", "order:approve", "shop"),),
        (Signature("user", "order:list", "shop"),),
        (Signature("user", "order:place", "order"),),
        (Signature("user", "order:read", "order"),),
    )
    placed = Signature("user", "order:place", "order")
    assert two.questions == (
        (placed, Signature("user", "order:approve", "order")),
        (placed, Signature("user", "order:approve", "shop")),
    )
    assert (two.title, two.line, two.unless) == ("What holds", 9, Body("b(subject)", 15))


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_wrong_is_refused_with_its_line(name):
    text, said = WRONG[name]
    with pytest.raises(PolicyError) as refused:
        parse_invariants(text.encode(), source(), schema())
    assert str(refused.value).startswith("invariants.yaml")
    assert said in str(refused.value)


@pytest.mark.parametrize("name", WRONG_BODIES)
def test_a_body_that_no_policy_could_have_is_refused_with_its_line(name):
    body, said = WRONG_BODIES[name]
    policies, invariants = small(invariants_text(never=READ, when=body))
    with pytest.raises(PolicyError) as refused:
        prove(policies, invariants)
    assert str(refused.value).startswith(f"invariants.yaml:{said}")


def test_a_directory_without_the_file_says_where_to_read_on(tmp_path):
    with pytest.raises(RequestError, match=r"write one, as docs/invariants\.md says"):
        read_invariants(tmp_path, schema())
