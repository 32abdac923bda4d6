"""Where recorded things lie: the places in which a person may make such a thing.

Who may make customers in one cluster only has no right to it in the whole company; so what
a form offers, and whether there is a form, comes from the places.
"""

from collections.abc import Mapping

from authz.administration import things
from authz.administration.desk import Desk
from authz.engine.schema import TypeSchema
from authz.storage.places import Place
from authz.storage.resources import Resource

#: Attribute that says where a thing lies -> places.
Homes = Mapping[str, tuple[Place, ...]]


def place_of(desk: Desk, declared: TypeSchema) -> str | None:
    """The attribute that says where it lies, which is also the type of such a place."""
    known, action = desk.policies.schema.types, f"{declared.name}:create"
    places = (n for n in declared.attributes if n in known and action in known[n].actions)
    return next(places, None)


def may_make(desk: Desk, type: str) -> bool:
    """Whether there is a place where the person may make such a thing."""
    known, action = desk.policies.schema.types, f"{type}:create"
    if action not in known["tenant"].actions:
        return False
    if desk.may(action, "tenant", desk.tenant):
        return True
    place = place_of(desk, known[type])
    return place is not None and bool(
        things.page(desk, place, action=action, limit=1).listed
    )


def of_new(desk: Desk, type: str) -> Homes:
    """Where the person may make one; empty for what lies nowhere.

    Raises: Refused, for who may make none.
    """
    if not may_make(desk, type):
        desk.require(f"{type}:create", "tenant", desk.tenant)
    return _allowed(desk, type)


def of_moved(desk: Desk, thing: Resource) -> Homes:
    """Where the person may move it, besides where it is; empty for nowhere."""
    return {
        name: allowed
        for name, allowed in _allowed(desk, thing.type).items()
        if thing.attributes.get(name) in {place.id for place in allowed}
    }


def _allowed(desk: Desk, type: str) -> Homes:
    place = place_of(desk, desk.policies.schema.types[type])
    return {} if place is None else {place: things.all_of(desk, place, f"{type}:create")}
