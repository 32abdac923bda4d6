"""Generated policy sets: the compiled functions answer as the engine does."""

import pytest

from tests.differential.campaign import Tally, of_generated

SLICES = 2
SETS, QUESTIONS = 10, 50


@pytest.mark.parametrize("part", range(SLICES))
def test_generated_policy_sets_are_answered_as_the_engine_does(part):
    tally = Tally()
    for number in range(SETS):
        of_generated(f"set {part}.{number}", QUESTIONS, tally)
    counts = tally.counts
    assert tally.differences == []
    assert counts["refused"] <= counts["sets"] / 2
    assert counts["permitted"] > counts["questions"] / 10
    assert counts["forbidden"] > 0
