"""The Events Log: what somebody changed or was refused, in a chain per tenant that shows
every edit.

Each entry holds the hash of the one before it. A hash covers every field with its length,
so that no two different entries have the same bytes. The table takes only the next entry of
a chain and refuses updates and deletes. Source: security of logs as in AWS CloudTrail's
digest files.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import peewee as pw

from authz.storage.database import Database
from authz.storage.statement import Statement
from authz.storage.tables import Event, Tenant

#: Written in place of a value that nobody may read.
MASK = "***"
#: A field whose name holds one of these words is masked, whatever its value.
SECRET_WORDS = ("password", "secret", "hash", "token", "api_key")
#: What an entry holds besides the hashes, in the order in which it is hashed.
HASHED = (
    "tenant",
    "seq",
    "revision",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "channel",
    "address",
    "action",
    "object_type",
    "object_id",
    "object_label",
    "before",
    "after",
    "result",
    "reason",
    "request_id",
    "previous_hash",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, and through what."""

    kind: str
    id: str
    label: str
    channel: str | None = None
    address: str | None = None
    request_id: str | None = None
    #: The tenant's revision at which the right to do this was decided; a change since is a
    #: Conflict.
    decided_at: int | None = None


#: What the service does by itself, as when it loads facts into a new database.
SERVICE = Actor("service", "gatehouse", "Gatehouse")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is written and read."""

    tenant: str
    seq: int
    revision: int
    #: ISO 8601 in UTC, with microseconds.
    at: str
    actor_kind: str
    actor_id: str
    actor_label: str
    channel: str | None
    address: str | None
    action: str
    object_type: str
    object_id: str
    object_label: str
    #: JSON objects; None when there is nothing to say.
    before: str | None
    after: str | None
    result: str
    reason: str | None
    request_id: str | None
    previous_hash: str
    hash: str


def record(
    database: Database,
    tenant: str,
    *,
    actor: Actor,
    action: str,
    about: tuple[str, str],
    label: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    refused: str | None = None,
) -> None:
    """Append one entry; inside a transaction it is kept or dropped with it.

    `refused` is the reason why nothing was changed.
    """
    with database.transaction():
        last = next(iter(_last(database, tenant)), (0, ""))
        revision = _revision(database, tenant)
        fields: dict[str, object] = {
            "tenant": tenant,
            "seq": last[0] + 1,
            "revision": revision[0][0] if revision else None,
            "at": datetime.fromtimestamp(database.now(), UTC).isoformat(
                timespec="microseconds"
            ),
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_label": actor.label,
            "channel": actor.channel,
            "address": actor.address,
            "action": action,
            "object_type": about[0],
            "object_id": about[1],
            "object_label": label,
            "before": _text(before),
            "after": _text(after),
            "result": "ok" if refused is None else "refused",
            "reason": refused,
            "request_id": actor.request_id,
            "previous_hash": last[1],
        }
        Event.insert(**fields, hash=_hash(fields)).execute(database.db)


@Statement
def _last(tenant: Any) -> pw.Query:
    chosen = Event.select(Event.seq, Event.hash).where(Event.tenant == tenant)
    found: pw.Query = chosen.order_by(Event.seq.desc()).limit(1)
    return found


@Statement
def _revision(tenant: Any) -> pw.Query:
    return Tenant.select(Tenant.revision).where(Tenant.slug == tenant)


def entries(
    database: Database, tenant: str, *, after: int = 0, limit: int = 1000
) -> list[Entry]:
    """The tenant's entries behind the one numbered `after`, oldest first."""
    with database.reading():
        rows = _rows(tenant, after, limit).execute(database.db)
        return [
            Entry(**{name: getattr(row, name) for name in (*HASHED, "hash")})
            for row in rows
        ]


def first_bad_entry(database: Database, tenant: str) -> int | None:
    """The number of the first entry that is missing or changed; None when all is well.

    A chain whose end was cut off, or that was rebuilt from an edit to its end, looks well
    by itself.
    """
    seq, previous = 0, ""
    while found := entries(database, tenant, after=seq):
        for entry in found:
            seq += 1
            fields = {name: getattr(entry, name) for name in HASHED}
            if (entry.seq, entry.previous_hash, entry.hash) != (
                seq,
                previous,
                _hash(fields),
            ):
                return seq
            previous = entry.hash
    return None


def _rows(tenant: str, after: int, limit: int) -> "pw.ModelSelect[Event]":
    chosen = Event.select().where((Event.tenant == tenant) & (Event.seq > after))
    return chosen.order_by(Event.seq).limit(limit)


def _text(values: Mapping[str, object] | None) -> str | None:
    if values is None:
        return None
    return json.dumps(_masked(values), sort_keys=True, ensure_ascii=False)


def _masked(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            name: MASK
            if any(word in str(name) for word in SECRET_WORDS) and inner is not None
            else _masked(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    return value


def _hash(fields: Mapping[str, object]) -> str:
    digest = hashlib.sha256(_with_length("v1"))
    for name in HASHED:
        digest.update(_with_length(fields[name]))
    return digest.hexdigest()


def _with_length(value: object) -> bytes:
    if value is None:
        return b"-:"
    data = str(value).encode()
    return b"%d:%s" % (len(data), data)
