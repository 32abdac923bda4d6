import os
import time
from collections.abc import Iterator
from random import Random

import pytest

from tests.freshness.conftest import path, seeded, workers  # noqa: F401

SEED = os.environ.get("DEEP_SEED", "1")
SECONDS = float(os.environ.get("DEEP_SECONDS", "60"))


class Deep:
    """Chance that can be repeated, and a share of the time there is."""

    def __init__(self, name: str):
        self.name = f"DEEP_SEED={SEED} {name}"
        self.random = Random(self.name)

    def rounds(self, share: float) -> Iterator[int]:
        """0, 1, 2, ... until that share of the time is over; always one."""
        end = time.monotonic() + share * SECONDS
        number = 0
        while number == 0 or time.monotonic() < end:
            yield number
            number += 1


@pytest.fixture
def deep(request) -> Deep:
    return Deep(request.node.name)


def pytest_report_header() -> str:
    return f"deep: DEEP_SEED={SEED} DEEP_SECONDS={SECONDS:g}"
