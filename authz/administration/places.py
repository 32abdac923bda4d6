"""Places of a mini-grid company: clusters, mini-grids in them, villages in those."""

from authz.administration import things, versions
from authz.administration.desk import Desk
from authz.administration.organizations import made_id
from authz.administration.things import Things
from authz.errors import InvalidChange, NotFound
from authz.said import said
from authz.storage import fields, places
from authz.storage.places import PARENTS, Place
from authz.storage.things import Wanted
from authz.terms import term

READ = "location:read"


def page(
    desk: Desk,
    kind: str,
    wanted: Wanted = things.NOTHING,
    *,
    after: str = "",
    before: str = "",
    limit: int = 50,
) -> Things:
    """The places of that kind that the person may see. Raises: Refused, RequestError."""
    _check_kind(kind)
    desk.require(READ, "tenant", desk.tenant)
    return things.page(
        desk,
        kind,
        wanted,
        action=READ,
        marked=(f"{kind}:update", f"{kind}:delete"),
        after=after,
        before=before,
        limit=limit,
    )


def find(desk: Desk, kind: str, id: str) -> Place:
    """One place. Raises: Refused, NotFound."""
    _check_kind(kind)
    desk.require(READ, kind, id)
    return places.find_place(desk.database, desk.tenant, kind, id)


def create(
    desk: Desk,
    kind: str,
    *,
    name: str,
    id: str = "",
    parent: str | None = None,
    manager: str | None = None,
) -> Place:
    """A new place; a mini-grid lies in a cluster, a village in a mini-grid.

    Raises: Refused; Conflict when the id is taken; InvalidChange with the field, as for a
    parent that is not there.
    """
    _check_kind(kind)
    with desk.deciding():
        actor = desk.require(f"{kind}:create", "tenant", desk.tenant)
        above = PARENTS[kind]
        if above is not None:
            _check_parent(desk, above, parent)
            actor = desk.require(f"{kind}:create", above, parent or "")
        return places.create_place(
            desk.database,
            desk.tenant,
            kind,
            id or made_id(name),
            actor=actor,
            name=name,
            parent=parent or None,
            manager=manager or None,
        )


def rename(
    desk: Desk, kind: str, id: str, name: str, *, version: str | None = None
) -> Place:
    """The place with another name. Raises: Refused, NotFound, Conflict, InvalidChange."""
    _check_kind(kind)
    with desk.deciding():
        actor = desk.require(f"{kind}:update", kind, id)
        before = places.find_place(desk.database, desk.tenant, kind, id)
        versions.check(before, version)
        if before.name == name.strip():
            return before
        return places.rename_place(desk.database, desk.tenant, kind, id, name, actor=actor)


def delete(desk: Desk, kind: str, id: str, *, version: str | None = None) -> None:
    """Delete a place with nothing in it; who is bound to it reaches nothing by that.

    Raises: Refused; NotFound; Conflict while other places lie in it.
    """
    _check_kind(kind)
    with desk.deciding():
        actor = desk.require(f"{kind}:delete", kind, id)
        versions.check(places.find_place(desk.database, desk.tenant, kind, id), version)
        places.delete_place(desk.database, desk.tenant, kind, id, actor=actor)


def _check_parent(desk: Desk, above: str, parent: str | None) -> None:
    try:
        places.find_place(desk.database, desk.tenant, above, parent or "")
    except NotFound:
        raise InvalidChange(
            said("there is no {kind} `{id}`", kind=term(above), id=parent or ""),
            field="parent",
        ) from None


def _check_kind(kind: str) -> None:
    fields.choice(kind, "kind", tuple(PARENTS))
