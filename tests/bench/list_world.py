"""The sample tenants with many more people and events, for pages that list them."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from authz.storage import people
from authz.storage.database import Database, open_database
from authz.storage.events import entries
from authz.storage.seed import seed
from tests.administration.conftest import CHEAP, ROOT
from tests.administration.names import ROOT as PLATFORM_ADMIN
from tests.shipped import shipped

TENANT = "gasmeter-uz"
#: Level and what it is bound to, of one person after the other.
ACCESS = (
    ("branch", (("supply_company", "hg-navoiy"),)),
    ("branch", (("supply_company", "hg-poytaxt"),)),
    ("consumer", (("consumer", "c-bakery"),)),
    (
        "service_company_admin",
        (("supply_company", "hududgaz"), ("service_organization", "techservice")),
    ),
)
ACTIONS = ("user.created", "user.access_set", "metering_unit.updated", "authorization")
Row = tuple[Any, ...]


def made(folder: Path, people_count: int, events_count: int) -> Path:
    """A database file with so many people and events besides those of the sample."""
    path = folder / f"{people_count}-{events_count}.db"
    facts = ROOT / "authz" / "samples" / "tenants.yaml"
    seed(path, shipped().schema, facts, clock=time.time, hasher=CHEAP)
    database = open_database(path, time.time)
    add_people(database, people_count)
    with database.transaction():
        _add_events(database, events_count)
    database.close()
    return path


def add_people(database: Database, count: int) -> None:
    """People with access, besides those who are there."""
    # WHY: what a hash costs is not what is looked at.
    shared = CHEAP.hash("meter2025x")
    held = [ACCESS[n % len(ACCESS)] for n in range(count)]
    with database.transaction():
        _insert(
            database,
            "account (tenant, id, email, email_key, name, password_hash, created_at)",
            (
                (TENANT, f"p-{n}", email, email, f"Person {n * 7919 % count}", shared, 0.0)
                for n in range(count)
                for email in [f"p{n}@many.example"]
            ),
        )
        _insert(
            database,
            "role_assignment (tenant, account, role, granted_by, granted_at)",
            ((TENANT, f"p-{n}", role, "seed", 0.0) for n, (role, _) in enumerate(held)),
        )
        _insert(
            database,
            "binding (tenant, account, kind, target)",
            (
                (TENANT, f"p-{n}", kind, target)
                for n, (_, bindings) in enumerate(held)
                for kind, target in bindings
            ),
        )


def _add_events(database: Database, count: int) -> None:
    """Entries that continue the chain; their hashes are only hashes of something."""
    last = entries(database, TENANT, limit=1_000_000)[-1]
    actor = people.find_account(database, TENANT, PLATFORM_ADMIN).id
    _insert(
        database,
        "event (tenant, seq, revision, at, actor_kind, actor_id, actor_label, channel,"
        " address, action, object_type, object_id, object_label, before, after, result,"
        " previous_hash, hash)",
        _chained(last.seq, last.hash, actor, count),
    )


def _chained(seq: int, previous: str, actor: str, count: int) -> Iterator[Row]:
    for n in range(count):
        seq += 1
        digest = hashlib.sha256(f"{previous} {n}".encode()).hexdigest()
        at = f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}T08:{n % 60:02d}:00.000000+00:00"
        action = ACTIONS[n % len(ACTIONS)]
        about = "metering_unit" if action.startswith("metering") else "user"
        result = "refused" if n % 97 == 0 else "ok"
        after = f'{{"name": "Person {n}"}}'
        yield (
            *(TENANT, seq, 1, at, "user", actor, PLATFORM_ADMIN, "web", "192.0.2.7"),
            *(action, about, f"p-{n % 1000}", f"Person {n % 1000}", "{}", after, result),
            *(previous, digest),
        )
        previous = digest


def _insert(database: Database, into: str, rows: Iterable[Row]) -> None:
    # WHY not through the functions of administration: a hundred thousand people would take
    # an hour.
    marks = ", ".join("?" * (into.count(",") + 1))
    handle: Any = database.db
    handle.connection().executemany(f"INSERT INTO {into} VALUES ({marks})", rows)
