"""The console over the sample tenants, in the process that `authz serve` gives it."""

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from authz import config
from authz.administration.noted import FIELDS
from authz.storage import resources
from authz.storage.database import identity
from authz.storage.events import SERVICE
from authz.storage.seed import seed
from tests.administration.conftest import CHEAP, PASSWORD, World
from tests.shipped import ROOT, shipped
from webapp.console import process
from webapp.console.loading import load

FACTS = ROOT / "authz" / "samples" / "tenants.yaml"
#: The Protected Pages Password of the sample tenant that uses one.
PAGES_PASSWORD = "ziwa-pages-7"
START_SECONDS = 180
SEEDED = ("customer", "asset", "ticket")
#: Type of a thing that the sample tenants have none of -> the id of the one made here.
RECORDED = {type: f"a-{type}" for type in FIELDS if type not in SEEDED}


@dataclass(frozen=True)
class Site:
    """What is served, and what is behind it."""

    #: As `http://127.0.0.1:8081`.
    url: str
    world: World
    #: What was made once for all who want to look at it.
    made: dict[str, str] = field(default_factory=dict)


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """The console, with data of its own in the folder; PASSWORD opens all accounts."""
    # WHY first: who compares the policies for the first time needs half a minute.
    schema = shipped().schema
    path = folder / "gatehouse.db"
    seed(path, schema, FACTS, PASSWORD, clock=time.time, hasher=CHEAP)
    settings = config.load(
        ROOT / "config.yaml",
        {},
        {
            "store.path": path,
            "policy.last_good": folder / "last-good",
            "policy.watch": False,
            "server.console.registration": True,
            "mail.outbox": folder / "outbox",
        },
    )
    world = World(path, time.time)
    for type, id in RECORDED.items():
        _record(world, type, id)
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        with process.running(partial(load, settings, identity(path), time.time), listening):
            # WHY: a browser does not wait as long as a busy machine needs for a start.
            urllib.request.urlopen(f"{url}/login", timeout=START_SECONDS).close()
            yield Site(url, world)
    finally:
        world.close()


def _record(world: World, type: str, id: str) -> None:
    """One thing of pwani, as an app registers it."""
    noted = dict.fromkeys(FIELDS[type], "12.50") | {"name": f"Some {type}"}
    schema = shipped().schema
    resources.put(
        world.database, schema, "pwani", type, id, {}, details=noted, actor=SERVICE
    )
