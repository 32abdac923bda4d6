"""The rows of a person, by queries that are made once: who changes many people looks each
of them up several times.
"""

from collections.abc import Mapping
from typing import Any

import peewee as pw

from authz.accounts.email import identity
from authz.errors import InvalidChange, NotFound
from authz.said import said
from authz.storage.database import Database
from authz.storage.statement import Statement, rows_of
from authz.storage.tables import Account as Row
from authz.storage.tables import Binding, OptionGrant, RoleAssignment


def account_row(database: Database, tenant: str, who: str) -> Row | None:
    """The row of a person named by id, or of a live one named by e-mail."""
    if "@" not in who:
        found = _by_id(database, tenant, who)
    else:
        try:
            found = _by_email(database, tenant, identity(who))
        except InvalidChange:
            return None
    return next(iter(rows_of(Row, found)), None)


def live_row(database: Database, tenant: str, who: str) -> Row:
    """The row of a live person. Raises: NotFound."""
    row = account_row(database, tenant, who)
    if row is None or row.status == "deleted":
        raise NotFound(said("no account `{who}`", who=who))
    return row


def roles_of(database: Database, row: Row) -> list[tuple[str, float | None]]:
    """Role and end of each assignment, by role."""
    return _roles(database, row.tenant, row.id)


def options_of(database: Database, row: Row) -> tuple[str, ...]:
    """The options, by name."""
    return tuple(option for (option,) in _options(database, row.tenant, row.id))


def bindings_of(database: Database, row: Row) -> Mapping[str, tuple[str, ...]]:
    """Kind -> targets, both by name."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, target in _bindings(database, row.tenant, row.id):
        found[kind] = (*found.get(kind, ()), target)
    return found


def _of(table: Any, columns: tuple[Any, ...], tenant: Any, account: Any) -> pw.Query:
    mine = (table.tenant == tenant) & (table.account == account)
    found: pw.Query = table.select(*columns).where(mine).order_by(*columns)
    return found


@Statement
def _by_id(tenant: Any, id: Any) -> pw.Query:
    return Row.select().where((Row.tenant == tenant) & (Row.id == id))


@Statement
def _by_email(tenant: Any, key: Any) -> pw.Query:
    named = (Row.email_key == key) & (Row.status != "deleted")
    return Row.select().where((Row.tenant == tenant) & named)


@Statement
def _roles(tenant: Any, account: Any) -> pw.Query:
    columns = RoleAssignment.role, RoleAssignment.expires_at
    return _of(RoleAssignment, columns, tenant, account)


@Statement
def _options(tenant: Any, account: Any) -> pw.Query:
    return _of(OptionGrant, (OptionGrant.option,), tenant, account)


@Statement
def _bindings(tenant: Any, account: Any) -> pw.Query:
    return _of(Binding, (Binding.kind, Binding.target), tenant, account)
