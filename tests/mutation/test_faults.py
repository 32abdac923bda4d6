"""Faulty conditions are caught by the comparison with the reference."""

import pytest

from authz.engine.conditions import Ways
from authz.engine.gate import compare as gate
from tests.differential import shipped
from tests.mutation import constructs
from tests.mutation.difference import shown
from tests.mutation.faults import FAULTS, everywhere
from tests.mutation.twice import Faulty, Sound, every_policy

BUDGET_S = 60


@pytest.fixture(scope="module")
def policies() -> Sound:
    sound = Sound(shipped.files())
    return sound.only(every_policy(sound))


@pytest.fixture(scope="module")
def every_construct() -> Sound:
    return Sound(constructs.files())


def _outcome(sound: Sound, name: str) -> str:
    """What comes of the fault in every condition that has a place for it."""
    faulty = {}
    for signature in sound.signatures:
        ways = sound.unfolded.ways[signature]
        made = Ways(*(everywhere(FAULTS[name], of) for of in (ways.permits, ways.forbids)))
        if made != ways:
            faulty[signature] = made
    if not faulty:
        return "has no place"
    candidate = Faulty(sound, faulty)
    if gate.compare(candidate, sorted(faulty), BUDGET_S).mismatch is not None:
        return "caught"
    for signature, ways in faulty.items():
        if asked := shown(sound, signature, ways, candidate.compiled(signature)):
            return f"missed: {asked}"
    return "changes nothing"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_conditions_is_caught(policies, every_construct, name):
    first = _outcome(policies, name)
    assert first in ("caught", "has no place", "changes nothing")
    if first != "caught":
        assert _outcome(every_construct, name) == "caught"


def test_without_a_fault_nothing_is_caught(policies, every_construct):
    for sound in (policies, every_construct):
        some = sound.signatures[:2]
        result = gate.compare(Faulty(sound, sound.unfolded.ways), some, BUDGET_S)
        assert result.mismatch is None
        assert result.compared > 0
