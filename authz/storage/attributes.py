"""What is stored of one thing, as rules read it; the derived attributes are computed here.

Each reader gives all that its table knows; `read` keeps what the schema declares for the
type. A reader runs inside the read transaction of its caller.
"""

import json
from collections.abc import Iterable
from typing import Any

import peewee as pw

from authz.decisions.ports import Stored
from authz.engine.schema import Attribute, AttributeProblem, TypeSchema
from authz.storage.database import Database
from authz.storage.people import account_row
from authz.storage.tables import (
    Account,
    ApiClient,
    Binding,
    MeteringUnit,
    OptionGrant,
    Organization,
    Place,
    Resource,
    RoleAssignment,
    SupplyLine,
    Tenant,
)

#: Attribute of a person -> the kind of binding whose targets it holds.
BOUND = {
    "clusters": "cluster",
    "supply_companies": "supply_company",
    "service_organizations": "service_organization",
    "manufacturers": "manufacturer",
    "consumers": "consumer",
}


def read(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    """What the tenant has stored of that thing; None when there is none.

    Units: epoch seconds.
    """
    found = _READERS[declared.facts](database, declared, tenant, id, now)
    if found is None:
        return None
    known = {
        name: value
        for name, value in found.attributes.items()
        if name in declared.attributes
    }
    return Stored(found.id, {**known, "tenant": tenant}, found.valid_until)


def _account(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    row = account_row(database, tenant, id)
    if row is None:
        return None
    home = Tenant.select().where(Tenant.slug == tenant).get(database.db)
    roles, until = _roles(database, row, now)
    attributes: dict[str, object] = {
        "tenant_kind": home.kind,
        "tenant_status": home.status,
        "pages_protected": bool(home.ppp_enabled),
        "status": row.status,
        "roles": roles,
        "options": _column(database, OptionGrant.option, _mine(OptionGrant, row)),
        **_bindings(database, row),
    }
    for attribute in declared.attributes.values():
        if attribute.sole_holder_of:
            sole, ends = _sole_holder(database, row, attribute.sole_holder_of, now)
            attributes[attribute.name] = sole
            until = _earliest([until, ends])
    return Stored(row.id, attributes, until)


def _roles(
    database: Database, row: Account, now: float
) -> tuple[tuple[str, ...], float | None]:
    """The roles in force, and when the first of them ends."""
    held = (
        RoleAssignment.select(RoleAssignment.role, RoleAssignment.expires_at)
        .where(_mine(RoleAssignment, row) & _in_force(now))
        .order_by(RoleAssignment.role)
    )
    rows = list(held.tuples().execute(database.db))
    return tuple(role for role, _ in rows), _earliest(ends for _, ends in rows)


def _sole_holder(
    database: Database, row: Account, roles: tuple[str, ...], now: float
) -> tuple[bool, float | None]:
    """Whether only this active person holds one of the roles, and until when that holds."""
    active = (Account.tenant == row.tenant) & (Account.status == "active")
    held = (
        RoleAssignment.select(RoleAssignment.account, RoleAssignment.expires_at)
        .join(Account, on=(Account.id == RoleAssignment.account))
        .where(active & RoleAssignment.role.in_(roles) & _in_force(now))
    )
    rows = list(held.tuples().execute(database.db))
    return {account for account, _ in rows} == {row.id}, _earliest(ends for _, ends in rows)


def _in_force(now: float) -> pw.Expression:
    return RoleAssignment.expires_at.is_null() | (RoleAssignment.expires_at > now)


def _bindings(database: Database, row: Account) -> dict[str, object]:
    """The targets of each kind that still exist, and the kinds.

    A cluster narrows what a role reaches, so a person bound to one that is gone stays
    bound; an organization is what gives reach, so one that is gone binds to nothing.
    """
    there: dict[str, list[str]] = {kind: [] for kind in BOUND.values()}
    kinds = set()
    chosen = Binding.select(Binding.kind, Binding.target).where(_mine(Binding, row))
    for kind, target in chosen.order_by(Binding.target).tuples().execute(database.db):
        table: Any = Place if kind == "cluster" else Organization
        named = (table.tenant == row.tenant) & (table.kind == kind) & (table.id == target)
        if table.select().where(named & table.deleted_at.is_null()).exists(database.db):
            there[kind].append(target)
            kinds.add(kind)
        elif kind == "cluster":
            kinds.add(kind)
    targets = {name: tuple(there[kind]) for name, kind in BOUND.items()}
    return {"binding_kinds": tuple(sorted(kinds)), **targets}


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
            "service_organizations": _column(
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
    kept = json.loads(row.attributes)
    attributes = {
        name: _frozen(attribute, kept[name])
        for name, attribute in declared.attributes.items()
        if name in kept
    }
    return Stored(id, attributes)


def _frozen(attribute: Attribute, value: object) -> object:
    """The value as rules read it; as it stands where the schema has changed since."""
    try:
        return attribute.check(value)
    except AttributeProblem:
        return value


_READERS = {
    "accounts": _account,
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
    return _column(database, SupplyLine.ancestor, line)


def _mine(table: Any, row: Account) -> pw.Expression:
    mine: pw.Expression = (table.tenant == row.tenant) & (table.account == row.id)
    return mine


def _column(database: Database, column: Any, condition: pw.Expression) -> tuple[str, ...]:
    chosen = column.model.select(column).where(condition).distinct().order_by(column)
    return tuple(value for (value,) in chosen.tuples().execute(database.db))


def _earliest(times: Iterable[float | None]) -> float | None:
    return min((time for time in times if time is not None), default=None)
