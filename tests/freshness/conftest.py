import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from authz.accounts.passwords import Hasher
from authz.storage.seed import SeedResult, seed
from tests.api.doors import data  # noqa: F401
from tests.shipped import shipped

ROOT = Path(__file__).parents[2]


class Worker:
    """A worker process, and what it says to an order."""

    def __init__(self, path: Path):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.freshness.worker", str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def does(self, order: str) -> object:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0


@pytest.fixture(scope="session")
def seeded(tmp_path_factory) -> tuple[Path, SeedResult]:
    """A database file with the sample tenants, and their keys."""
    path = tmp_path_factory.mktemp("freshness") / "gatehouse.db"
    schema = shipped().schema
    cheap = Hasher(rounds=1, memory_kib=64, lanes=1)
    facts = ROOT / "authz" / "samples" / "tenants.yaml"
    return path, seed(path, schema, facts, clock=time.time, hasher=cheap)


@pytest.fixture
def path(seeded, tmp_path) -> Path:
    """A copy of that database, in a data folder of its own."""
    copy = tmp_path / "gatehouse.db"
    copy.write_bytes(seeded[0].read_bytes())
    copy.chmod(0o600)
    return copy


@pytest.fixture
def workers(path):
    """Two processes on one database file."""
    both = (Worker(path), Worker(path))
    yield both
    for worker in both:
        worker.stop()
