"""The Events Log: who changed what, and who was refused."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from authz.administration import events
from authz.errors import NotFound
from authz.storage.event_pages import Wanted
from authz.storage.events import Entry
from webapp.json_api.answers import Text
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present

routes = Routes("events", __name__, group="Events Log")

CSV, JSON_LINES = "text/csv; charset=utf-8", "application/jsonl; charset=utf-8"
EntryNumber = Annotated[int, Meta(ge=0, lt=events.NUMBER_MAX)]


class EventFilter(
    Body, frozen=True, rename={"type": "type", "since": "from", "until": "to"}
):
    """Which entries; every part narrows them."""

    #: A part of the name of who did it, or of what it was done to.
    q: str = ""
    #: Or with `:` or `.` at its end what it begins with.
    action: str | None = None
    type: str | None = None
    id: str | None = None
    #: Id of who did it.
    actor: str | None = None
    result: Literal["ok", "refused"] | None = None
    #: The first and the last day, as 2026-11-22, in the zone of the person of the token.
    since: str = ""
    until: str = ""


class EventQuery(EventFilter, frozen=True):
    """The same, a page at a time."""

    older_than: EntryNumber | None = None
    newer_than: EntryNumber | None = None
    limit: Annotated[int, Meta(ge=1, le=events.PAGE_MAX)] = 50


class EventEntry(Struct, frozen=True):
    """One entry."""

    seq: int
    #: In UTC.
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
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    result: str
    reason: str | None
    request_id: str | None
    hash: str


class EventLog(Struct, frozen=True):
    """A page, the latest first; `older` and `newer` are what to ask for those beside it."""

    events: list[EventEntry]
    older: int | None
    newer: int | None


class Chain(Struct, frozen=True):
    """What a look at all entries found."""

    entries: int
    #: The first that is missing or changed; null: all is well.
    first_bad: int | None


@routes.route_of(
    "GET", "/events", "List events", query=EventQuery, answer=EventLog, action="event:list"
)
def list_events(who: Present, query: EventQuery) -> EventLog:
    """The latest that fit."""
    found = events.page(
        who.desk,
        _wanted(who, query),
        older_than=query.older_than,
        newer_than=query.newer_than,
        limit=query.limit,
    )
    return EventLog([_entry(one) for one in found.entries], found.older, found.newer)


@routes.route_of(
    "GET",
    "/events/<int(max=9007199254740991):number>",
    "Read an event",
    answer=EventEntry,
    action="event:read",
)
def read(who: Present, number: int) -> EventEntry:
    """The entry of that number."""
    found = events.entry(who.desk, number)
    if found is None:
        raise NotFound(f"no event {number}")
    return _entry(found)


@routes.route_of(
    "GET",
    "/events.csv",
    "All events that fit, as CSV",
    query=EventFilter,
    content_type=CSV,
    action="event:list",
)
def as_csv(who: Present, query: EventFilter) -> Text:
    """For a spreadsheet, without formulas."""
    return Text(events.as_csv(who.desk, _wanted(who, query)), CSV, "events.csv")


@routes.route_of(
    "GET",
    "/events.jsonl",
    "All events that fit, each as a line of JSON",
    query=EventFilter,
    content_type=JSON_LINES,
    action="event:list",
)
def as_json(who: Present, query: EventFilter) -> Text:
    """The oldest first."""
    lines = events.as_json(who.desk, _wanted(who, query))
    return Text("".join(lines), JSON_LINES, "events.jsonl")


@routes.route_of(
    "POST",
    "/events/verify",
    "Verify the chain of events",
    answer=Chain,
    action="event:list",
)
def verify(who: Present) -> Chain:
    """Whether every entry is as it was written."""
    found = events.verify(who.desk)
    return Chain(found.entries, found.first_bad)


def _wanted(who: Present, query: EventFilter) -> Wanted:
    """Raises: RequestError for a day that is none."""
    since, until = events.days(query.since, query.until, who.account.timezone)
    return Wanted(
        actor=query.actor,
        text=query.q,
        action=query.action,
        object_type=query.type,
        object_id=query.id,
        result=query.result,
        since=since,
        until=until,
    )


def _entry(one: Entry) -> EventEntry:
    fields = {name: getattr(one, name) for name in EventEntry.__struct_fields__}
    for part in ("before", "after"):
        fields[part] = msgspec.json.decode(fields[part]) if fields[part] else None
    return EventEntry(**fields)
