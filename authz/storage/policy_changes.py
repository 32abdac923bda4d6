"""Changes of the policies that somebody asks for, as they stand."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import peewee as pw

from authz.errors import NotFound
from authz.storage.database import Database
from authz.storage.policy_tables import Change as Row
from authz.storage.tables import Event

#: What can still become active.
OPEN = ("draft", "checking", "checked", "failed", "approved", "activating")
STATUSES = (*OPEN, "active", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class Change:
    """One change."""

    number: int
    tenant: str
    title: str
    description: str
    #: Id and e-mail of the author.
    author: str
    author_label: str
    created_at: float
    #: Number of the last event of the tenant's log before it.
    created_seq: int
    updated_at: float
    #: One of `STATUSES`.
    status: str
    #: Hashes of both directories.
    base: str
    candidate: str
    approver: str | None
    approver_label: str | None
    approved_at: float | None
    #: Whether there was nobody else who could approve it.
    is_approved_alone: bool

    @property
    def is_open(self) -> bool:
        """Whether it can still become active."""
        return self.status in OPEN


def add(
    database: Database,
    tenant: str,
    *,
    title: str,
    description: str,
    author: str,
    author_label: str,
    base: str,
    candidate: str,
) -> Change:
    """A new draft."""
    now = database.now()
    with database.transaction():
        row = {"title": title, "description": description, "status": "draft"}
        row |= {"author": author, "author_label": author_label}
        number = Row.insert(
            **row,
            tenant=tenant,
            base=base,
            candidate=candidate,
            created_at=now,
            created_seq=_last_event(database, tenant),
            updated_at=now,
        ).execute(database.db)
        return find(database, tenant, number)


def update(database: Database, change: Change, **new: object) -> Change:
    """The change with other values, and updated now."""
    with database.transaction():
        mine = (Row.tenant == change.tenant) & (Row.number == change.number)
        row = {**new, "updated_at": database.now()}
        Row.update(**row).where(mine).execute(database.db)
        return find(database, change.tenant, change.number)


def find(database: Database, tenant: str, number: int) -> Change:
    """One change. Raises: NotFound."""
    chosen = Row.select().where((Row.tenant == tenant) & (Row.number == number))
    with database.reading():
        for row in chosen.execute(database.db):
            return _change(row)
    raise NotFound(f"no change {number} of the policies")


def page(
    database: Database,
    tenant: str,
    statuses: Collection[str],
    *,
    before: int | None,
    limit: int,
) -> list[Change]:
    """The changes before that number with one of the statuses, the latest first."""
    wanted = (Row.tenant == tenant) & Row.status.in_(list(statuses))
    if before is not None:
        wanted &= Row.number < before
    chosen = Row.select().where(wanted).order_by(Row.number.desc()).limit(limit)
    with database.reading():
        return [_change(row) for row in chosen.execute(database.db)]


def _change(row: Row) -> Change:
    fields: Any = Change.__dataclass_fields__
    return Change(**{name: getattr(row, name) for name in fields})


def _last_event(database: Database, tenant: str) -> int:
    last = Event.select(pw.fn.MAX(Event.seq)).where(Event.tenant == tenant)
    return int(last.scalar(database.db) or 0)
