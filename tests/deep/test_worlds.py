"""Random worlds: the shipped policies and the hand-written oracle never disagree."""

import pytest

from tests.deep.comparison import differences
from tests.shipped import shipped

SLICES = 5

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def policies():
    return shipped()


@pytest.mark.parametrize("part", range(SLICES))
def test_the_policies_agree_with_the_oracle(deep, policies, part):
    asked = 0
    for number in deep.rounds(0.04 / SLICES):
        found, counts = differences(deep.random, policies)
        asked += sum(counts.values())
        where = f"{deep.name}, world {number}, {asked} questions"
        assert not found, "\n".join([where, *found])
