"""Who gave a person a role, an option or a binding, and when it ends.

Roles and options are stored with their giver. A binding is not: its giver is in the Events
Log, which is read as far back as costs next to nothing.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import peewee as pw

from authz.decisions.ports import Given
from authz.storage.database import Database
from authz.storage.events import SERVICE
from authz.storage.held import BOUND
from authz.storage.tables import Account, Binding, Event, OptionGrant, RoleAssignment

#: Entries of the tenant's log, from the latest, among which the giver of a binding is
#: looked for.
EVENTS_MAX = 5_000


def given(database: Database, tenant: str, account: str) -> list[Given]:
    """What is recorded of the roles, options and bindings of that id, in this order.

    Raises: Unavailable.
    """
    with database.reading():
        granted = [*_roles(database, tenant, account), *_options(database, tenant, account)]
        names = _names(database, {one.given_by for one in granted})
        named = [
            replace(one, given_by=names.get(one.given_by, one.given_by)) for one in granted
        ]
        return named + list(_bindings(database, tenant, account))


def _roles(database: Database, tenant: str, account: str) -> Iterator[Given]:
    held = _of(RoleAssignment, tenant, account).order_by(RoleAssignment.role)
    for row in held.execute(database.db):
        yield Given("roles", row.role, row.granted_by, row.granted_at, row.expires_at)


def _options(database: Database, tenant: str, account: str) -> Iterator[Given]:
    held = _of(OptionGrant, tenant, account).order_by(OptionGrant.option)
    for row in held.execute(database.db):
        yield Given("options", row.option, row.granted_by, row.granted_at)


def _bindings(database: Database, tenant: str, account: str) -> Iterator[Given]:
    attribute_of = {kind: attribute for attribute, kind in BOUND.items()}
    givers = _givers(database, tenant, account)
    held = _of(Binding, tenant, account).order_by(Binding.kind, Binding.target)
    for row in held.execute(database.db):
        giver, at = givers.get((row.kind, row.target), ("", None))
        yield Given(attribute_of[row.kind], row.target, giver, at)


def _givers(
    database: Database, tenant: str, account: str
) -> dict[tuple[str, str], tuple[str, float]]:
    """Kind and target of a binding -> who gave it last, and when."""
    last = Event.select(pw.fn.MAX(Event.seq)).where(Event.tenant == tenant)
    latest: int = last.scalar(database.db) or 0
    recent = (Event.tenant == tenant) & (Event.seq > latest - EVENTS_MAX)
    about = (Event.object_type == "user") & (Event.object_id == account)
    found = Event.select().where(recent & about & (Event.action == "user.access_set"))
    givers = {}
    for row in found.order_by(Event.seq).execute(database.db):
        at = datetime.fromisoformat(row.at).timestamp()
        for pair in _bound(row.after) - _bound(row.before):
            givers[pair] = (row.actor_label, at)
    return givers


def _names(database: Database, ids: Collection[str]) -> dict[str, str]:
    """Id -> e-mail of those that are people, and what the service calls itself."""
    people = Account.select(Account.id, Account.email).where(Account.id.in_(sorted(ids)))
    return {SERVICE.id: SERVICE.label, **dict(people.tuples().execute(database.db))}


def _of(table: Any, tenant: str, account: str) -> Any:
    return table.select().where((table.tenant == tenant) & (table.account == account))


def _bound(written: str | None) -> set[tuple[str, str]]:
    """The bindings that one side of an entry names."""
    bindings = json.loads(written or "{}").get("bindings", {})
    return {(kind, target) for kind, targets in bindings.items() for target in targets}
