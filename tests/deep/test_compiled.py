"""Compiled against the engine: many questions about the shipped sets and generated ones."""

import pytest

from tests.differential.campaign import Tally, of_generated
from tests.differential.shipped import Shipped, of_shipped

SLICES = 4
SHARE = 0.05
#: What a full run asks; a slice ends when its part of it is done, or its time is over.
QUESTIONS, SETS, OF_EACH = 100_000, 1_000, 50

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return Shipped()


@pytest.mark.parametrize("part", range(SLICES))
def test_the_shipped_policies_are_answered_as_the_engine_does(deep, shipped, part):
    tally, step = Tally(), len(shipped.signatures)
    for number in deep.rounds(SHARE / SLICES):
        of_shipped(shipped, f"{deep.name} {number}", step, tally)
        assert tally.differences == [], deep.name
        if tally.counts["questions"] >= QUESTIONS / SLICES:
            break
    assert tally.counts["permitted"] > 0
    assert tally.counts["forbidden"] > 0


@pytest.mark.parametrize("part", range(SLICES))
def test_generated_policy_sets_are_answered_as_the_engine_does(deep, part):
    tally = Tally()
    for number in deep.rounds(SHARE / SLICES):
        of_generated(f"{deep.name} {number}", OF_EACH, tally)
        assert tally.differences == [], deep.name
        if tally.counts["sets"] - tally.counts["refused"] >= SETS / SLICES:
            break
    assert tally.counts["refused"] <= tally.counts["sets"] / 2 + 1
