"""Two hundred random edits of small worlds: verdicts, people and brute force agree."""

from collections import Counter
from random import Random

import pytest

from tests.differing.oracle import disagreements

SLICES = 2
SHARE = 0.15
#: What a full run makes; a slice ends when its part of it is done, or its time is over.
EDITS = 200

pytestmark = pytest.mark.deep


@pytest.mark.parametrize("part", range(SLICES))
def test_what_is_said_of_random_edits_is_what_is_found_one_by_one(deep, tmp_path, part):
    seen: Counter[str] = Counter()
    for number in deep.rounds(SHARE / SLICES):
        name = f"{deep.name} {number}"
        found = disagreements(Random(name), tmp_path / f"{number}.db", seen)
        assert found == [], name
        if seen["edits"] >= EDITS / SLICES:
            break
    assert seen["equal"] > 0
