"""The shipped policies: the compiled functions answer as the engine does."""

import pytest

from tests.differential.campaign import Tally
from tests.differential.shipped import Shipped, of_shipped

SLICES = 2
#: tests/deep asks a hundred thousand.
QUESTIONS = 600


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return Shipped()


@pytest.mark.parametrize("part", range(SLICES))
def test_the_shipped_policies_are_answered_as_the_engine_does(shipped, part):
    tally = Tally()
    of_shipped(shipped, f"shipped {part}", QUESTIONS, tally)
    assert tally.differences == []
    assert len(tally.held) > 0.8 * len(shipped.policies.policies)
    for reason in ("permitted", "forbidden", "no_permit"):
        assert tally.counts[reason] > QUESTIONS / 30, reason
