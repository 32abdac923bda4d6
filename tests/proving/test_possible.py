"""Requests that there can really be, and strings in order."""

import sys
from collections import Counter
from random import Random

import pytest

from authz.assurance.symbolic.formula import All, Some, true_of
from authz.assurance.symbolic.possible import is_possible, possible
from authz.assurance.symbolic.solver import SolverMissing, solver_version
from authz.assurance.symbolic.universe import Universe
from authz.assurance.symbolic.witness import Undecided, witness
from authz.engine.conditions import Attr, Condition, Literal, Op, Signature
from tests.proving.enumerated import formula, of_one_type
from tests.proving.sets import schema

ROUNDS = 150
RENAME = Signature("user", "user:rename", "user")
HERE, THERE = Attr("subject", "banned"), Attr("resource", "banned")


def some(*literals: Literal) -> Some:
    return Some((Condition(literals, (), ()),))


def same(name: str) -> Literal:
    return Literal(Op.SAME, Attr("subject", name), Attr("resource", name))


@pytest.fixture
def universe() -> Universe:
    return Universe.of(schema(), RENAME)


def test_one_thing_does_not_differ_from_itself(universe):
    apart = some(same("id"), same("tenant"), Literal(Op.DIFFERS, HERE, THERE))
    assert possible(apart, universe, one_type=True) is None
    assert witness(apart, universe) is not None


def test_one_thing_is_found_where_both_ends_are_one(universe):
    own = some(same("id"), same("tenant"), Literal(Op.ONE_OF, HERE, (True,)))
    found = possible(own, universe, one_type=True)
    assert found["subject"] == found["resource"]
    assert is_possible(found, universe, one_type=True)


def test_there_is_a_possible_request_just_where_counting_finds_one():
    random, world = Random("possible"), of_one_type()
    universe = world.universe
    can_be = sum(
        1 << number
        for number, request in enumerate(world.requests)
        if is_possible(request, universe, one_type=True)
    )
    seen = Counter()
    for _ in range(ROUNDS):
        parts = tuple(formula(random, world) for _ in range(3))
        asked = All((some(same("id"), same("tenant")), *parts))
        counted = world.truth(asked)
        found = possible(asked, universe, one_type=True)
        assert (found is not None) is bool(counted & can_be), asked
        if found is not None:
            assert is_possible(found, universe, one_type=True), asked
            assert true_of(asked, found), asked
        seen[bool(counted), bool(counted & can_be)] += 1
    # Some formulas hold for requests that cannot be, and for no others.
    assert min(seen[True, True], seen[True, False], seen[False, False]) > 0, seen


def test_one_id_in_two_tenants_is_two_things(universe):
    both = some(same("id"), Literal(Op.DIFFERS, HERE, THERE))
    found = possible(both, universe, one_type=True)
    assert found["subject"]["tenant"] != found["resource"]["tenant"]
    assert is_possible(found, universe, one_type=True)


def test_a_question_that_is_known_to_have_no_answer_is_not_asked(universe):
    never = All((some(same("id")), some(Literal(Op.DIFFERS, *_ids()))))
    known: set[str] = set()
    assert witness(never, universe, without=known) is None
    assert len(known) == 1
    assert witness(never, universe, without=known, timeout_ms=0) is None


def _ids() -> tuple[Attr, Attr]:
    return Attr("subject", "id"), Attr("resource", "id")


def test_no_string_is_made_up_where_there_may_be_none(universe):
    one = Attr("subject", "id")
    tight = some(Literal(Op.GREATER, one, ("a",)), Literal(Op.LESS, one, ("a\x01",)))
    with pytest.raises(Undecided, match="no string is found between 'a' and 'a"):
        witness(tight, universe)


@pytest.mark.parametrize("bounds", [("a", "b"), ("a", "ab"), ("a", "a!"), ("", "a")])
def test_a_string_between_two_others_is_made_up(universe, bounds):
    low, high = bounds
    one = Attr("subject", "id")
    found = witness(
        some(Literal(Op.GREATER, one, (low,)), Literal(Op.LESS, one, (high,))), universe
    )
    assert low < found["subject"]["id"] < high


def test_without_the_solver_it_says_how_to_get_it(universe, monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(SolverMissing, match=r"pip install 'gatehouse\[prove\]'"):
        witness(some(same("id")), universe)
    assert solver_version() == ""
