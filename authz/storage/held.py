"""What a person holds: roles in force, options, bindings, and what follows from them."""

from collections.abc import Iterable
from typing import Any

import peewee as pw

from authz.decisions.ports import Stored
from authz.engine.schema import TypeSchema
from authz.storage.database import Database
from authz.storage.people import account_row
from authz.storage.tables import (
    Account,
    Binding,
    OptionGrant,
    Organization,
    Place,
    RoleAssignment,
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


def account(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    """All that is stored of a person; None when the tenant has no such account."""
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
        "options": column(database, OptionGrant.option, _mine(OptionGrant, row)),
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
    for kind, target, exists in _targets(database, row):
        if exists:
            there[kind].append(target)
        if exists or kind == "cluster":
            kinds.add(kind)
    targets = {name: tuple(there[kind]) for name, kind in BOUND.items()}
    return {"binding_kinds": tuple(sorted(kinds)), **targets}


def _targets(database: Database, row: Account) -> Iterable[tuple[str, str, bool]]:
    """Each binding as (kind, target, whether the target is there), sorted by target."""
    chosen = Binding.select(Binding.kind, Binding.target, Place.id, Organization.id)
    for table in (Place, Organization):
        named = (
            (table.tenant == Binding.tenant)
            & (table.kind == Binding.kind)
            & (table.id == Binding.target)
        )
        on = named & table.deleted_at.is_null()
        chosen = chosen.join_from(Binding, table, pw.JOIN.LEFT_OUTER, on=on)
    mine = chosen.where(_mine(Binding, row)).order_by(Binding.target)
    for kind, target, place, organization in mine.tuples().execute(database.db):
        found = place if kind == "cluster" else organization
        yield kind, target, found is not None


def _mine(table: Any, row: Account) -> pw.Expression:
    mine: pw.Expression = (table.tenant == row.tenant) & (table.account == row.id)
    return mine


def column(database: Database, of: Any, condition: pw.Expression) -> tuple[str, ...]:
    """The distinct values of a column in the rows of a condition, sorted."""
    chosen = of.model.select(of).where(condition).distinct().order_by(of)
    return tuple(value for (value,) in chosen.tuples().execute(database.db))


def _earliest(times: Iterable[float | None]) -> float | None:
    return min((time for time in times if time is not None), default=None)
