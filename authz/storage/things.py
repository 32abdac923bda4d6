"""Organizations, metering units and places a page at a time: those that a tree holds for
and that are looked for. A page takes a constant number of queries.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import peewee as pw

from authz.decisions.tree import Tree
from authz.engine.place import near_miss
from authz.engine.schema import TypeSchema
from authz.errors import RequestError
from authz.storage.database import Database
from authz.storage.listing import behind, contains, words
from authz.storage.organizations import organization_of
from authz.storage.places import place_of
from authz.storage.resources import resource_of
from authz.storage.search import declared
from authz.storage.shelves import shelf
from authz.storage.sql import expression
from authz.storage.tables import MeteringUnit, Organization, Place, Resource, SupplyLine
from authz.storage.units import unit_of

T = TypeVar("T")
#: Where things of a type are kept -> their table, what it is sorted by, what a row is.
_TABLES: Mapping[str, tuple[Any, Any, Callable[[Any], Any]]] = {
    "organizations": (Organization, Organization.name, organization_of),
    "metering_units": (MeteringUnit, MeteringUnit.name, unit_of),
    "places": (Place, Place.name, place_of),
    "resources": (Resource, Resource.id, resource_of),
}
#: Columns that a list can be narrowed by, each to one value, where a thing has them.
NARROWING = frozenset(
    {
        *("supply_company", "service_organization", "consumer", "manufacturer"),
        *("status", "model", "resource", "category", "parent", "cluster"),
    }
)
#: The same of registered things -> the column of JSON that it stands in.
NOTED: Mapping[str, str] = MappingProxyType(
    {"cluster": "attributes", "customer": "details", "status": "details"}
)
#: The status of a registered thing to which nothing was done yet.
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which things a list is to show; every part narrows it."""

    #: A part of the name, of what is noted of it, or of the id, in capitals or not.
    text: str = ""
    #: Column of NARROWING -> its value.
    values: tuple[tuple[str, str], ...] = ()
    #: Of units and consumers: supplied by this company or by a branch of it.
    supplied_by: str | None = None
    #: Of units: of a consumer of this category.
    category: str | None = None
    #: Only those with these ids.
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A thing on a page."""

    thing: T
    #: Names of the trees that hold for it.
    marks: frozenset[str]
    #: Where the list goes on after it: name and id.
    place: tuple[str, str]


def page(
    database: Database,
    tenant: str,
    kind: TypeSchema,
    tree: Tree,
    *,
    wanted: Wanted,
    marks: Mapping[str, Tree],
    after: tuple[str, str] | None = None,
    backwards: bool = False,
    limit: int,
) -> tuple[list[Found[Any]], bool]:
    """The things behind `after`, and whether there are others behind them.

    backwards: those before it instead. Order: by name, registered things by id.
    Raises: RequestError for a filter that such things do not have.
    """
    table, column, made = _TABLES[kind.facts]
    with database.reading():
        rows = shelf(database, kind, tenant, database.now())
        columns, sound = declared(kind, rows, tenant)
        shown = [
            expression(mark, kind, columns).alias(f"mark_{number}")
            for number, mark in enumerate(marks.values())
        ]
        chosen = table.select(table, *shown).where(
            rows.where,
            sound,
            expression(tree, kind, columns),
            *_tests(table, column, wanted, tenant),
        )
        if after is not None:
            chosen = chosen.where(behind(column, table.id, after, backwards=backwards))
        order = [one.desc() if backwards else one.asc() for one in (column, table.id)]
        found = list(chosen.order_by(*order).limit(limit + 1).execute(database.db))
    kept = found[:limit][::-1] if backwards else found[:limit]
    listed = [_found(row, made(row), column.name, list(marks)) for row in kept]
    return listed, len(found) > limit


def _found(row: Any, thing: Any, column: str, marks: list[str]) -> Found[Any]:
    holding = (mark for n, mark in enumerate(marks) if getattr(row, f"mark_{n}"))
    return Found(thing, frozenset(holding), (getattr(row, column), row.id))


def _tests(table: Any, column: Any, wanted: Wanted, tenant: str) -> Iterator[Any]:
    for word in words(wanted.text):
        named = () if table is Resource else (table.name,)
        found = contains(word, table.id, *named)
        yield found | _notes(word) if table is Resource else found
    if wanted.ids is not None:
        yield table.id.in_(wanted.ids)
    for name, value in wanted.values:
        yield _column(table, name) == value
    if wanted.supplied_by is not None:
        below = (SupplyLine.tenant == tenant) & (SupplyLine.ancestor == wanted.supplied_by)
        yield _column(table, "supply_company").in_(
            SupplyLine.select(SupplyLine.company).where(below)
        )
    if wanted.category is not None:
        consumer: Any = Organization.alias()
        of_category = (
            (consumer.tenant == tenant)
            & (consumer.kind == "consumer")
            & (consumer.category == wanted.category)
        )
        yield _column(table, "consumer").in_(
            consumer.select(consumer.id).where(of_category)
        )


def _notes(word: str) -> Any:
    """Something that is noted of a thing holds the word.

    WHY not the text of the JSON: it holds the names of the fields too, and writes letters
    in ways of its own.
    """
    values = pw.NodeList(
        (pw.SQL("SELECT 1 FROM json_tree("), Resource.details, pw.SQL(")"))
    )
    said = contains(word, pw.SQL("json_tree.atom"))
    return pw.NodeList((pw.SQL("EXISTS ("), values, pw.SQL("WHERE"), said, pw.SQL(")")))


def _column(table: Any, name: str) -> Any:
    if table is Resource and name in NOTED:
        value = pw.fn.json_extract(getattr(Resource, NOTED[name]), f"$.{name}")
        return pw.fn.COALESCE(value, OPEN) if name == "status" else value
    if name not in NARROWING or not hasattr(table, name):
        raise RequestError(f"no filter `{name}`{near_miss(name, NARROWING)}", where=name)
    return getattr(table, name)
