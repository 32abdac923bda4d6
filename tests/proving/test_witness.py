"""Is there a request for which a formula holds? The solver says what counting says."""

from random import Random

import pytest

from authz.assurance.symbolic.formula import Not, Some, true_of
from authz.assurance.symbolic.universe import Universe
from authz.assurance.symbolic.witness import witness
from authz.engine.conditions import Attr, Condition, Literal, Op
from authz.engine.schema import Attribute
from tests.proving.enumerated import WORLDS, World, formula

ROUNDS = 40


@pytest.fixture(scope="module", params=list(WORLDS))
def world(request) -> World:
    return WORLDS[request.param]()


def agrees(world: World, random: Random) -> bool:
    """Whether there was no request; asserts that the solver says so exactly then."""
    asked = formula(random, world)
    counted = world.truth(asked)
    found = witness(asked, world.universe)
    assert found is not None or not counted, asked
    assert found is None or true_of(asked, found), asked
    return found is None


def test_the_solver_finds_a_request_where_there_is_one_and_none_where_there_is_none(world):
    random = Random("witness")
    nothing = [agrees(world, random) for _ in range(ROUNDS)]
    assert 0 < sum(nothing) < ROUNDS


@pytest.mark.parametrize("type", ["boolean", "integer", "string", "string-set"])
def test_an_attribute_that_only_must_not_be_nil_is_something(type):
    # WHY: the solver leaves open what it is, and nil would be the plainest value.
    attr = Attr("context", "thing")
    universe = Universe({attr: Attribute("thing", type, "request")}, frozenset({attr}))
    there = Some((Condition((Literal(Op.NONE_OF, attr, (None,)),), (), ()),))
    assert witness(there, universe)["context"]["thing"] is not None
    assert witness(Not(there), universe)["context"]["thing"] is None
