"""Random edits: verdicts, people and asking one by one agree. The deep tests make 200."""

from collections import Counter
from random import Random

import pytest

from tests.differing.oracle import disagreements

EDITS = 12


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    return Counter()


@pytest.mark.parametrize("number", range(EDITS))
def test_what_is_said_of_an_edit_is_what_is_found_one_by_one(tmp_path, seen, number):
    found = disagreements(Random(f"edit {number}"), tmp_path / "small.db", seen)
    assert found == []


def test_the_edits_made_changes_of_every_kind(seen):
    assert seen["edits"] == EDITS
    for what in ("equal", "looser", "stricter", "gain of people", "loss of people"):
        assert seen[what] > 0, seen
