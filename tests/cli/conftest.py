"""The command in this process, on a data folder with the sample tenants."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from authz.accounts.passwords import Hasher
from authz.cli.command import run
from authz.engine.schema_file import parse_schema
from authz.samples import sample_tenants
from authz.storage.seed import seed

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config.yaml"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


#: Arguments of the command -> what came of it.
Authz = Callable[..., Ran]


@pytest.fixture
def authz(capfd: pytest.CaptureFixture[str]) -> Authz:
    def authz(*arguments: object) -> Ran:
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return authz


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo's database, and no other."""
    folder = tmp_path_factory.mktemp("data")
    with sample_tenants() as source:
        seed(
            folder / "demo.db",
            parse_schema((ROOT / "policies" / "schema.yaml").read_text("utf-8")),
            source,
            "meter2025x",
            clock=time.time,
            hasher=Hasher(rounds=1, memory_kib=64, lanes=1),
        )
    return folder
