"""Places of a mini-grid company: clusters, mini-grids in them, villages in those."""

from msgspec import Struct

from authz.administration import places, versions
from authz.storage.places import PARENTS
from authz.storage.places import Place as Stored
from authz.storage.things import Wanted
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.listing import ListQuery, narrowed
from webapp.json_api.parts import Present
from webapp.json_api.shapes import VersionQuery

routes = Routes("places", __name__, group="Places")

KIND = f"<any({', '.join(PARENTS)}):kind>"


class PlaceQuery(ListQuery, frozen=True):
    """A page of places."""

    #: The place that they lie in.
    parent: str | None = None


class Place(Struct, frozen=True):
    """One place; a mini-grid lies in a cluster, a village in a mini-grid."""

    kind: str
    id: str
    name: str
    parent: str | None
    #: Id of the person who answers for a cluster.
    manager: str | None
    version: str


class ListedPlace(Struct, frozen=True):
    """A place in a list, with the actions that are open to the reader."""

    place: Place
    marks: list[str]


class Places(Struct, frozen=True):
    """A page of places; `next` and `previous` are what to ask `after` and `before`."""

    places: list[ListedPlace]
    next: str | None
    previous: str | None


class NewPlace(Body, frozen=True):
    """A place to be added; without an id it gets one that is made of its name."""

    name: str
    id: str = ""
    parent: str | None = None
    manager: str | None = None


class PlaceChange(Body, frozen=True):
    """Another name."""

    name: str
    version: str | None = None


@routes.route_of(
    "GET",
    f"/places/{KIND}",
    "List places of a kind",
    query=PlaceQuery,
    answer=Places,
    action="location:read",
)
def list_places(who: Present, kind: str, query: PlaceQuery) -> Places:
    """Those that the person may see."""
    found = places.page(
        who.desk,
        kind,
        Wanted(query.q, narrowed(parent=query.parent)),
        after=query.after,
        before=query.before,
        limit=query.limit,
    )
    listed = [ListedPlace(_shown(one.thing), sorted(one.marks)) for one in found.listed]
    return Places(listed, found.next, found.previous)


@routes.route_of(
    "POST",
    f"/places/{KIND}",
    "Add a place",
    body=NewPlace,
    answer=Place,
    status=201,
    action="{kind}:create",
)
def add_place(who: Present, kind: str, body: NewPlace) -> Place:
    """A new place."""
    made = places.create(
        who.desk,
        kind,
        name=body.name,
        id=body.id,
        parent=body.parent,
        manager=body.manager,
    )
    return _shown(made)


@routes.route_of(
    "GET",
    f"/places/{KIND}/<id>",
    "Read a place",
    answer=Place,
    action="location:read",
    on="{kind}",
)
def read_place(who: Present, kind: str, id: str) -> Place:
    """One place."""
    return _shown(places.find(who.desk, kind, id))


@routes.route_of(
    "PATCH",
    f"/places/{KIND}/<id>",
    "Rename a place",
    body=PlaceChange,
    answer=Place,
    action="{kind}:update",
    on="{kind}",
)
def rename_place(who: Present, kind: str, id: str, body: PlaceChange) -> Place:
    """The place with another name."""
    return _shown(places.rename(who.desk, kind, id, body.name, version=body.version))


@routes.route_of(
    "DELETE",
    f"/places/{KIND}/<id>",
    "Delete a place",
    about="Refused while other places lie in it.",
    query=VersionQuery,
    action="{kind}:delete",
    on="{kind}",
    confirmed=True,
)
def delete_place(who: Present, kind: str, id: str, query: VersionQuery) -> Done:
    """It is gone."""
    places.delete(who.desk, kind, id, version=query.version)
    return DONE


def _shown(one: Stored) -> Place:
    return Place(one.kind, one.id, one.name, one.parent, one.manager, versions.of(one))
