"""What a person may take out at once: people, and the things of every type that has a list.

It is what the lists show, page by page, to this person; where the policies know of exports,
that right is needed too. No cell is a formula, and nothing that is secret is in it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from authz.administration import organizations, places, records, sheets, things
from authz.administration import people as listing
from authz.administration.access import rules_of
from authz.administration.desk import Desk
from authz.administration.noted import FIELDS
from authz.administration.tables import csv_text
from authz.administration.units import COMPANY, TYPE
from authz.engine.place import near_miss
from authz.errors import InvalidChange
from authz.said import said
from authz.storage.directory import Wanted as PeopleWanted
from authz.storage.organizations import KINDS
from authz.storage.places import PARENTS
from authz.storage.resources import Resource
from authz.storage.things import Wanted as ThingsWanted

SCHEMA = "authz.export/1"
USERS = "users"
RUN, REPORT = "export:run", "report:export"
#: What can be taken out. Order: as people look for it.
WHATS = (USERS, *KINDS, TYPE, *PARENTS, *FIELDS)
PLACE = ("id", "name", "parent", "manager")
ORGANIZATION = ("id", "name", "parent", COMPANY, "category")
UNIT = (
    *("id", "name", COMPANY, "service_organization", "consumer", "manufacturer"),
    *("resource", "model", "serial", "imei", "status"),
)
EVERYBODY, EVERYTHING = PeopleWanted(), ThingsWanted()
Cells = Mapping[str, object]
#: The token of a page -> what is on it, and the token of the next one.
Page = Callable[[str], tuple[list[Cells], str | None]]


def columns(desk: Desk, what: str) -> tuple[str, ...]:
    """What is told of each. Raises: InvalidChange for what cannot be taken out."""
    if what == USERS:
        return sheets.COLUMNS
    if what in KINDS:
        return ORGANIZATION
    if what in PARENTS:
        return PLACE
    if what == TYPE:
        return UNIT
    if what in FIELDS:
        declared = desk.policies.schema.types[what].attributes
        done = [act for act, then in records.ACTS.items() if then is not None]
        status = ("status",) if any(act.startswith(f"{what}:") for act in done) else ()
        return tuple(dict.fromkeys(("id", *declared, *FIELDS[what], *status)))
    raise InvalidChange(
        said("unknown export `{what}`{hint}", what=what, hint=near_miss(what, WHATS)),
        field="what",
    )


def may(desk: Desk, what: str) -> bool:
    """Whether the person may take it out, apart from whether the list is open."""
    return all(
        desk.may(action, "tenant", desk.tenant, **properties)
        for action, properties in _needed(desk, what)
    )


def text(
    desk: Desk,
    what: str,
    form: str,
    *,
    people: PeopleWanted = EVERYBODY,
    wanted: ThingsWanted = EVERYTHING,
) -> str:
    """All that the person may see of it, as `csv` or `json`; of people and of things those
    that a list was narrowed to. Raises: Refused, RequestError, InvalidChange.
    """
    named = columns(desk, what)
    for action, properties in _needed(desk, what):
        desk.require(action, "tenant", desk.tenant, **properties)
    found = _all(_pages(desk, what, named, people, wanted))
    if form == "csv":
        rows = ([_cell(one[name]) for name in named] for one in found)
        return csv_text(named, rows)
    shown = {"schema": SCHEMA, "of": what, "items": list(found)}
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


def _needed(desk: Desk, what: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What it takes besides the list: of the policies only what they know of exports."""
    known = rules_of(desk)
    needed = known.needs.get(RUN)
    if any(needed in role.permissions for role in known.roles.values()):
        yield RUN, {"subject_matter": what if what == USERS else f"{what}s"}
    if what == TYPE:
        yield REPORT, {}


def _all(page: Page) -> Iterator[Cells]:
    after: str | None = ""
    while after is not None:
        found, after = page(after)
        yield from found


def _pages(
    desk: Desk,
    what: str,
    named: tuple[str, ...],
    people: PeopleWanted,
    wanted: ThingsWanted,
) -> Page:
    if what == USERS:
        return lambda after: _people(desk, people, after)

    def page(after: str) -> tuple[list[Cells], str | None]:
        one = _things(desk, what, wanted, after)
        return [_told(found.thing, named) for found in one.listed], one.next

    return page


def _people(desk: Desk, wanted: PeopleWanted, after: str) -> tuple[list[Cells], str | None]:
    # WHY by e-mail: the same people come out in the same order, whatever they are called.
    found = listing.page(desk, wanted, sort="email", after=after, limit=listing.PAGE_MAX)
    return [sheets.written(one.account) for one in found.listed], found.next


def _things(desk: Desk, what: str, wanted: ThingsWanted, after: str) -> things.Things:
    limit = things.PAGE_MAX
    if what in KINDS:
        return organizations.page(desk, what, wanted, after=after, limit=limit)
    if what in PARENTS:
        return places.page(desk, what, wanted, after=after, limit=limit)
    if what == TYPE:
        return things.page(desk, what, wanted, action=REPORT, after=after, limit=limit)
    return records.page(desk, what, wanted, after=after, limit=limit)


def _told(thing: Any, named: tuple[str, ...]) -> Cells:
    if isinstance(thing, Resource):
        known = {**thing.details, **thing.attributes, "id": thing.id}
        return {name: known.get(name) for name in named}
    return {name: getattr(thing, name) for name in named}


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        return sheets.cell([str(part) for part in value])
    return value
