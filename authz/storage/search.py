"""Which stored things a tree holds for: one statement over our own tables, never one thing
at a time.
"""

from collections.abc import Iterable

import peewee as pw

from authz.decisions.ports import Matches
from authz.decisions.tree import Tree
from authz.engine.schema import TypeSchema
from authz.errors import NotFound
from authz.storage.database import Database
from authz.storage.dialects import bound, joined
from authz.storage.documents import absent
from authz.storage.shelves import Shelf, shelf
from authz.storage.sql import Column, expression
from authz.storage.tables import Account, Tenant


class StoredSearch:
    """The `Search` of a database file."""

    def __init__(self, database: Database):
        self._database = database

    def matching(
        self, tenant: str, kind: TypeSchema, tree: Tree, *, after: str, limit: int
    ) -> Matches:
        """As `Search` says; roles and bindings are those in force now."""
        db = self._database.db
        with self._database.reading():
            known = Tenant.select(Tenant.revision).where(Tenant.slug == tenant)
            revision: int | None = known.scalar(db)
            if revision is None:
                raise NotFound(f"unknown tenant `{tenant}`")
            rows = shelf(self._database, kind, tenant, self._database.now())
            columns, sound = declared(kind, rows, tenant)
            wanted = (sound, expression(tree, kind, columns), rows.id > after)
            chosen = rows.id.model.select(rows.id).where(rows.where, *wanted)
            ordered = chosen.order_by(rows.id).limit(limit + 1)
            ids = [id for (id,) in ordered.tuples().execute(db)]
        return Matches(tuple(ids[:limit]), len(ids) > limit, revision)


def declared(
    kind: TypeSchema, rows: Shelf, tenant: str
) -> tuple[dict[str, Column], pw.Node]:
    """A column for each attribute of the schema, and whether a row has the right types.

    What only a caller can say is absent, and what is stored under another type is wrong.
    """
    columns: dict[str, Column] = {"id": rows.id, "tenant": bound(tenant)}
    sound: list[pw.Node] = [pw.SQL("TRUE")]
    for name, attribute in kind.attributes.items():
        type, column = rows.columns.get(name, ("", None))
        if column is not None and type == attribute.type and attribute.source != "request":
            columns[name] = column
            continue
        columns[name] = absent(attribute)
        if attribute.required and attribute.type.endswith("-set"):
            sound.append(pw.SQL("FALSE"))
        if column is not None and attribute.source != "request":
            nothing = isinstance(column, pw.Node) and joined(column, "IS NULL")
            sound.append(nothing or pw.SQL("FALSE"))
    return columns, pw.NodeList(sound, glue=" AND ", parens=True)


def emails(database: Database, tenant: str, accounts: Iterable[str]) -> dict[str, str]:
    """The e-mail of each of these accounts of the tenant."""
    named = (Account.tenant == tenant) & Account.id.in_(list(accounts))
    chosen = Account.select(Account.id, Account.email).where(named)
    with database.reading():
        return dict(chosen.tuples().execute(database.db))
