"""Where each type of thing is stored, with what `attributes` would read of it as columns.

The two say the same, one of a thing that is named, the other of all of them at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import peewee as pw

from authz.engine.schema import TypeSchema
from authz.storage.columns import Related
from authz.storage.database import Database
from authz.storage.dialects import bound, joined
from authz.storage.documents import fits, in_document, is_object
from authz.storage.held import BOUND
from authz.storage.sql import Column
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


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows of one type of one tenant."""

    id: Any
    #: Which rows of the table they are.
    where: pw.Node
    #: Attribute -> its type, and the column.
    columns: Mapping[str, tuple[str, Column]]


def shelf(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    """Where the tenant's things of that type are. Units: epoch seconds.

    It runs inside the read transaction of its caller.
    """
    return _SHELVES[kind.facts](database, kind, tenant, now)


def _accounts(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    home = Tenant.select().where(Tenant.slug == tenant).get(database.db)
    columns: dict[str, tuple[str, Column]] = {
        "tenant_kind": ("string", bound(home.kind)),
        "tenant_status": ("string", bound(home.status)),
        "pages_protected": ("boolean", bound(bool(home.ppp_enabled))),
        "status": ("string", Account.status),
        "roles": ("string-set", _of_account(RoleAssignment, "role", tenant, now)),
        "options": ("string-set", _of_account(OptionGrant, "option", tenant)),
        "binding_kinds": ("string-set", _bound_kinds(tenant)),
    }
    for name, bound_kind in BOUND.items():
        columns[name] = ("string-set", _bound_to(tenant, bound_kind))
    for attribute in kind.attributes.values():
        if attribute.sole_holder_of:
            sole = _sole_holder(database, tenant, attribute.sole_holder_of, now)
            is_sole = joined(Account.id, "IS", bound(sole))
            columns[attribute.name] = ("boolean", is_sole)
    return Shelf(Account.id, Account.tenant == tenant, columns)


def _of_account(table: Any, column: str, tenant: str, now: float | None = None) -> Related:
    """What the rows of a table say of each account; with `now` those in force."""

    def rows() -> tuple[pw.ModelSelect, pw.Node]:
        row = table.alias()
        mine = (row.tenant == tenant) & (row.account == Account.id)
        if now is not None:
            mine &= row.expires_at.is_null() | (row.expires_at > now)
        return row.select(pw.SQL("1")).where(mine), getattr(row, column)

    return Related(rows)


def _bound_to(tenant: str, kind: str) -> Related:
    """The targets of a kind that still exist."""

    def rows() -> tuple[pw.ModelSelect, pw.Node]:
        row: Any = Binding.alias()
        mine = (row.tenant == tenant) & (row.account == Account.id) & (row.kind == kind)
        there = _there(row, Place if kind == "cluster" else Organization)
        return row.select(pw.SQL("1")).where(mine & there), row.target

    return Related(rows)


def _bound_kinds(tenant: str) -> Related:
    """The kinds; a person bound to a cluster that is gone stays bound."""

    def rows() -> tuple[pw.ModelSelect, pw.Node]:
        row: Any = Binding.alias()
        mine = (row.tenant == tenant) & (row.account == Account.id)
        counts = (row.kind == "cluster") | _there(row, Organization)
        return row.select(pw.SQL("1")).where(mine & counts), row.kind

    return Related(rows)


def _there(row: Any, targets: Any) -> pw.Node:
    """The target of a binding still exists."""
    table = targets.alias()
    named = (table.tenant == row.tenant) & (table.kind == row.kind)
    live = named & (table.id == row.target) & table.deleted_at.is_null()
    found: pw.Node = pw.fn.EXISTS(table.select(pw.SQL("1")).where(live))
    return found


def _sole_holder(
    database: Database, tenant: str, roles: tuple[str, ...], now: float
) -> str | None:
    """The only active person who holds one of the roles."""
    held = (
        RoleAssignment.select(
            pw.fn.MIN(RoleAssignment.account), pw.fn.MAX(RoleAssignment.account)
        )
        .join(Account, on=(Account.id == RoleAssignment.account))
        .where(
            (RoleAssignment.tenant == tenant)
            & (Account.status == "active")
            & RoleAssignment.role.in_(roles)
            & (RoleAssignment.expires_at.is_null() | (RoleAssignment.expires_at > now))
        )
    )
    first, last = next(iter(held.tuples().execute(database.db)))
    return first if first == last else None


def _tenants(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    columns: dict[str, tuple[str, Column]] = {
        "kind": ("string", Tenant.kind),
        "status": ("string", Tenant.status),
    }
    return Shelf(Tenant.slug, Tenant.slug == tenant, columns)


def _organizations(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    row = Organization
    supplier = row.id if kind.name == "supply_company" else row.supply_company
    columns: dict[str, tuple[str, Column]] = {
        "parent": ("string", row.parent),
        "supply_company": ("string", row.supply_company),
        "category": ("string", row.category),
        "supply_line": ("string-set", _supply_line(tenant, supplier)),
        "service_organizations": ("string-set", _servicing(tenant)),
    }
    return Shelf(row.id, _live(row, tenant) & (row.kind == kind.name), columns)


def _servicing(tenant: str) -> Related:
    """Those that service a unit of a consumer."""

    def rows() -> tuple[pw.ModelSelect, pw.Node]:
        unit: Any = MeteringUnit.alias()
        mine = (unit.tenant == tenant) & (unit.consumer == Organization.id)
        mine &= unit.deleted_at.is_null() & (Organization.kind == "consumer")
        return unit.select(pw.SQL("1")).where(mine), unit.service_organization

    return Related(rows)


def _supply_line(tenant: str, company: Any) -> Related:
    def rows() -> tuple[pw.ModelSelect, pw.Node]:
        row: Any = SupplyLine.alias()
        line = (row.tenant == tenant) & (row.company == company)
        return row.select(pw.SQL("1")).where(line), row.ancestor

    return Related(rows)


def _places(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    columns: dict[str, tuple[str, Column]] = {
        "cluster": ("string", Place.cluster),
        "parent": ("string", Place.parent),
    }
    return Shelf(Place.id, _live(Place, tenant) & (Place.kind == kind.name), columns)


def _metering_units(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    row: Any = MeteringUnit
    names = ("supply_company", "service_organization", "consumer", "manufacturer")
    columns: dict[str, tuple[str, Column]] = {
        name: ("string", getattr(row, name))
        for name in (*names, "resource", "model", "status")
    }
    columns["supply_line"] = ("string-set", _supply_line(tenant, row.supply_company))
    return Shelf(row.id, _live(row, tenant), columns)


def _api_clients(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    columns: dict[str, tuple[str, Column]] = {
        "name": ("string", ApiClient.name),
        "channel": ("string", ApiClient.channel),
    }
    return Shelf(ApiClient.id, ApiClient.tenant == tenant, columns)


def _resources(database: Database, kind: TypeSchema, tenant: str, now: float) -> Shelf:
    where: Any = (Resource.tenant == tenant) & (Resource.type == kind.name) & is_object()
    columns: dict[str, tuple[str, Column]] = {}
    for attribute in kind.attributes.values():
        if attribute.source != "request":
            columns[attribute.name] = (attribute.type, in_document(attribute))
            where &= fits(attribute)
    return Shelf(Resource.id, where, columns)


def _live(table: Any, tenant: str) -> Any:
    return (table.tenant == tenant) & table.deleted_at.is_null()


_SHELVES = {
    "accounts": _accounts,
    "tenants": _tenants,
    "organizations": _organizations,
    "places": _places,
    "metering_units": _metering_units,
    "api_clients": _api_clients,
    "resources": _resources,
}
