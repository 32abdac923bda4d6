"""What is stored of one thing, as rules read it; the derived attributes are computed here.

Each reader gives all that its table knows; `read` keeps what the schema declares for the
type. A reader runs inside the read transaction of its caller.
"""

import json
from collections.abc import Sequence
from typing import Any

import peewee as pw

from authz.decisions.ports import Stored
from authz.engine.schema import Attribute, AttributeProblem, TypeSchema
from authz.storage.database import Database
from authz.storage.held import account
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


def read(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    """What the tenant has stored of that thing; None when there is none.

    Units: epoch seconds.
    """
    try:
        found = _READERS[declared.facts](database, declared, tenant, id, now)
    except (ValueError, TypeError) as exc:
        return unreadable(id, tenant, exc)
    if found is None:
        return None
    return kept(found, declared, tenant)


def kept(found: Stored, declared: TypeSchema, tenant: str) -> Stored:
    """What the schema declares of what a table knows."""
    known = {
        name: value
        for name, value in found.attributes.items()
        if name in declared.attributes
    }
    known["tenant"] = tenant
    return Stored(found.id, known, found.valid_until, found.malformed)


def unreadable(id: str, tenant: str, error: Exception) -> Stored:
    """What stands for a row that cannot be read.

    WHY: one with bytes in place of text must not be an error of the server.
    """
    return Stored(id, {"tenant": tenant}, malformed=f"a column cannot be read: {error}")


@Statement
def _tenant_row(slug: Any) -> pw.Query:
    return Tenant.select(Tenant.kind, Tenant.status).where(Tenant.slug == slug)


def _tenant(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    rows = _tenant_row(database, id) if id == tenant else []
    return Stored(id, dict(zip(("kind", "status"), rows[0], strict=True))) if rows else None


@Statement
def _supply_line(tenant: Any, company: Any) -> pw.Query:
    """The company and all above it, sorted."""
    line = (SupplyLine.tenant == tenant) & (SupplyLine.company == company)
    return SupplyLine.select(SupplyLine.ancestor).where(line).order_by(SupplyLine.ancestor)


@Statement
def _organization_row(tenant: Any, kind: Any, id: Any) -> pw.Query:
    named = (
        (Organization.tenant == tenant)
        & (Organization.kind == kind)
        & (Organization.id == id)
    )
    return Organization.select(
        Organization.parent, Organization.supply_company, Organization.category
    ).where(named & Organization.deleted_at.is_null())


@Statement
def _servicing(tenant: Any, consumer: Any) -> pw.Query:
    """The service organizations of a consumer's units, sorted."""
    serviced = MeteringUnit.service_organization.is_null(False)
    mine = (MeteringUnit.tenant == tenant) & (MeteringUnit.consumer == consumer)
    return (
        MeteringUnit.select(MeteringUnit.service_organization)
        .where(mine & MeteringUnit.deleted_at.is_null() & serviced)
        .distinct()
        .order_by(MeteringUnit.service_organization)
    )


def _organization(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    kind = declared.name
    rows = _organization_row(database, tenant, kind, id)
    if not rows:
        return None
    parent, supply_company, category = rows[0]
    supplier = id if kind == "supply_company" else supply_company
    return Stored(
        id,
        {
            "parent": parent,
            "supply_company": supply_company,
            "category": category,
            "supply_line": _firsts(_supply_line(database, tenant, supplier)),
            "service_organizations": _firsts(_servicing(database, tenant, id))
            if kind == "consumer"
            else (),
        },
    )


@Statement
def _place_row(tenant: Any, kind: Any, id: Any) -> pw.Query:
    named = (Place.tenant == tenant) & (Place.kind == kind) & (Place.id == id)
    return Place.select(Place.cluster, Place.parent).where(
        named & Place.deleted_at.is_null()
    )


def _place(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    rows = _place_row(database, tenant, declared.name, id)
    names = ("cluster", "parent")
    return Stored(id, dict(zip(names, rows[0], strict=True))) if rows else None


#: Columns that are attributes under the same name.
UNIT = (
    *("supply_company", "service_organization", "consumer", "manufacturer", "resource"),
    *("model", "status"),
)


@Statement
def _unit_row(tenant: Any, id: Any) -> pw.Query:
    named = (MeteringUnit.tenant == tenant) & (MeteringUnit.id == id)
    columns = [getattr(MeteringUnit, name) for name in UNIT]
    return MeteringUnit.select(*columns).where(named & MeteringUnit.deleted_at.is_null())


def _metering_unit(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    rows = _unit_row(database, tenant, id)
    if not rows:
        return None
    attributes = dict(zip(UNIT, rows[0], strict=True))
    line = _supply_line(database, tenant, attributes["supply_company"])
    return Stored(id, {**attributes, "supply_line": _firsts(line)})


@Statement
def _api_client_row(tenant: Any, id: Any) -> pw.Query:
    named = (ApiClient.tenant == tenant) & (ApiClient.id == id)
    return ApiClient.select(ApiClient.name, ApiClient.channel).where(named)


def _api_client(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    rows = _api_client_row(database, tenant, id)
    names = ("name", "channel")
    return Stored(id, dict(zip(names, rows[0], strict=True))) if rows else None


@Statement
def _resource_row(tenant: Any, type: Any, id: Any) -> pw.Query:
    named = (Resource.tenant == tenant) & (Resource.type == type) & (Resource.id == id)
    return Resource.select(Resource.attributes).where(named)


def _resource(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    rows = _resource_row(database, tenant, declared.name, id)
    return of_document(declared, id, rows[0][0]) if rows else None


def of_document(declared: TypeSchema, id: str, text: object) -> Stored:
    """What the JSON text of a resource says of it."""
    said = _object(text)
    if said is None:
        return Stored(id, {}, malformed="its attributes are no JSON object")
    attributes = {
        name: _frozen(attribute, said[name])
        for name, attribute in declared.attributes.items()
        if name in said
    }
    return Stored(id, attributes)


def _object(text: object) -> dict[str, Any] | None:
    """The JSON object of a text; None where it is none."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _frozen(attribute: Attribute, value: object) -> object:
    """The value as rules read it; as it stands where the schema has changed since."""
    try:
        return attribute.check(value)
    except AttributeProblem:
        return value


_READERS = {
    "accounts": account,
    "tenants": _tenant,
    "organizations": _organization,
    "places": _place,
    "metering_units": _metering_unit,
    "api_clients": _api_client,
    "resources": _resource,
}


def _firsts(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The first column."""
    return tuple([row[0] for row in rows])
