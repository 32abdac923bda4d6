"""Two hundred random edits of small worlds: verdicts, people and brute force agree."""

from collections import Counter
from random import Random

import pytest

from tests.differing.oracle import disagreements

SLICES = 2
EDITS = 200

pytestmark = pytest.mark.deep


@pytest.mark.parametrize("part", range(SLICES))
def test_what_is_said_of_random_edits_is_what_is_found_one_by_one(deep, tmp_path, part):
    seen: Counter[str] = Counter()
    number = 0
    while seen["edits"] < EDITS / SLICES:
        name = f"{deep.name} {number}"
        found = disagreements(Random(name), tmp_path / f"{number}.db", seen)
        assert found == [], name
        number += 1
    assert seen["equal"] > 0
