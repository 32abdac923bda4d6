"""All that a tenant has stored of one type, each thing as `attributes.read` gives it.

A handful of queries however many things there are: one for the rows, one for each table of
what belongs to them. It runs inside the read transaction of its caller.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import peewee as pw

from authz.decisions.ports import Stored
from authz.engine.schema import TypeSchema
from authz.storage import everyone
from authz.storage.attributes import UNIT, kept, of_document, unreadable
from authz.storage.database import Database
from authz.storage.statement import Statement
from authz.storage.tables import (
    ApiClient,
    MeteringUnit,
    Organization,
    Place,
    Resource,
    SupplyLine,
    Tenant,
)

#: A row -> what is stored; of a thing that cannot be read it fails.
_Row = Callable[[tuple[Any, ...]], Stored]


def all_stored(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> Iterator[Stored]:
    """Each thing of that type. Units: epoch seconds. Order: by id."""
    rows, stored = _READERS[declared.facts](database, declared, tenant, now)
    for row in rows:
        try:
            found = stored(row)
        except (ValueError, TypeError) as exc:
            yield unreadable(row[0], tenant, exc)
        else:
            yield kept(found, declared, tenant)


def names(database: Database, tenant: str, declared: TypeSchema) -> dict[str, str]:
    """What people call each person of a tenant, by id; of other types nothing."""
    if declared.facts != "accounts":
        return {}
    return dict(everyone.named(database, tenant))


@Statement
def _tenant(slug: Any) -> pw.Query:
    chosen = Tenant.select(Tenant.slug, Tenant.kind, Tenant.status)
    return chosen.where(Tenant.slug == slug)


@Statement
def _supply_lines(tenant: Any) -> pw.Query:
    chosen = SupplyLine.select(SupplyLine.company, SupplyLine.ancestor)
    ordered = chosen.where(SupplyLine.tenant == tenant)
    return ordered.order_by(SupplyLine.company, SupplyLine.ancestor)


@Statement
def _organizations(tenant: Any, kind: Any) -> pw.Query:
    row = Organization
    named = (row.tenant == tenant) & (row.kind == kind) & row.deleted_at.is_null()
    chosen = row.select(row.id, row.parent, row.supply_company, row.category)
    return chosen.where(named).order_by(row.id)


@Statement
def _servicing(tenant: Any) -> pw.Query:
    """Consumers with the service organizations of their units."""
    row = MeteringUnit
    there = row.consumer.is_null(False) & row.service_organization.is_null(False)
    return (
        row.select(row.consumer, row.service_organization)
        .where((row.tenant == tenant) & row.deleted_at.is_null() & there)
        .distinct()
        .order_by(row.consumer, row.service_organization)
    )


@Statement
def _places(tenant: Any, kind: Any) -> pw.Query:
    named = (Place.tenant == tenant) & (Place.kind == kind) & Place.deleted_at.is_null()
    chosen = Place.select(Place.id, Place.cluster, Place.parent)
    return chosen.where(named).order_by(Place.id)


@Statement
def _units(tenant: Any) -> pw.Query:
    row = MeteringUnit
    columns = [getattr(row, name) for name in UNIT]
    chosen = row.select(row.id, *columns)
    return chosen.where((row.tenant == tenant) & row.deleted_at.is_null()).order_by(row.id)


@Statement
def _api_clients(tenant: Any) -> pw.Query:
    chosen = ApiClient.select(ApiClient.id, ApiClient.name, ApiClient.channel)
    return chosen.where(ApiClient.tenant == tenant).order_by(ApiClient.id)


@Statement
def _resources(tenant: Any, type: Any) -> pw.Query:
    chosen = Resource.select(Resource.id, Resource.attributes)
    named = (Resource.tenant == tenant) & (Resource.type == type)
    return chosen.where(named).order_by(Resource.id)


_Reader = tuple[Sequence[tuple[Any, ...]], _Row]


def _of_columns(*columns: str) -> _Row:
    return lambda row: Stored(row[0], dict(zip(columns, row[1:], strict=True)))


def _read_tenant(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> _Reader:
    return _tenant(database, tenant), _of_columns("kind", "status")


def _read_organizations(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> _Reader:
    lines = everyone.grouped(_supply_lines(database, tenant))
    rows = _servicing(database, tenant) if declared.name == "consumer" else []
    servicing = everyone.grouped(rows)

    def stored(row: tuple[Any, ...]) -> Stored:
        id, parent, supply_company, category = row
        supplier = id if declared.name == "supply_company" else supply_company
        return Stored(
            id,
            {
                "parent": parent,
                "supply_company": supply_company,
                "category": category,
                "supply_line": lines[supplier],
                "service_organizations": servicing[id],
            },
        )

    return _organizations(database, tenant, declared.name), stored


def _read_places(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> _Reader:
    return _places(database, tenant, declared.name), _of_columns("cluster", "parent")


def _read_units(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> _Reader:
    lines = everyone.grouped(_supply_lines(database, tenant))

    def stored(row: tuple[Any, ...]) -> Stored:
        attributes = dict(zip(UNIT, row[1:], strict=True))
        return Stored(
            row[0], {**attributes, "supply_line": lines[attributes["supply_company"]]}
        )

    return _units(database, tenant), stored


def _read_api_clients(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> _Reader:
    return _api_clients(database, tenant), _of_columns("name", "channel")


def _read_resources(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> _Reader:
    rows = _resources(database, tenant, declared.name)
    return rows, lambda row: of_document(declared, row[0], row[1])


_READERS = {
    "accounts": everyone.reader,
    "tenants": _read_tenant,
    "organizations": _read_organizations,
    "places": _read_places,
    "metering_units": _read_units,
    "api_clients": _read_api_clients,
    "resources": _read_resources,
}
