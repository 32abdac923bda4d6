"""Organizations of a metering tenant: supply companies in a tree, service organizations,
manufacturers and consumers.

The tree is kept twice: as parents, and as its closure `supply_line` (each company with
itself and all above it), written in the same transaction. So "mine or my branch's" is one
look into a set, at any depth.
"""

from dataclasses import dataclass

from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import said
from authz.storage import fields
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.tables import MeteringUnit, SupplyLine
from authz.storage.tables import Organization as Row
from authz.terms import term

KINDS = ("supply_company", "service_organization", "manufacturer", "consumer")
CATEGORIES = ("industrial", "commercial", "household")


@dataclass(frozen=True, slots=True)
class Organization:
    """One organization."""

    tenant: str
    kind: str
    id: str
    name: str
    #: Of a supply company: the one it is a branch of.
    parent: str | None
    #: Of a consumer: who supplies it.
    supply_company: str | None
    category: str | None


def create_organization(
    database: Database,
    tenant: str,
    kind: str,
    id: str,
    *,
    actor: Actor,
    name: str,
    parent: str | None = None,
    supply_company: str | None = None,
    category: str | None = None,
) -> Organization:
    """A new organization; `parent` is for supply companies, the last two are for consumers.

    Raises: Conflict when the id is taken, by a deleted one too; InvalidChange with the
    field.
    """
    fields.choice(kind, "kind", KINDS)
    row = {"name": fields.text(name, "name"), "parent": parent}
    row |= {"supply_company": supply_company, "category": category}
    if parent is not None and kind != "supply_company":
        raise InvalidChange(
            said("only a supply company is a branch of another"), field="parent"
        )
    if kind != "consumer" and (supply_company is not None or category is not None):
        raise InvalidChange(
            said("only a consumer has a supplier and a category"), field="kind"
        )
    if category is not None:
        fields.choice(category, "category", CATEGORIES)
    with change(
        database,
        tenant,
        actor=actor,
        action=f"{kind}.created",
        about=(kind, fields.identifier(id)),
        kind="created",
        label=row["name"] or "",
        after=row,
    ):
        if _row(database, tenant, kind, id) is not None:
            raise Conflict(
                said("there is or was a {kind} `{id}` already", kind=term(kind), id=id)
            )
        check_exists(database, tenant, "supply_company", parent, "parent")
        check_exists(database, tenant, "supply_company", supply_company, "supply_company")
        Row.insert(**row, tenant=tenant, kind=kind, id=id).execute(database.db)
        if kind == "supply_company":
            line = {id, *_ancestors(database, tenant, parent)}
            _insert_lines(database, tenant, {id}, line)
        return find_organization(database, tenant, kind, id)


def find_organization(database: Database, tenant: str, kind: str, id: str) -> Organization:
    """The organization of that kind and id. Raises: NotFound, for a deleted one too."""
    with database.reading():
        row = _row(database, tenant, kind, id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"no {kind} `{id}`")
    return organization_of(row)


def list_organizations(database: Database, tenant: str, kind: str) -> list[Organization]:
    """The organizations of that kind, by name."""
    live = (Row.tenant == tenant) & (Row.kind == kind) & Row.deleted_at.is_null()
    with database.reading():
        rows = Row.select().where(live).order_by(Row.name, Row.id).execute(database.db)
        return [organization_of(row) for row in rows]


def rename_organization(
    database: Database, tenant: str, kind: str, id: str, name: str, *, actor: Actor
) -> Organization:
    """The organization with another name."""
    return _update(
        database, tenant, kind, id, "name", fields.text(name, "name"), actor=actor
    )


def move_consumer(
    database: Database, tenant: str, id: str, supply_company: str | None, *, actor: Actor
) -> Organization:
    """The consumer with another supplier."""
    with database.transaction():
        check_exists(database, tenant, "supply_company", supply_company, "supply_company")
        return _update(
            database, tenant, "consumer", id, "supply_company", supply_company, actor=actor
        )


def move(
    database: Database, tenant: str, id: str, parent: str | None, *, actor: Actor
) -> Organization:
    """The supply company, with all its branches, below another one or at the top.

    Raises: InvalidChange with the field `parent` when that is itself, a branch of it or not
    there.
    """
    with database.transaction():
        find_organization(database, tenant, "supply_company", id)
        check_exists(database, tenant, "supply_company", parent, "parent")
        above = _ancestors(database, tenant, parent)
        if id in above:
            raise InvalidChange(
                said("`{parent}` is `{id}` or a branch of it", parent=parent, id=id),
                field="parent",
            )
        below = {
            company
            for (company,) in SupplyLine.select(SupplyLine.company)
            .where((SupplyLine.tenant == tenant) & (SupplyLine.ancestor == id))
            .tuples()
            .execute(database.db)
        }
        moved = _update(
            database, tenant, "supply_company", id, "parent", parent, actor=actor
        )
        outside = SupplyLine.company.in_(below) & SupplyLine.ancestor.not_in(below)
        gone = (SupplyLine.tenant == tenant) & outside
        SupplyLine.delete().where(gone).execute(database.db)
        _insert_lines(database, tenant, below, above)
        return moved


def delete_organization(
    database: Database, tenant: str, kind: str, id: str, *, actor: Actor
) -> None:
    """Delete an organization that is not in use; bindings to it then bind to nothing.

    Raises: Conflict while it has branches, consumers or metering units; NotFound.
    """
    with database.transaction():
        name = find_organization(database, tenant, kind, id).name
        _check_unused(database, tenant, kind, id)
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
            named = (Row.tenant == tenant) & (Row.kind == kind) & (Row.id == id)
            Row.update(deleted_at=database.now()).where(named).execute(database.db)


def check_exists(
    database: Database, tenant: str, kind: str, id: str | None, field: str
) -> None:
    """Nothing, if that is None or a live organization.

    Raises: InvalidChange with the field.
    """
    if id is not None:
        row = _row(database, tenant, kind, id)
        if row is None or row.deleted_at is not None:
            raise InvalidChange(
                said("there is no {kind} `{id}`", kind=term(kind), id=id), field=field
            )


def _check_unused(database: Database, tenant: str, kind: str, id: str) -> None:
    live_row = (Row.tenant == tenant) & Row.deleted_at.is_null()
    live_unit = (MeteringUnit.tenant == tenant) & MeteringUnit.deleted_at.is_null()
    if kind == "supply_company":
        below = (Row.parent == id) | (Row.supply_company == id)
        if Row.select().where(live_row & below).exists(database.db):
            raise Conflict(
                said(
                    "the {kind} `{id}` still has branches or consumers",
                    kind=term(kind),
                    id=id,
                )
            )
    if (
        MeteringUnit.select()
        .where(live_unit & (getattr(MeteringUnit, kind) == id))
        .exists(database.db)
    ):
        raise Conflict(
            said("the {kind} `{id}` still has metering units", kind=term(kind), id=id)
        )


def _update(
    database: Database,
    tenant: str,
    kind: str,
    id: str,
    column: str,
    value: str | None,
    *,
    actor: Actor,
) -> Organization:
    with database.transaction():
        before = find_organization(database, tenant, kind, id)
        with change(
            database,
            tenant,
            actor=actor,
            action=f"{kind}.updated",
            about=(kind, id),
            label=before.name,
            before={column: getattr(before, column)},
            after={column: value},
        ):
            named = (Row.tenant == tenant) & (Row.kind == kind) & (Row.id == id)
            Row.update(**{column: value}).where(named).execute(database.db)
        return find_organization(database, tenant, kind, id)


def _ancestors(database: Database, tenant: str, company: str | None) -> set[str]:
    """The company and all above it; nothing for None."""
    above = (SupplyLine.tenant == tenant) & (SupplyLine.company == company)
    rows = SupplyLine.select(SupplyLine.ancestor).where(above).tuples().execute(database.db)
    return {ancestor for (ancestor,) in rows}


def _insert_lines(
    database: Database, tenant: str, companies: set[str], ancestors: set[str]
) -> None:
    for company in sorted(companies):
        for ancestor in sorted(ancestors):
            row = {"tenant": tenant, "company": company, "ancestor": ancestor}
            SupplyLine.insert(**row).execute(database.db)


def _row(database: Database, tenant: str, kind: str, id: str) -> Row | None:
    named = (Row.tenant == tenant) & (Row.kind == kind) & (Row.id == id)
    found: Row | None = Row.select().where(named).first(database.db)
    return found


def organization_of(row: Row) -> Organization:
    """The organization of a row."""
    return Organization(
        row.tenant, row.kind, row.id, row.name, row.parent, row.supply_company, row.category
    )
