"""Of 1,000 denies of random worlds, the smallest change is one."""

import pytest

from tests.deep.explained import checked, denies
from tests.policies.support import shipped

DENIES = 1_000

pytestmark = pytest.mark.deep


def test_the_smallest_change_allows_and_no_part_of_it_does(deep):
    changed = 0
    for answer in denies(deep.random, shipped()):
        changed += bool(checked(answer).changes)
        if changed == DENIES:
            break
