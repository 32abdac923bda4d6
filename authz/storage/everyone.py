"""Everybody of a tenant with what they hold, as `held.account` says it of one person.

It runs inside the read transaction of its caller.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import peewee as pw

from authz.decisions.ports import Stored
from authz.engine.schema import TypeSchema
from authz.storage.database import Database
from authz.storage.held import bindings, earliest, holders, home, in_force, targets
from authz.storage.statement import Statement
from authz.storage.tables import Account, Binding, OptionGrant, RoleAssignment


@Statement
def named(tenant: Any) -> pw.Query:
    """Id and name of every account, the deleted ones too."""
    return Account.select(Account.id, Account.name).where(Account.tenant == tenant)


@Statement
def _accounts(tenant: Any) -> pw.Query:
    chosen = Account.select(Account.id, Account.status)
    return chosen.where(Account.tenant == tenant).order_by(Account.id)


@Statement
def _roles(tenant: Any, now: Any) -> pw.Query:
    row = RoleAssignment
    chosen = row.select(row.account, row.role, row.expires_at)
    ordered = chosen.where((row.tenant == tenant) & in_force(now))
    return ordered.order_by(row.account, row.role)


@Statement
def _options(tenant: Any) -> pw.Query:
    row = OptionGrant
    chosen = row.select(row.account, row.option).where(row.tenant == tenant)
    return chosen.order_by(row.account, row.option)


@Statement
def _targets(tenant: Any) -> pw.Query:
    return targets(Binding.account, where=Binding.tenant == tenant)


def grouped(rows: Sequence[tuple[Any, ...]]) -> Mapping[Any, tuple[Any, ...]]:
    """First column -> what stands beside it, in order; nothing for all other keys."""
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(rest[0] if len(rest) == 1 else tuple(rest))
    return defaultdict(tuple, {key: tuple(values) for key, values in found.items()})


def reader(
    database: Database, declared: TypeSchema, tenant: str, now: float
) -> tuple[Sequence[tuple[Any, ...]], Callable[[tuple[Any, ...]], Stored]]:
    """A row for every account, and what says what is stored of it."""
    [(kind, tenant_status, ppp_enabled)] = home(database, tenant)
    roles = grouped(_roles(database, tenant, now))
    options = grouped(_options(database, tenant))
    bound = grouped(_targets(database, tenant))
    sole = {
        attribute.name: [
            holder
            for role in attribute.sole_holder_of
            for holder in holders(database, tenant, role, now)
        ]
        for attribute in declared.attributes.values()
        if attribute.sole_holder_of
    }
    shared: dict[str, object] = {
        "tenant_kind": kind,
        "tenant_status": tenant_status,
        "pages_protected": bool(ppp_enabled),
    }
    ends = [until for found in sole.values() for _, until in found]

    def stored(row: tuple[Any, ...]) -> Stored:
        id, status = row
        held = roles[id]
        attributes: dict[str, object] = {
            **shared,
            "status": status,
            "roles": tuple([role for role, _ in held]),
            "options": options[id],
            **bindings(bound[id]),
            **{name: {who for who, _ in found} == {id} for name, found in sole.items()},
        }
        return Stored(id, attributes, earliest([*(until for _, until in held), *ends]))

    return _accounts(database, tenant), stored
