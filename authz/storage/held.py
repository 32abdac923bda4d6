"""What a person holds: roles in force, options, bindings, and what follows from them."""

from collections.abc import Iterable
from typing import Any

import peewee as pw

from authz.accounts.email import identity
from authz.decisions.ports import Stored
from authz.engine.schema import TypeSchema
from authz.errors import InvalidChange
from authz.storage.database import Database
from authz.storage.statement import Statement
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


def _in_force(now: Any) -> pw.Expression:
    later = RoleAssignment.expires_at > now
    in_force: pw.Expression = RoleAssignment.expires_at.is_null() | later
    return in_force


def _mine(table: Any, tenant: Any, account: Any) -> pw.Expression:
    mine: pw.Expression = (table.tenant == tenant) & (table.account == account)
    return mine


def _account(named: Any) -> pw.Query:
    return Account.select(Account.id, Account.status).where(named).limit(1)


@Statement
def _by_id(tenant: Any, id: Any) -> pw.Query:
    return _account((Account.tenant == tenant) & (Account.id == id))


@Statement
def _by_email(tenant: Any, key: Any) -> pw.Query:
    named = (Account.tenant == tenant) & (Account.email_key == key)
    return _account(named & (Account.status != "deleted"))


@Statement
def _home(tenant: Any) -> pw.Query:
    chosen = Tenant.select(Tenant.kind, Tenant.status, Tenant.ppp_enabled)
    return chosen.where(Tenant.slug == tenant)


@Statement
def _roles(tenant: Any, account: Any, now: Any) -> pw.Query:
    chosen = RoleAssignment.select(RoleAssignment.role, RoleAssignment.expires_at)
    mine = _mine(RoleAssignment, tenant, account) & _in_force(now)
    return chosen.where(mine).order_by(RoleAssignment.role)


@Statement
def _options(tenant: Any, account: Any) -> pw.Query:
    mine = _mine(OptionGrant, tenant, account)
    return OptionGrant.select(OptionGrant.option).where(mine).order_by(OptionGrant.option)


@Statement
def _holders(tenant: Any, role: Any, now: Any) -> pw.Query:
    """The active people who have a role."""
    active = (RoleAssignment.tenant == tenant) & (Account.status == "active")
    return (
        RoleAssignment.select(RoleAssignment.account, RoleAssignment.expires_at)
        .join(Account, on=(Account.id == RoleAssignment.account))
        .where(active & (RoleAssignment.role == role) & _in_force(now))
    )


@Statement
def _targets(tenant: Any, account: Any) -> pw.Query:
    """Each binding with the place and the organization that it leads to."""
    chosen = Binding.select(Binding.kind, Binding.target, Place.id, Organization.id)
    for table in (Place, Organization):
        named = (
            (table.tenant == Binding.tenant)
            & (table.kind == Binding.kind)
            & (table.id == Binding.target)
        )
        on = named & table.deleted_at.is_null()
        chosen = chosen.join_from(Binding, table, pw.JOIN.LEFT_OUTER, on=on)
    return chosen.where(_mine(Binding, tenant, account)).order_by(Binding.target)


def account(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    """All that is stored of a person; None when the tenant has no such account."""
    found = _named(database, tenant, id)
    if found is None:
        return None
    id, status = found
    [(kind, tenant_status, ppp_enabled)] = _home(database, tenant)
    roles = _roles(database, tenant, id, now)
    until = _earliest(ends for _, ends in roles)
    attributes: dict[str, object] = {
        "tenant_kind": kind,
        "tenant_status": tenant_status,
        "pages_protected": bool(ppp_enabled),
        "status": status,
        "roles": tuple([role for role, _ in roles]),
        "options": tuple([option for (option,) in _options(database, tenant, id)]),
        **_bindings(database, tenant, id),
    }
    for attribute in declared.attributes.values():
        if attribute.sole_holder_of:
            holders = [
                holder
                for role in attribute.sole_holder_of
                for holder in _holders(database, tenant, role, now)
            ]
            attributes[attribute.name] = {holder for holder, _ in holders} == {id}
            until = _earliest([until, *(ends for _, ends in holders)])
    return Stored(id, attributes, until)


def _named(database: Database, tenant: str, who: str) -> tuple[str, str] | None:
    """Id and status of a person named by id, or of a live one named by e-mail."""
    if "@" in who:
        try:
            found = _by_email(database, tenant, identity(who))
        except InvalidChange:
            return None
    else:
        found = _by_id(database, tenant, who)
    return (found[0][0], found[0][1]) if found else None


def _bindings(database: Database, tenant: str, account: str) -> dict[str, object]:
    """The targets of each kind that still exist, and the kinds.

    A cluster narrows what a role reaches, so a person bound to one that is gone stays
    bound; an organization is what gives reach, so one that is gone binds to nothing.
    """
    there: dict[str, list[str]] = {kind: [] for kind in BOUND.values()}
    kinds = set()
    for kind, target, place, organization in _targets(database, tenant, account):
        exists = (place if kind == "cluster" else organization) is not None
        if exists:
            there[kind].append(target)
        if exists or kind == "cluster":
            kinds.add(kind)
    targets = {name: tuple(there[kind]) for name, kind in BOUND.items()}
    return {"binding_kinds": tuple(sorted(kinds)), **targets}


def _earliest(times: Iterable[float | None]) -> float | None:
    return min((time for time in times if time is not None), default=None)
