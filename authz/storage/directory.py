"""The people of a tenant, a page at a time: those that a tree holds for and that are looked
for, with what the page marks about each.

A page takes a constant number of queries, however many people there are. It goes on where
the last one ended, by the value that the list is sorted by, so that a later page costs what
the first one does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import peewee as pw

from authz.accounts.email import identity
from authz.decisions.tree import Tree
from authz.engine.schema import TypeSchema
from authz.storage.database import Database
from authz.storage.listing import behind, contains, words
from authz.storage.people import Account, account_of
from authz.storage.role_holders import without_role
from authz.storage.search import declared
from authz.storage.shelves import shelf
from authz.storage.sql import expression
from authz.storage.tables import Account as Row
from authz.storage.tables import Binding, OptionGrant, RoleAssignment, Session

#: So many people are looked up one by one.
FEW = 500
#: What a list can be sorted by -> its column.
SORTS: Mapping[str, Any] = {"name": Row.name, "email": Row.email_key}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a list is to show; every part narrows it."""

    #: A part of the name or the e-mail, in capitals or not.
    text: str = ""
    statuses: tuple[str, ...] = ("active", "blocked")
    role: str | None = None
    option: str | None = None
    #: Kind and id of what a person is bound to.
    bound_to: tuple[str, str] | None = None
    #: Only those without a role in force.
    without_role: bool = False
    #: Only those with a role that ends before this time. Units: epoch seconds.
    ends_before: float | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A person on a page."""

    account: Account
    #: Names of the trees that hold for the person.
    marks: frozenset[str]
    #: The roles in force.
    in_force: tuple[str, ...]
    #: Epoch seconds of the last request; None: there was none.
    last_seen_at: float | None
    #: Where the list goes on after the person: value of the sort, and id.
    place: tuple[str, str]


def page(
    database: Database,
    tenant: str,
    kind: TypeSchema,
    tree: Tree,
    *,
    wanted: Wanted,
    marks: Mapping[str, Tree],
    sort: str = "name",
    after: tuple[str, str] | None = None,
    backwards: bool = False,
    limit: int,
) -> tuple[list[Listed], bool]:
    """The people behind `after`, and whether there are others behind them.

    backwards: those before it instead. Order: by the sort, then by id, in both cases.
    """
    column, now = SORTS[sort], database.now()
    with database.reading():
        rows = shelf(database, kind, tenant, now)
        columns, sound = declared(kind, rows, tenant)
        shown = [
            expression(mark, kind, columns).alias(f"mark_{number}")
            for number, mark in enumerate(marks.values())
        ]
        tests = list(_tests(database, wanted, tenant, now))
        chosen = Row.select(Row, *shown).where(
            rows.where, sound, expression(tree, kind, columns), *tests
        )
        if after is not None:
            chosen = chosen.where(behind(column, Row.id, after, backwards=backwards))
        # WHY: a few people are sorted sooner than all are gone through in order.
        few = any(isinstance(test, _Few) for test in tests)
        keys = [pw.NodeList((pw.SQL("+"), c)) if few else c for c in (column, Row.id)]
        order = [pw.Ordering(key, "DESC" if backwards else "ASC") for key in keys]
        found = list(chosen.order_by(*order).limit(limit + 1).execute(database.db))
        kept = found[:limit][::-1] if backwards else found[:limit]
        listed = _listed(database, tenant, kept, list(marks), sort, now)
    return listed, len(found) > limit


def is_taken(database: Database, email: str) -> bool:
    """Whether a live account of any tenant has the e-mail. Raises: InvalidChange."""
    live = (Row.email_key == identity(email)) & (Row.status != "deleted")
    with database.reading():
        return bool(Row.select().where(live).exists(database.db))


def bound_people(
    database: Database, tenant: str, kind: str, target: str
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Id, name and roles of the live people who are bound to a thing, by name."""
    bound = (Binding.kind == kind) & (Binding.target == target)
    chosen = (
        Row.select()
        .join(Binding, on=((Binding.tenant == Row.tenant) & (Binding.account == Row.id)))
        .where((Row.tenant == tenant) & (Row.status != "deleted") & bound)
        .order_by(Row.name, Row.id)
    )
    with database.reading():
        rows = list(chosen.execute(database.db))
        roles = _grouped(database, tenant, RoleAssignment, rows)
    return [
        (row.id, row.name, tuple(one.role for one in roles.get(row.id, ()))) for row in rows
    ]


def _tests(database: Database, wanted: Wanted, tenant: str, now: float) -> Iterator[Any]:
    yield Row.status.in_(wanted.statuses)
    for word in words(wanted.text):
        yield contains(word, Row.name, Row.email_key, Row.email)
    having = partial(_having, database, tenant)
    if wanted.role is not None:
        yield having(RoleAssignment, RoleAssignment.role == wanted.role)
    if wanted.option is not None:
        yield having(OptionGrant, OptionGrant.option == wanted.option)
    if wanted.bound_to is not None:
        kind, target = wanted.bound_to
        yield having(Binding, (Binding.kind == kind) & (Binding.target == target))
    ends = RoleAssignment.expires_at
    if wanted.without_role:
        ids = without_role(database, tenant, now, wanted.statuses, FEW + 1)
        many = ~_has(RoleAssignment, tenant, ends.is_null() | (ends > now))
        yield _Few(Row.id, "IN", ids) if len(ids) <= FEW else many
    if wanted.ends_before is not None:
        yield having(RoleAssignment, (ends > now) & (ends < wanted.ends_before))


class _Few(pw.Expression):
    """The test that a row is one of a few."""


def _having(database: Database, tenant: str, table: Any, test: Any) -> Any:
    """Who has such a row.

    WHY two ways: a few people are looked up; among very many the list is gone through
    until a page is full.
    """
    chosen = table.select(table.account).where((table.tenant == tenant) & test)
    few = list(chosen.limit(FEW + 1).tuples().execute(database.db))
    if len(few) <= FEW:
        return _Few(Row.id, "IN", sorted({account for (account,) in few}))
    return _has(table, tenant, test)


def _has(table: Any, tenant: str, test: Any) -> Any:
    mine = (table.tenant == tenant) & (table.account == Row.id)
    return pw.fn.EXISTS(table.select(pw.SQL("1")).where(mine & test))


def _marked(row: Row, marks: Sequence[str]) -> frozenset[str]:
    """What the trees say of a person; of one who is deleted nothing, as nothing can be
    done to them any more.
    """
    if row.status == "deleted":
        return frozenset()
    return frozenset(mark for n, mark in enumerate(marks) if getattr(row, f"mark_{n}"))


def _listed(
    database: Database,
    tenant: str,
    rows: Sequence[Row],
    marks: Sequence[str],
    sort: str,
    now: float,
) -> list[Listed]:
    """The rows with all that belongs to them, in four queries for all of them."""
    roles = _grouped(database, tenant, RoleAssignment, rows)
    options = _grouped(database, tenant, OptionGrant, rows)
    bindings = _grouped(database, tenant, Binding, rows)
    seen = _last_seen(database, tenant, rows)
    found = []
    for row in rows:
        held = roles.get(row.id, [])
        account = _account(row, held, options.get(row.id, []), bindings.get(row.id, []))
        found.append(
            Listed(
                account,
                _marked(row, marks),
                tuple(o.role for o in held if o.expires_at is None or o.expires_at > now),
                seen.get(row.id),
                (row.name if sort == "name" else row.email_key, row.id),
            )
        )
    return found


def _account(row: Row, held: list[Any], options: list[Any], bindings: list[Any]) -> Account:
    bound: dict[str, tuple[str, ...]] = {}
    for one in bindings:
        bound[one.kind] = (*bound.get(one.kind, ()), one.target)
    roles = ((one.role, one.expires_at) for one in held)
    return account_of(row, roles, (one.option for one in options), bound)


def _last_seen(database: Database, tenant: str, rows: Sequence[Row]) -> dict[str, float]:
    mine = (Session.tenant == tenant) & Session.account.in_([row.id for row in rows])
    latest = pw.fn.MAX(Session.last_seen_at)
    chosen = Session.select(Session.account, latest).where(mine).group_by(Session.account)
    return dict(chosen.tuples().execute(database.db))


def _grouped(
    database: Database, tenant: str, table: Any, rows: Sequence[Row]
) -> dict[str, list[Any]]:
    """Account -> its rows of a table, in the order of their key."""
    mine = (table.tenant == tenant) & table.account.in_([row.id for row in rows])
    order = [getattr(table, name) for name in table._meta.primary_key.field_names]
    grouped: dict[str, list[Any]] = {}
    for one in table.select().where(mine).order_by(*order).execute(database.db):
        grouped.setdefault(one.account, []).append(one)
    return grouped
