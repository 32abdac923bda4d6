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


def in_force(now: Any) -> pw.Expression:
    """Role assignments that have not ended."""
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
def home(tenant: Any) -> pw.Query:
    """What everybody of the tenant shares."""
    chosen = Tenant.select(Tenant.kind, Tenant.status, Tenant.ppp_enabled)
    return chosen.where(Tenant.slug == tenant)


@Statement
def _roles(tenant: Any, account: Any, now: Any) -> pw.Query:
    chosen = RoleAssignment.select(RoleAssignment.role, RoleAssignment.expires_at)
    mine = _mine(RoleAssignment, tenant, account) & in_force(now)
    return chosen.where(mine).order_by(RoleAssignment.role)


@Statement
def _options(tenant: Any, account: Any) -> pw.Query:
    mine = _mine(OptionGrant, tenant, account)
    return OptionGrant.select(OptionGrant.option).where(mine).order_by(OptionGrant.option)


@Statement
def holders(tenant: Any, role: Any, now: Any) -> pw.Query:
    """The active people who have a role."""
    active = (RoleAssignment.tenant == tenant) & (Account.status == "active")
    return (
        RoleAssignment.select(RoleAssignment.account, RoleAssignment.expires_at)
        .join(Account, on=(Account.id == RoleAssignment.account))
        .where(active & (RoleAssignment.role == role) & in_force(now))
    )


def targets(*columns: Any, where: pw.Expression) -> pw.Query:
    """Each binding, behind these columns, with the place and the organization that it leads
    to. Order: by these columns, then by target.
    """
    chosen = Binding.select(
        *columns, Binding.kind, Binding.target, Place.id, Organization.id
    )
    for table in (Place, Organization):
        named = (
            (table.tenant == Binding.tenant)
            & (table.kind == Binding.kind)
            & (table.id == Binding.target)
        )
        on = named & table.deleted_at.is_null()
        chosen = chosen.join_from(Binding, table, pw.JOIN.LEFT_OUTER, on=on)
    return chosen.where(where).order_by(*columns, Binding.target)


@Statement
def _targets(tenant: Any, account: Any) -> pw.Query:
    return targets(where=_mine(Binding, tenant, account))


def account(
    database: Database, declared: TypeSchema, tenant: str, id: str, now: float
) -> Stored | None:
    """All that is stored of a person; None when the tenant has no such account."""
    named = _named(database, tenant, id)
    if named is None:
        return None
    id, status = named
    [(kind, tenant_status, ppp_enabled)] = home(database, tenant)
    roles = _roles(database, tenant, id, now)
    until = earliest(ends for _, ends in roles)
    attributes: dict[str, object] = {
        "tenant_kind": kind,
        "tenant_status": tenant_status,
        "pages_protected": bool(ppp_enabled),
        "status": status,
        "roles": tuple([role for role, _ in roles]),
        "options": tuple([option for (option,) in _options(database, tenant, id)]),
        **bindings(_targets(database, tenant, id)),
    }
    for attribute in declared.attributes.values():
        if attribute.sole_holder_of:
            found = [
                holder
                for role in attribute.sole_holder_of
                for holder in holders(database, tenant, role, now)
            ]
            attributes[attribute.name] = {holder for holder, _ in found} == {id}
            until = earliest([until, *(ends for _, ends in found)])
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


def bindings(rows: Iterable[tuple[Any, ...]]) -> dict[str, object]:
    """The targets of each kind that still exist, and the kinds, of a person's `targets`.

    A cluster narrows what a role reaches, so a person bound to one that is gone stays
    bound; an organization is what gives reach, so one that is gone binds to nothing.
    """
    there: dict[str, list[str]] = {kind: [] for kind in BOUND.values()}
    kinds = set()
    for kind, target, place, organization in rows:
        exists = (place if kind == "cluster" else organization) is not None
        if exists:
            there[kind].append(target)
        if exists or kind == "cluster":
            kinds.add(kind)
    found = {name: tuple(there[kind]) for name, kind in BOUND.items()}
    return {"binding_kinds": tuple(sorted(kinds)), **found}


def earliest(times: Iterable[float | None]) -> float | None:
    """The first of these times; None where there is none."""
    return min((time for time in times if time is not None), default=None)
