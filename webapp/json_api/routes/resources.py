"""Things that apps register with an API key, so that the policies can decide about them."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from authz.administration import registered
from authz.administration.registered import MANY, App, Registration, Result
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Program

routes = Routes("resources", __name__, group="Registered things")

SCOPE = "facts:write"
ABOUT = (
    "Only of the types that the schema marks as registrable; never users, roles, bindings,"
    " organizations or metering units."
)


class Facts(Body, frozen=True):
    """What rules read of a thing, and what people note of it."""

    attributes: dict[str, Any]
    #: Left out, what is noted stays.
    details: dict[str, str] | None = None


class ThingToRegister(Body, frozen=True):
    """One of many: with `attributes` null it is forgotten."""

    type: str
    id: str
    attributes: dict[str, Any] | None
    details: dict[str, str] | None = None


class ManyThings(Body, frozen=True):
    """All of them, or none."""

    resources: Annotated[list[ThingToRegister], Meta(min_length=1, max_length=MANY)]


class Registered(Struct, frozen=True):
    """What was done about a thing."""

    type: str
    id: str
    result: Result


class ManyRegistered(Struct, frozen=True):
    """What was done about each, in the order of the request."""

    resources: list[Registered]


@routes.route_of(
    "PUT",
    "/resources/<type>/<id>",
    "Register a thing, or change it",
    about=ABOUT,
    body=Facts,
    answer=Registered,
    scope=SCOPE,
)
def put(asking: Program, type: str, id: str, body: Facts) -> Registered:
    """The thing has exactly these attributes."""
    wanted = Registration(type, id, body.attributes, body.details)
    return _saved(asking, [wanted])[0]


@routes.route_of(
    "DELETE",
    "/resources/<type>/<id>",
    "Forget a thing",
    about=ABOUT,
    scope=SCOPE,
)
def forget(asking: Program, type: str, id: str) -> Done:
    """The thing is registered no more."""
    _saved(asking, [Registration(type, id, None)])
    return DONE


@routes.route_of(
    "POST",
    "/resources",
    "Register many things, all or nothing",
    about=ABOUT,
    body=ManyThings,
    answer=ManyRegistered,
    scope=SCOPE,
)
def put_many(asking: Program, body: ManyThings) -> ManyRegistered:
    """All of them are as the request says."""
    wanted = [
        Registration(one.type, one.id, one.attributes, one.details)
        for one in body.resources
    ]
    return ManyRegistered(_saved(asking, wanted))


def _saved(asking: Program, wanted: list[Registration]) -> list[Registered]:
    app = App(asking.client, asking.address, asking.request_id)
    done = registered.save(asking.database, asking.policies.schema, app, wanted)
    return [Registered(w.type, w.id, r) for w, r in zip(wanted, done, strict=True)]
