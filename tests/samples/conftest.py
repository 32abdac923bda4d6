"""The sample tenants in a new database, and a real server over them."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from authz import config
from authz.accounts.passwords import Hasher
from authz.engine.policyset import PolicySet
from authz.samples import sample_tenants
from authz.storage.database import Database, open_database
from authz.storage.demo import write_demo_json
from authz.storage.seed import seed
from tests.api.doors import ROOT, Client, served, socket_door
from tests.shipped import shipped as load_shipped

CONFIG = ROOT / "config.yaml"


@dataclass(frozen=True)
class Sample:
    """A data folder with the sample tenants."""

    folder: Path
    #: The content of `demo.json`.
    demo: dict[str, Any]

    @property
    def path(self) -> Path:
        return self.folder / "gatehouse.db"

    def tenant_of(self, email: str) -> str:
        """The slug of the tenant that has this account."""
        found = [s for s, t in self.demo["tenants"].items() if email in t["users"]]
        assert len(found) == 1, email
        return found[0]

    def id_of(self, email: str) -> str:
        """The opaque id of an account."""
        return self.demo["tenants"][self.tenant_of(email)]["users"][email]


@pytest.fixture(scope="session")
def shipped() -> PolicySet:
    """The policies of the project."""
    return load_shipped()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, shipped: PolicySet) -> Sample:
    """The sample tenants, as `authz demo` makes them."""
    folder = tmp_path_factory.mktemp("sample")
    path = config.load(CONFIG, {}).store.path
    with sample_tenants() as source:
        made = seed(
            folder / path.name, shipped.schema, source, clock=time.time, hasher=Hasher()
        )
    write_demo_json(folder / "demo.json", made, base_url="http://test", console_url=None)
    return Sample(folder, json.loads((folder / "demo.json").read_text("utf-8")))


@pytest.fixture(scope="session")
def apps(sample: Sample) -> Iterator[dict[str, Client]]:
    """Tenant -> an app with its key, over a real socket to a server of two workers."""
    with served(sample.folder, config=CONFIG, workers=2) as port:
        door = socket_door(port)
        yield {
            slug: Client(door, tenant["api_key"])
            for slug, tenant in sample.demo["tenants"].items()
        }


@pytest.fixture
def database(sample: Sample) -> Iterator[Database]:
    """A handle of another process than the server's, to change facts under it."""
    handle = open_database(sample.path, time.time)
    yield handle
    handle.close()
