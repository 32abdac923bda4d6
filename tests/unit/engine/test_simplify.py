"""Fewer conditions that say the same."""

from itertools import product
from random import Random

from authz.engine.conditions import Attr, Condition, Literal, Op, is_true
from authz.engine.unfolding.canonical import literal_order
from authz.engine.unfolding.simplify import simplify

X, Y, HELD = Attr("subject", "x"), Attr("resource", "y"), Attr("subject", "held")
VALUES = (None, "a", "b", "c")


def condition(*literals: Literal, policy: str = "p.one") -> Condition:
    return Condition(tuple(sorted(literals, key=literal_order)), (policy,), ("f.polar:1",))


def said(*conditions: Condition) -> list[str]:
    return [str(c) for c in simplify(conditions)]


def one_of(*values):
    return Literal(Op.ONE_OF, X, values)


def none_of(*values):
    return Literal(Op.NONE_OF, X, values)


def holds(*values):
    return Literal(Op.HOLDS, HELD, values)


def lacks(*values):
    return Literal(Op.LACKS, HELD, values)


def test_values_of_one_attribute_merge_where_all_else_is_equal():
    same = Literal(Op.SAME, X, Y)
    assert said(condition(holds("a"), same), condition(holds("b"), same)) == [
        'subject.held holds "a" or "b" and subject.x = resource.y'
    ]


def test_values_do_not_merge_across_different_conditions():
    found = said(condition(holds("a"), one_of("a")), condition(holds("b"), one_of("b")))
    assert len(found) == 2


def test_two_demands_on_one_set_do_not_merge():
    assert (
        len(said(condition(holds("a"), holds("b")), condition(holds("a"), holds("c")))) == 2
    )


def test_a_merged_condition_names_all_policies_and_places():
    found = simplify([condition(holds("a")), condition(holds("b"), policy="p.two")])
    assert [(c.policies, c.places) for c in found] == [(("p.one", "p.two"), ("f.polar:1",))]


def test_what_another_condition_covers_is_dropped():
    for weaker, stronger in (
        ((), (one_of("a"),)),
        ((one_of("a"),), (one_of("a"), holds("a"))),
        ((none_of("a"),), (one_of("b"), holds("a"))),
        ((none_of("a"),), (none_of("a", "b"),)),
        ((lacks("a"),), (lacks("a", "b"),)),
        ((holds("a", "b"),), (holds("a"), one_of("b"))),
        ((none_of("a"), lacks("b")), (one_of("b"), lacks("a", "b"))),
    ):
        pair = condition(*weaker), condition(*stronger)
        assert said(*pair) == said(*pair[::-1]) == [str(pair[0])]


def test_simplified_conditions_say_the_same():
    random = Random(5)
    makers = one_of, none_of, holds, lacks
    for _ in range(150):
        before = []
        for _ in range(random.randint(1, 8)):
            chosen = random.sample(makers, random.randint(0, 3))
            literals = {
                make(*sorted(random.sample("abc", random.randint(1, 2)))) for make in chosen
            }
            before.append(condition(*literals))
        after = simplify(before)
        assert len(after) <= len(before)
        for x, size in product(VALUES, range(4)):
            values = {"subject": {"x": x, "held": set("abc"[:size])}, "resource": {}}
            assert _any(before, values) is _any(after, values)


def _any(conditions, values) -> bool:
    return any(all(is_true(x, values) for x in c.literals) for c in conditions)
