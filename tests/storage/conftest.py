"""Real database files, and a clock that stands still until a test moves it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from authz.engine.schema import Schema
from authz.engine.schema_file import parse_schema
from authz.storage import organizations, people, places, tenants
from authz.storage.database import Database, migrate, open_database
from authz.storage.events import Actor
from tests.storage.named import NamedFacts

ROOT = Path(__file__).parents[2]
BY = Actor("user", "u_tester", "tester@example.org", channel="web", address="192.0.2.1")


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class World:
    """One database with a mini-grid tenant `grid` and a metering tenant `gas`."""

    def __init__(self, path: Path, clock: Clock):
        self.path = path
        self.clock = clock
        self.database = open_database(path, clock)

    def person(self, email: str, tenant: str = "grid") -> str:
        """The id of a new account."""
        return people.create_account(
            self.database,
            tenant,
            actor=BY,
            email=email,
            name="Some One",
            password_hash=None,
        ).id

    def organization(self, kind: str, id: str, **more: str | None) -> None:
        organizations.create_organization(
            self.database, "gas", kind, id, actor=BY, name=id.title(), **more
        )

    def place(self, kind: str, id: str, parent: str | None = None) -> None:
        places.create_place(
            self.database, "grid", kind, id, actor=BY, name=id.title(), parent=parent
        )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "empty.db"
    migrate(path)
    clock = Clock()
    database = open_database(path, clock)
    tenants.create_tenant(database, "grid", actor=BY, name="Grid", kind="minigrid")
    tenants.create_tenant(database, "gas", actor=BY, name="Gas", kind="metering")
    database.close()
    return path


@pytest.fixture
def world(migrated: Path, tmp_path: Path):
    path = tmp_path / "facts.db"
    shutil.copy(migrated, path)
    made = World(path, Clock())
    yield made
    made.database.close()


@pytest.fixture
def database(world: World) -> Database:
    return world.database


@pytest.fixture(scope="session")
def schema() -> Schema:
    return parse_schema((ROOT / "policies" / "schema.yaml").read_text("utf-8"))


@pytest.fixture
def facts(world: World, schema: Schema):
    found = NamedFacts(world.database, schema, world.clock)
    yield found
    found.close()
