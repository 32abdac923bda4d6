"""Administrators' processes, killed 10 times in the midst of 500 writes."""

import pytest

from tests.administration.conftest import seeded, world  # noqa: F401
from tests.administration.kills import check_intact, killed_after
from tests.deep.conftest import Deep

KILLS, WRITES = 10, 500

pytestmark = pytest.mark.deep


def test_no_kill_loses_a_change_or_its_entry_in_the_log(world, deep: Deep):  # noqa: F811
    places = sorted(deep.random.sample(range(1, WRITES), KILLS - 1))
    counts = [
        end - start for start, end in zip([0, *places], [*places, WRITES], strict=True)
    ]
    said = []
    for number, count in enumerate(counts):
        said += killed_after(world.path, f"k{number}-", count)
        check_intact(world, said)
    assert len(said) >= WRITES
