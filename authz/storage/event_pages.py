"""The Events Log as it is looked through: the entries that fit, the latest first, a page at
a time; or all of them in their order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import peewee as pw

from authz.storage.database import Database
from authz.storage.events import HASHED, Entry
from authz.storage.listing import contains, words
from authz.storage.tables import Event as Row

CHUNK = 1000
#: Each name of an action or a type, by looking one up after the other in the index.
_NAMES = """
WITH RECURSIVE name(it) AS (
    SELECT min({column}) FROM event WHERE tenant = ?
    UNION ALL
    SELECT (SELECT min({column}) FROM event WHERE tenant = ? AND {column} > it)
    FROM name WHERE it IS NOT NULL
)
SELECT it FROM name WHERE it IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; every part narrows them."""

    #: Id of who did it.
    actor: str | None = None
    #: A part of the name of who did it, or of what it was done to.
    text: str = ""
    #: The action, or with `:` or `.` at its end what it begins with.
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    #: `ok` or `refused`.
    result: str | None = None
    #: ISO 8601 in UTC: not before the one, and before the other.
    since: str | None = None
    until: str | None = None


def page(
    database: Database,
    tenant: str,
    wanted: Wanted,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
    limit: int,
) -> tuple[list[Entry], bool]:
    """The latest entries that fit, and whether there are others behind them.

    older_than, newer_than: numbers of entries that they stand behind or before. Order: the
    latest first.
    """
    forwards = newer_than is not None
    tests = _bounds(database, tenant, wanted)
    chosen = Row.select().where(*_tests(tenant, wanted), *tests)
    if older_than is not None:
        chosen = chosen.where(Row.seq < older_than)
    if newer_than is not None:
        chosen = chosen.where(Row.seq > newer_than)
    chosen = chosen.order_by(Row.seq.asc() if forwards else Row.seq.desc())
    with database.reading():
        found = [_entry(row) for row in chosen.limit(limit + 1).execute(database.db)]
    kept = found[:limit]
    return (kept[::-1] if forwards else kept), len(found) > limit


def all_of(database: Database, tenant: str, wanted: Wanted) -> Iterator[Entry]:
    """All entries that fit, the oldest first, read a part at a time."""
    after = 0
    while True:
        chosen = Row.select().where(*_tests(tenant, wanted), Row.seq > after)
        with database.reading():
            rows = list(chosen.order_by(Row.seq).limit(CHUNK).execute(database.db))
        yield from map(_entry, rows)
        if len(rows) < CHUNK:
            return
        after = rows[-1].seq


def actions(database: Database, tenant: str) -> list[str]:
    """The actions that there are entries of, by name."""
    return _names(database, tenant, "action")


def types(database: Database, tenant: str) -> list[str]:
    """The types of things that there are entries about, by name."""
    return _names(database, tenant, "object_type")


def count(database: Database, tenant: str) -> int:
    """How many entries there are; no number is left out."""
    last = Row.select(Row.seq).where(Row.tenant == tenant).order_by(Row.seq.desc())
    with database.reading():
        return int(last.limit(1).scalar(database.db) or 0)


def count_by(database: Database, tenant: str, actor: str) -> int:
    """How many entries name that account as who did it."""
    mine = (Row.tenant == tenant) & (Row.actor_id == actor)
    with database.reading():
        return int(Row.select().where(mine).count(database.db))


def _names(database: Database, tenant: str, column: str) -> list[str]:
    db: Any = database.db
    with database.reading():
        rows = db.execute_sql(_NAMES.format(column=column), [tenant, tenant]).fetchall()
    return [name for (name,) in rows]


def _tests(tenant: str, wanted: Wanted) -> Iterator[Any]:
    yield Row.tenant == tenant
    if wanted.actor is not None:
        yield Row.actor_id == wanted.actor
    for word in words(wanted.text):
        yield contains(word, Row.actor_label, Row.object_label, Row.object_id)
    if wanted.action is not None:
        prefix = wanted.action.endswith((":", "."))
        if prefix:
            # WHY a range: it is found in the index, and nothing in it has a meaning.
            yield (Row.action >= wanted.action) & (Row.action < f"{wanted.action}\uffff")
        else:
            yield Row.action == wanted.action
    for column, value in (
        (Row.object_type, wanted.object_type),
        (Row.object_id, wanted.object_id),
        (Row.result, wanted.result),
    ):
        if value is not None:
            yield column == value
    # WHY not by the index of the times: it would have to be sorted by number again.
    at = pw.NodeList((pw.SQL("+"), Row.at))
    for sign, time in ((">=", wanted.since), ("<", wanted.until)):
        if time is not None:
            yield pw.NodeList((at, pw.SQL(sign), time))


def _bounds(database: Database, tenant: str, wanted: Wanted) -> list[Any]:
    """Between which numbers the entries of those times are."""
    if wanted.since is None and wanted.until is None:
        return []
    within = [Row.tenant == tenant]
    within += [Row.at >= wanted.since] if wanted.since is not None else []
    within += [Row.at < wanted.until] if wanted.until is not None else []
    chosen = Row.select(pw.fn.MIN(Row.seq), pw.fn.MAX(Row.seq)).where(*within)
    with database.reading():
        ((first, last),) = chosen.tuples().execute(database.db)
    return [Row.seq >= (first or 0), Row.seq <= (last or 0)]


def _entry(row: Row) -> Entry:
    return Entry(**{name: getattr(row, name) for name in (*HASHED, "hash")})
