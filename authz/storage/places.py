"""Places of a mini-grid tenant: clusters, the mini-grids in them, the villages in those."""

from dataclasses import dataclass

import peewee as pw

from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import message, said
from authz.storage import fields
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.people_rows import live_row
from authz.storage.tables import Place as Row
from authz.terms import term

#: Kind -> the kind of place it lies in.
PARENTS = {"cluster": None, "minigrid": "cluster", "village": "minigrid"}


@dataclass(frozen=True, slots=True)
class Place:
    """One place."""

    tenant: str
    kind: str
    id: str
    name: str
    parent: str | None
    #: The cluster that it is or lies in.
    cluster: str
    #: Of a cluster: the id of the account that looks after it.
    manager: str | None


def create_place(
    database: Database,
    tenant: str,
    kind: str,
    id: str,
    *,
    actor: Actor,
    name: str,
    parent: str | None = None,
    manager: str | None = None,
) -> Place:
    """A new place; a mini-grid has a cluster as `parent`, a village a mini-grid.

    `manager` is the id or e-mail of an account. Raises: Conflict when the id is taken, by a
    deleted place too; InvalidChange with the field.
    """
    fields.choice(kind, "kind", tuple(PARENTS))
    fields.identifier(id)
    row = {"name": fields.text(name, "name"), "parent": parent}
    with database.transaction():
        row["cluster"] = _cluster(database, tenant, kind, id, parent)
        if manager is not None:
            row["manager"] = _manager(database, tenant, kind, manager)
        with change(
            database,
            tenant,
            actor=actor,
            action=f"{kind}.created",
            about=(kind, id),
            kind="created",
            label=row["name"] or "",
            after=row,
        ):
            if _row(database, tenant, kind, id) is not None:
                raise Conflict(
                    said("there is or was a {kind} `{id}` already", kind=term(kind), id=id)
                )
            Row.insert(**row, tenant=tenant, kind=kind, id=id).execute(database.db)
        return find_place(database, tenant, kind, id)


def find_place(database: Database, tenant: str, kind: str, id: str) -> Place:
    """The place of that kind and id. Raises: NotFound, for a deleted one too."""
    with database.reading():
        row = _row(database, tenant, kind, id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"no {kind} `{id}`")
    return place_of(row)


def list_places(database: Database, tenant: str, kind: str) -> list[Place]:
    """The places of that kind, by name."""
    live = (Row.tenant == tenant) & (Row.kind == kind) & Row.deleted_at.is_null()
    with database.reading():
        rows = Row.select().where(live).order_by(Row.name, Row.id).execute(database.db)
        return [place_of(row) for row in rows]


def rename_place(
    database: Database, tenant: str, kind: str, id: str, name: str, *, actor: Actor
) -> Place:
    """The place with another name."""
    name = fields.text(name, "name")
    with database.transaction():
        before = find_place(database, tenant, kind, id)
        with change(
            database,
            tenant,
            actor=actor,
            action=f"{kind}.updated",
            about=(kind, id),
            label=before.name,
            before={"name": before.name},
            after={"name": name},
        ):
            Row.update(name=name).where(_named(tenant, kind, id)).execute(database.db)
        return find_place(database, tenant, kind, id)


def delete_place(
    database: Database, tenant: str, kind: str, id: str, *, actor: Actor
) -> None:
    """Delete a place with nothing in it; a binding to it then reaches nothing.

    Raises: Conflict while other places lie in it; NotFound.
    """
    with database.transaction():
        name = find_place(database, tenant, kind, id).name
        inside = [child for child, parent in PARENTS.items() if parent == kind]
        lies_in = (Row.tenant == tenant) & Row.kind.in_(inside) & (Row.parent == id)
        if Row.select().where(lies_in & Row.deleted_at.is_null()).exists(database.db):
            raise Conflict(
                said("the {kind} `{id}` still has places in it", kind=term(kind), id=id)
            )
        with change(
            database,
            tenant,
            actor=actor,
            action=f"{kind}.deleted",
            about=(kind, id),
            kind="deleted",
            label=name,
            before={"name": name},
        ):
            deleted = Row.update(deleted_at=database.now())
            deleted.where(_named(tenant, kind, id)).execute(database.db)


def _cluster(
    database: Database, tenant: str, kind: str, id: str, parent: str | None
) -> str:
    above = PARENTS[kind]
    if above is None:
        if parent is not None:
            raise InvalidChange(said("a cluster lies in nothing"), field="parent")
        return id
    row = _row(database, tenant, above, parent) if parent is not None else None
    if row is None or row.deleted_at is not None:
        raise InvalidChange(
            said("there is no {kind} `{id}`", kind=term(above), id=parent or ""),
            field="parent",
        )
    return row.cluster


def _manager(database: Database, tenant: str, kind: str, who: str) -> str:
    if kind != "cluster":
        raise InvalidChange(said("only a cluster has a manager"), field="manager")
    try:
        return live_row(database, tenant, who).id
    except NotFound as exc:
        raise InvalidChange(message(exc), field="manager") from exc


def _named(tenant: str, kind: str, id: str) -> pw.Expression:
    return (Row.tenant == tenant) & (Row.kind == kind) & (Row.id == id)


def _row(database: Database, tenant: str, kind: str, id: str) -> Row | None:
    found: Row | None = Row.select().where(_named(tenant, kind, id)).first(database.db)
    return found


def place_of(row: Row) -> Place:
    """The place of a row."""
    return Place(
        row.tenant, row.kind, row.id, row.name, row.parent, row.cluster, row.manager
    )
