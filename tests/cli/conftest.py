"""The command in this process, on a data folder with the sample tenants."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from authz.accounts.passwords import Hasher
from authz.cli.command import run
from authz.engine.schema_file import parse_schema
from authz.samples import sample_tenants
from authz.storage.database import Database, open_database
from authz.storage.seed import seed
from tests.shipped import BUDGET_MS, shipped
from tests.unit.engine.sets import write

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
    # WHY: a command has less time than comparing all policies may take.
    shipped()
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


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    """A data folder that a test may change."""
    shutil.copy(data / "demo.db", tmp_path / "gatehouse.db")
    return tmp_path


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason for another answer."""
    monkeypatch.setenv("AUTHZ_ENGINE__BUDGET_MS", str(BUDGET_MS))


@pytest.fixture
def acting(authz: Authz, folder: Path, patient: None) -> Authz:
    """The command on that folder, done for a person."""

    def acting(who: str, *arguments: object) -> Ran:
        return authz(*arguments, "-c", CONFIG, "--data", folder, "--as", who)

    return acting


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    handle = open_database(folder / "gatehouse.db", time.time)
    yield handle
    handle.close()


SCHEMA = """\
version: 1
types:
  user:
    subject: true
    facts: accounts
    attributes: {roles: {type: string-set, default: []}}
  tenant:
    facts: tenants
    actions: [edit]
"""
#: Everybody without the role `guest`, said as no condition can say it.
RULES = """\
permit("t.odd", subject: User, "edit", _tenant: Tenant, _context) if
  forall(role in subject.roles, role != "guest");
"""


@pytest.fixture
def interpreted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy set that the engine alone decides by."""
    folder = write(tmp_path / "policies", RULES, "t.odd", schema=SCHEMA)
    monkeypatch.setenv("AUTHZ_POLICY__DIR", str(folder))
    monkeypatch.setenv("AUTHZ_ENGINE__INTERPRETED", "allow")
