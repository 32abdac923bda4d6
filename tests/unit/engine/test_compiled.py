"""Conditions as functions."""

from itertools import product

import pytest

from authz.engine.combine import Evaluation
from authz.engine.compiled import compile_ways
from authz.engine.conditions import (
    OPPOSITE,
    Attr,
    Condition,
    Literal,
    Op,
    Ways,
    is_true,
)
from authz.engine.prepared import Records, plain, prepared
from tests.unit.engine.unfolding import SCHEMA, permit, ways

A, B = Attr("subject", "a"), Attr("resource", "b")
SETS = [frozenset(), frozenset({"x"}), frozenset({"x", "y"}), frozenset({"y", "z", ""})]
SCALARS = [None, "", "x", "y"]
NUMBERS = [-1, 0, 1, 2]
VALUES = ("x",), ("x", "y"), ("", "x", "y", "z")
CASES = [
    *(
        (Literal(op, A, v), SCALARS, [None])
        for op in (Op.ONE_OF, Op.NONE_OF)
        for v in VALUES
    ),
    *((Literal(op, A, (None,)), SCALARS, [None]) for op in (Op.ONE_OF, Op.NONE_OF)),
    *((Literal(op, A, (True,)), [True, False], [None]) for op in (Op.ONE_OF, Op.NONE_OF)),
    *((Literal(op, A, B), SCALARS, SCALARS) for op in (Op.SAME, Op.DIFFERS)),
    *((Literal(op, A, B), SCALARS, SETS) for op in (Op.IN, Op.NOT_IN)),
    *((Literal(op, A, v), SETS, [None]) for op in (Op.HOLDS, Op.LACKS) for v in VALUES),
    *((Literal(Op.HOLDS_OTHER, A, v), SETS, [None]) for v in ((), *VALUES)),
    (Literal(Op.OVERLAPS, A, B), SETS, SETS),
    *(
        (Literal(op, A, right), NUMBERS, NUMBERS)
        for op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST)
        for right in (B, (1,))
    ),
]


def permits(*conditions: Condition):
    return compile_ways(Ways(conditions, ()))


def condition(*literals: Literal, id: str = "p.one", records: str = "") -> Condition:
    return Condition(literals, (id,), ("f.polar:1",), records)


@pytest.mark.parametrize(("literal", "left", "right"), CASES, ids=lambda x: str(x)[:40])
def test_a_function_says_what_the_literal_says(literal, left, right):
    function = permits(condition(literal)).allowed
    for a, b in product(left, right):
        values = {"subject": {"a": a}, "resource": {"b": b}, "context": {}}
        assert function({"a": a}, {"b": b}, {}) is is_true(literal, values)


@pytest.mark.parametrize(("literal", "left", "right"), CASES, ids=lambda x: str(x)[:40])
def test_the_opposite_of_a_literal_is_true_where_it_is_not(literal, left, right):
    if literal.op not in OPPOSITE:
        return
    opposite = Literal(OPPOSITE[literal.op], literal.left, literal.right)
    for a, b in product(left, right):
        values = {"subject": {"a": a}, "resource": {"b": b}, "context": {}}
        assert is_true(opposite, values) is not is_true(literal, values)


def test_true_is_no_integer_and_one_is_no_boolean():
    for literal, value in (
        (Literal(Op.ONE_OF, A, (1,)), True),
        (Literal(Op.ONE_OF, A, (True,)), 1),
        (Literal(Op.SAME, A, B), 1),
    ):
        values = {"subject": {"a": value}, "resource": {"b": True}, "context": {}}
        assert not is_true(literal, values)


def test_an_absent_value_is_not_compared_by_order():
    found = ways(permit("paper.grade != nil and paper.grade < 3"))
    function = compile_ways(found).allowed
    assert [function({}, {"grade": g}, {}) for g in (None, 2, 3)] == [False, True, False]


def test_the_policies_that_hold_are_named_and_a_forbid_denies():
    literal = Literal(Op.ONE_OF, A, ("x",))
    compiled = compile_ways(
        Ways(
            (condition(literal), condition(id="p.two")),
            (condition(Literal(Op.ONE_OF, A, ("y",)), id="p.no"),),
        )
    )
    assert compiled.satisfied({"a": "x"}, {}, {}) == Evaluation(
        frozenset({"p.one", "p.two"})
    )
    assert compiled.satisfied({"a": "y"}, {}, {}) == Evaluation(
        frozenset({"p.two"}), frozenset({"p.no"})
    )
    assert [compiled.allowed({"a": a}, {}, {}) for a in ("x", "y", "z")] == [
        True,
        False,
        True,
    ]


def test_a_shared_test_does_not_join_what_stands_apart():
    x, y, z = (Literal(Op.HOLDS, A, (v,)) for v in "xyz")
    function = permits(condition(x, y), condition(x, z), condition(y, z)).allowed
    for held in SETS + [frozenset("xz"), frozenset("xyz")]:
        assert function({"a": held}, {}, {}) is (len(held & set("xyz")) >= 2)


RECORD = {
    "role": Literal(Op.ONE_OF, Attr("record", "role"), ("editor",)),
    "roles": Literal(Op.ONE_OF, Attr("record", "role"), ("editor", "reader")),
    "team": Literal(Op.SAME, Attr("resource", "team"), Attr("record", "team")),
    "own": Literal(Op.DIFFERS, Attr("record", "team"), Attr("subject", "team")),
    "until": Literal(Op.GREATER, Attr("record", "until"), (5,)),
    "ends": Literal(Op.NONE_OF, Attr("record", "until"), (None,)),
}
GRANTS = [
    {"role": role, "team": team, "until": until}
    for role in ("editor", "reader", "cook", None)
    for team in ("a", "b", None)
    for until in (None, 4, 6)
]


@pytest.mark.parametrize(
    "tests",
    [
        (),
        ("role",),
        ("roles",),
        ("team",),
        ("role", "team"),
        ("roles", "team"),
        ("roles", "team", "own"),
        ("team", "ends", "until"),
        ("roles", "ends", "until"),
    ],
)
def test_some_record_passes_all_tests(tests):
    literals = tuple(RECORD[name] for name in tests)
    function = permits(condition(*literals, records="grants")).allowed
    for chosen in ([], GRANTS, *([g] for g in GRANTS), *(GRANTS[i::7] for i in range(7))):
        for team in ("a", "b", "c"):
            s, r = {"grants": Records(chosen), "team": "b"}, {"team": team}
            expected = any(
                all(
                    is_true(x, {"subject": s, "resource": r, "context": {}, "record": g})
                    for x in literals
                )
                for g in chosen
            )
            assert bool(function(s, r, {})) is expected


def test_sets_are_prepared_for_lookup_and_can_be_had_back():
    user = SCHEMA.types["user"].attributes
    given = {
        "id": "u",
        "roles": ("a", "b"),
        "options": (),
        "grants": (GRANTS[0],),
        "level": None,
    }
    made = prepared(user, given)
    assert made["roles"] == {"a", "b"}
    assert made["options"] == frozenset()
    assert list(made["grants"]) == [GRANTS[0]]
    assert plain(made) == given


def test_an_empty_set_of_records_has_no_record():
    made = prepared(SCHEMA.types["user"].attributes, {"grants": ()})
    function = permits(condition(RECORD["role"], records="grants")).allowed
    assert function(made, {}, {}) is False
