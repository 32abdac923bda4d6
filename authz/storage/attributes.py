"""What is stored of one thing, as rules read it; the derived attributes are computed here.

Each reader gives all that its table knows; `read` keeps what the schema declares for the
type. A reader runs inside the read transaction of its caller.
"""

import json
from typing import Any

from authz.decisions.ports import Stored
from authz.engine.schema import Attribute, AttributeProblem, TypeSchema
from authz.storage.database import Database
from authz.storage.held import account, column
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
        # WHY: one row with bytes in place of text must not be an error of the server.
        return Stored(id, {"tenant": tenant}, malformed=f"a column cannot be read: {exc}")
    if found is None:
        return None
    known = {
        name: value
        for name, value in found.attributes.items()
        if name in declared.attributes
    }
    known["tenant"] = tenant
    return Stored(found.id, known, found.valid_until, found.malformed)


def _tenant(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    row = (
        Tenant.select()
        .where((Tenant.slug == tenant) & (Tenant.slug == id))
        .first(database.db)
    )
    return None if row is None else Stored(id, {"kind": row.kind, "status": row.status})


def _organization(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    kind = declared.name
    row = _live(database, Organization, tenant, id, Organization.kind == kind)
    if row is None:
        return None
    supplier = id if kind == "supply_company" else row.supply_company
    serviced = (MeteringUnit.consumer == id) & MeteringUnit.service_organization.is_null(
        False
    )
    mine = (MeteringUnit.tenant == tenant) & MeteringUnit.deleted_at.is_null() & serviced
    return Stored(
        id,
        {
            "parent": row.parent,
            "supply_company": row.supply_company,
            "category": row.category,
            "supply_line": _supply_line(database, tenant, supplier),
            "service_organizations": column(
                database, MeteringUnit.service_organization, mine
            )
            if kind == "consumer"
            else (),
        },
    )


def _place(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    row = _live(database, Place, tenant, id, Place.kind == declared.name)
    return (
        None if row is None else Stored(id, {"cluster": row.cluster, "parent": row.parent})
    )


def _metering_unit(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    row = _live(database, MeteringUnit, tenant, id)
    if row is None:
        return None
    return Stored(
        id,
        {
            "supply_company": row.supply_company,
            "supply_line": _supply_line(database, tenant, row.supply_company),
            "service_organization": row.service_organization,
            "consumer": row.consumer,
            "manufacturer": row.manufacturer,
            "resource": row.resource,
            "model": row.model,
            "status": row.status,
        },
    )


def _api_client(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    named = (ApiClient.tenant == tenant) & (ApiClient.id == id)
    row = ApiClient.select().where(named).first(database.db)
    return None if row is None else Stored(id, {"name": row.name, "channel": row.channel})


def _resource(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    named = (
        (Resource.tenant == tenant) & (Resource.type == declared.name) & (Resource.id == id)
    )
    row = Resource.select().where(named).first(database.db)
    if row is None:
        return None
    kept = _object(row.attributes)
    if kept is None:
        return Stored(id, {}, malformed="its attributes are no JSON object")
    attributes = {
        name: _frozen(attribute, kept[name])
        for name, attribute in declared.attributes.items()
        if name in kept
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


def _live(
    database: Database, table: Any, tenant: str, id: str, condition: Any = None
) -> Any:
    named = (table.tenant == tenant) & (table.id == id) & table.deleted_at.is_null()
    chosen = table.select().where(named if condition is None else named & condition)
    return chosen.first(database.db)


def _supply_line(database: Database, tenant: str, company: str | None) -> tuple[str, ...]:
    """The company and all above it, sorted."""
    line = (SupplyLine.tenant == tenant) & (SupplyLine.company == company)
    return column(database, SupplyLine.ancestor, line)
