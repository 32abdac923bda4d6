"""Things that apps register: of the types that the policies' schema marks so, and of no
other; never people, rights, organizations or metering units.

An app acts with its API key and in nobody's name: what its key may is a scope, and what
the thing means is for the policies to say afterwards.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from authz.administration.noted import FIELDS, renoted
from authz.engine.place import near_miss
from authz.engine.schema import Schema
from authz.errors import Forbidden, InvalidChange, NotFound
from authz.storage import clients, resources, tenants
from authz.storage.clients import ApiClient
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.resources import Resource

#: Things of one request. WHY so few: nobody else can write meanwhile.
MANY = 200
KIND = "api_client"
#: What was done about a thing.
Result = Literal["created", "changed", "same", "deleted"]


class Registration(Struct, frozen=True):
    """A thing to be registered, or one to be forgotten."""

    type: str
    id: str
    #: What rules read; None: the thing is forgotten.
    attributes: dict[str, object] | None
    #: What people note of it; None keeps what is there.
    details: dict[str, str] | None = None


class App(Struct, frozen=True):
    """The app that asks, and through what."""

    client: ApiClient
    address: str | None
    request_id: str | None

    @property
    def actor(self) -> Actor:
        """As the log names it."""
        one = self.client
        return Actor(KIND, one.id, one.name, one.channel, self.address, self.request_id)


def save(
    database: Database, schema: Schema, app: App, wanted: Sequence[Registration]
) -> list[Result]:
    """What was done about each, in order: all of them, or nothing.

    Raises: Forbidden for a type that apps do not register, a key that has ended and a
    company that is suspended; NotFound for what is to be forgotten and is not there;
    InvalidChange with the field, which begins with the number of the thing where there are
    several.
    """
    if len(wanted) > MANY:
        raise InvalidChange(f"more than {MANY} things: send several requests")
    with database.transaction():
        _check_app(database, app.client)
        return [
            _one(database, schema, app, one, f"{place}." if len(wanted) > 1 else "")
            for place, one in enumerate(wanted)
        ]


def _check_app(database: Database, client: ApiClient) -> None:
    """Whether the app may still write. Raises: Forbidden.

    WHY again: the key may have been revoked while the request waited for its turn.
    """
    stored = clients.find(database, client.id)
    if stored is None or not stored.is_live(database.now()):
        raise Forbidden("the API key has ended")
    if tenants.find_tenant(database, client.tenant).status != "active":
        raise Forbidden("the company is suspended: its apps register nothing")


def _one(
    database: Database, schema: Schema, app: App, wanted: Registration, where: str
) -> Result:
    _check_type(schema, wanted.type, where)
    tenant = app.client.tenant
    try:
        before = resources.find(database, tenant, wanted.type, wanted.id)
    except NotFound:
        if wanted.attributes is None:
            raise
        before = None
    if wanted.attributes is None:
        resources.delete(database, schema, tenant, wanted.type, wanted.id, actor=app.actor)
        return "deleted"
    try:
        return _put(database, schema, app, wanted, before)
    except InvalidChange as exc:
        raise InvalidChange(str(exc), field=f"{where}{exc.field}") from exc


def _put(
    database: Database,
    schema: Schema,
    app: App,
    wanted: Registration,
    before: Resource | None,
) -> Result:
    details = dict(before.details) if before else {}
    if wanted.details is not None:
        if wanted.type not in FIELDS:
            raise InvalidChange(f"nothing is noted of a {wanted.type}", field="details")
        blank = Resource(app.client.tenant, wanted.type, wanted.id, {}, {})
        details = renoted(before or blank, wanted.details)
    attributes = resources.checked(schema.types[wanted.type], wanted.attributes or {})
    if before and (before.attributes, before.details) == (attributes, details):
        return "same"
    resources.put(
        database,
        schema,
        app.client.tenant,
        wanted.type,
        wanted.id,
        attributes,
        details=details,
        actor=app.actor,
    )
    return "changed" if before else "created"


def _check_type(schema: Schema, type: str, where: str) -> None:
    declared = schema.types.get(type)
    if declared is None:
        hint = near_miss(type, schema.types)
        raise InvalidChange(f"unknown type `{type}`{hint}", field=f"{where}type")
    if not declared.registrable:
        raise Forbidden(f"the type `{type}` is not for apps to register")
