"""The Events Log as a person may read it: page by page, whole as CSV or JSON, verified.

Refusals that are still being counted are written into it before it is read.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from authz.administration.desk import Desk
from authz.administration.tables import csv_text
from authz.errors import RequestError
from authz.storage import event_pages, refusals
from authz.storage.event_pages import Wanted
from authz.storage.events import Entry, first_bad_entry

LIST, READ = "event:list", "event:read"
PAGE_MAX = 500
NUMBER_MAX = 2**53
NOTHING = Wanted()
UNIT = "metering_unit"
COLUMNS = (
    *("seq", "at", "actor_kind", "actor_id", "actor_label", "channel", "address"),
    *("action", "object_type", "object_id", "object_label", "before", "after"),
    *("result", "reason", "request_id", "revision", "previous_hash", "hash"),
)


class Log(Struct, frozen=True):
    """A page of the log, the latest entry first."""

    entries: tuple[Entry, ...]
    #: What to ask `older_than` and `newer_than` for the pages beside; None: there is none.
    older: int | None
    newer: int | None


class Verified(Struct, frozen=True):
    """What a look at the whole chain found."""

    entries: int
    #: Number of the first entry that is missing or changed; None when all is well.
    first_bad: int | None


class Names(Struct, frozen=True):
    """What the log can be narrowed to."""

    actions: tuple[str, ...]
    types: tuple[str, ...]


def page(
    desk: Desk,
    wanted: Wanted = NOTHING,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
    limit: int = 50,
) -> Log:
    """The entries that fit. Raises: Refused, RequestError."""
    if not 1 <= limit <= PAGE_MAX:
        raise RequestError(f"`limit` must be from 1 to {PAGE_MAX}", where="limit")
    for where, number in (("older_than", older_than), ("newer_than", newer_than)):
        if number is not None and not 0 <= number < NUMBER_MAX:
            raise RequestError(f"`{where}` is the number of no entry", where=where)
    _open(desk)
    found, more = event_pages.page(
        desk.database,
        desk.tenant,
        wanted,
        older_than=older_than,
        newer_than=newer_than,
        limit=limit,
    )
    back, on = (True, more) if newer_than is not None else (more, older_than is not None)
    return Log(
        tuple(found),
        found[-1].seq if found and back else None,
        found[0].seq if found and on else None,
    )


def entry(desk: Desk, number: int) -> Entry | None:
    """The entry of that number. Raises: Refused."""
    desk.require(READ, "tenant", desk.tenant)
    if not 0 < number < NUMBER_MAX:
        return None
    found, _ = event_pages.page(
        desk.database,
        desk.tenant,
        NOTHING,
        older_than=number + 1,
        newer_than=number - 1,
        limit=1,
    )
    return found[0] if found else None


def names(desk: Desk) -> Names:
    """The actions and types that there are entries of. Raises: Refused."""
    desk.require(LIST, "tenant", desk.tenant)
    return Names(
        tuple(event_pages.actions(desk.database, desk.tenant)),
        tuple(event_pages.types(desk.database, desk.tenant)),
    )


def days(first: str, last: str, zone: str) -> tuple[str | None, str | None]:
    """The time in UTC at which the first day begins and the last one is over, of a zone.

    Days are written `2026-11-22`; an empty one is no limit. Raises: RequestError.
    """
    return _midnight(first, zone, 0, "from"), _midnight(last, zone, 1, "to")


def as_csv(desk: Desk, wanted: Wanted = NOTHING) -> str:
    """All entries that fit, the oldest first, as CSV without formulas. Raises: Refused."""
    _open(desk)
    found = event_pages.all_of(desk.database, desk.tenant, wanted)
    return csv_text(COLUMNS, ([getattr(one, name) for name in COLUMNS] for one in found))


def as_json(desk: Desk, wanted: Wanted = NOTHING) -> Iterator[str]:
    """All entries that fit, the oldest first, each as a line of JSON. Raises: Refused."""
    _open(desk)
    return _lines(desk, wanted)


def as_object(one: Entry) -> dict[str, object]:
    """An entry as JSON has it."""
    fields = {name: getattr(one, name) for name in ("tenant", *COLUMNS)}
    for part in ("before", "after"):
        fields[part] = json.loads(fields[part]) if fields[part] else None
    return fields


def verify(desk: Desk) -> Verified:
    """Whether every entry is as it was written, and none is missing. Raises: Refused."""
    _open(desk)
    return Verified(
        event_pages.count(desk.database, desk.tenant),
        first_bad_entry(desk.database, desk.tenant),
    )


def about_unit(id: str) -> Wanted:
    """The entries about a metering unit."""
    return Wanted(object_type=UNIT, object_id=id)


def _lines(desk: Desk, wanted: Wanted) -> Iterator[str]:
    for one in event_pages.all_of(desk.database, desk.tenant, wanted):
        yield json.dumps(as_object(one), ensure_ascii=False, sort_keys=True) + "\n"


def _open(desk: Desk) -> None:
    desk.require(LIST, "tenant", desk.tenant)
    if refusals.is_due(desk.database, desk.tenant):
        refusals.settle(desk.database, desk.tenant)


def _midnight(day: str, zone: str, more_days: int, where: str) -> str | None:
    if not day:
        return None
    try:
        begins = date.fromisoformat(day) + timedelta(days=more_days)
        there = datetime.combine(begins, time(), ZoneInfo(zone))
        return there.astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError, KeyError) as exc:
        raise RequestError(f"`{where}` is no day as 2026-11-22", where=where) from exc
