"""From a facts file to a new database, whole or not at all.

The database is built beside its place and moved there when it is complete. Then every
tenant has a key of its own, made by chance, and `demo.json` tells who can log in and ask:
see `demo.py`.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from authz.accounts.keys import SCOPES
from authz.accounts.passwords import Hasher
from authz.decisions.ports import Clock
from authz.engine.schema import Schema
from authz.errors import AuthzError, ConfigError, Conflict, Unavailable
from authz.storage import clients, people, tenants
from authz.storage.database import (
    Database,
    migrate,
    open_database,
    remove_companions,
)
from authz.storage.events import SERVICE
from authz.storage.facts_file import Item, read_facts, tenants_of
from authz.storage.facts_steps import steps

#: Called with the number of steps done and that of all.
Progress = Callable[[int, int], None]
#: Name of the client whose key `demo.json` holds.
DEMO_CLIENT = "demo"


@dataclass(frozen=True, slots=True)
class SeededTenant:
    """What one must know of a tenant to use it."""

    slug: str
    #: E-mail of the account that administers it; None when the file names none.
    admin: str | None
    #: Text of a key with every scope, kept nowhere else.
    api_key: str
    #: E-mail -> id of each account, deleted ones too.
    users: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What one must know of a new database to use it."""

    tenants: tuple[SeededTenant, ...]
    #: The password of all accounts; None when they have none.
    password: str | None


def seed(
    path: Path,
    schema: Schema,
    source: Path,
    password: str | None = None,
    *,
    clock: Clock,
    hasher: Hasher,
    progress: Progress = lambda done, of: None,
) -> SeedResult:
    """Make the database `path` from the facts file `source`.

    All accounts get `password`, or the one in the file, or none. Raises: Conflict when
    there is a database already, or one appears meanwhile; ConfigError with the place in the
    file; Unavailable when it cannot be written. Then nothing is made.
    """
    if path.exists():
        raise Conflict(f"there is a database `{path}` already")
    facts = read_facts(source)
    chosen = password or facts.optional_text("demo_password")
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    _remove(new)
    # WHY: left over from a file that is gone, they would be read as a part of the new one.
    remove_companions(path)
    try:
        migrate(new)
        database = open_database(new, clock)
        try:
            todo = list(steps(database, schema, facts, chosen, hasher))
            for done, (where, step) in enumerate(todo, 1):
                with _placed(where):
                    step()
                progress(done, len(todo))
            result = issue_keys(database, facts, chosen)
        finally:
            database.close()
        _place(new, path)
    finally:
        _remove(new)
    return result


def issue_keys(database: Database, facts: Item, password: str | None) -> SeedResult:
    """A new key for each tenant of the file that is there; the one before it is revoked."""
    known = {tenant.slug for tenant in tenants.list_tenants(database)}
    found = []
    for tenant in tenants_of(facts):
        slug = tenant.text("slug")
        if slug not in known:
            continue
        with database.transaction():
            for client in clients.list_clients(database, slug):
                if client.name == DEMO_CLIENT and client.revoked_at is None:
                    clients.revoke(database, slug, client.id, actor=SERVICE)
            _, key = clients.create(database, slug, DEMO_CLIENT, SCOPES, actor=SERVICE)
            accounts = people.list_accounts(database, slug, deleted=True)
        ids = {account.email: account.id for account in accounts}
        found.append(SeededTenant(slug, tenant.optional_text("admin"), key.text, ids))
    return SeedResult(tuple(found), password)


def _place(new: Path, path: Path) -> None:
    """Give the file its name, unless another file has got it meanwhile."""
    try:
        os.link(new, path)
    except FileExistsError as exc:
        raise Conflict(f"there is a database `{path}` already") from exc
    except OSError as exc:
        raise Unavailable(f"cannot make the database `{path}`: {exc.strerror}") from exc


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    remove_companions(path)


@contextmanager
def _placed(where: str) -> Iterator[None]:
    """What the rules of the data refuse is an error of the file."""
    try:
        yield
    except (ConfigError, Unavailable):
        raise
    except AuthzError as exc:
        raise ConfigError(f"{where}: {exc}") from exc
