"""The companies of the server, a page at a time, with how many people each has."""

from dataclasses import dataclass

import peewee as pw

from authz.errors import NotFound
from authz.storage.database import Database
from authz.storage.listing import behind, contains, words
from authz.storage.tables import Account
from authz.storage.tables import Tenant as Row
from authz.storage.tenants import Tenant, tenant_of


@dataclass(frozen=True, slots=True)
class Company:
    """A company as those see it who look after the server."""

    tenant: Tenant
    #: Live accounts, blocked ones among them.
    people: int
    #: Epoch seconds.
    created_at: float

    @property
    def place(self) -> tuple[str, str]:
        """Where a list goes on after it: name and slug."""
        return self.tenant.name, self.tenant.slug


def page(
    database: Database,
    *,
    text: str = "",
    after: tuple[str, str] | None = None,
    backwards: bool = False,
    limit: int,
) -> tuple[list[Company], bool]:
    """The companies behind `after`, and whether there are others behind them.

    text: a part of the name or the slug. backwards: those before it instead. Order: by
    name.
    """
    chosen = Row.select()
    for word in words(text):
        chosen = chosen.where(contains(word, Row.name, Row.slug))
    if after is not None:
        chosen = chosen.where(behind(Row.name, Row.slug, after, backwards=backwards))
    order = [key.desc() if backwards else key.asc() for key in (Row.name, Row.slug)]
    with database.reading():
        rows = list(chosen.order_by(*order).limit(limit + 1).execute(database.db))
        kept = rows[:limit][::-1] if backwards else rows[:limit]
        return _companies(database, kept), len(rows) > limit


def find(database: Database, slug: str) -> Company:
    """One company. Raises: NotFound."""
    with database.reading():
        rows = list(Row.select().where(Row.slug == slug).execute(database.db))
        if not rows:
            raise NotFound(f"no company `{slug}`")
        return _companies(database, rows)[0]


def _companies(database: Database, rows: list[Row]) -> list[Company]:
    count = pw.fn.COUNT(Account.id)
    live = Account.tenant.in_([row.slug for row in rows]) & (Account.status != "deleted")
    counted = Account.select(Account.tenant, count).where(live).group_by(Account.tenant)
    people = dict(counted.tuples().execute(database.db))
    return [
        Company(tenant_of(row), people.get(row.slug, 0), row.created_at) for row in rows
    ]
