"""API clients: the apps of a company, each with a key that is shown once."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from authz.administration import clients
from authz.storage.clients import ApiClient
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present
from webapp.json_api.times import Moment, epoch, moment

routes = Routes("clients", __name__, group="API clients")

Channel = Literal["web", "android", "api"]


class Client(Struct, frozen=True):
    """An app of the company."""

    id: str
    name: str
    scopes: list[str]
    #: Through what its users act; null: not fixed.
    channel: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    is_live: bool


class Clients(Struct, frozen=True):
    """The apps of the company, revoked ones too."""

    clients: list[Client]


class NewClient(Body, frozen=True):
    """An app to be registered."""

    name: str
    scopes: list[str]
    channel: Channel | None = None
    expires_at: Moment | None = None


class KeyEnd(Body, frozen=True):
    """When the new key ends; null: never."""

    expires_at: Moment | None = None


class ClientKey(Struct, frozen=True):
    """An app with its key, which is shown this once and stored nowhere."""

    client: Client
    key: str


@routes.route_of(
    "GET", "/clients", "List API clients", answer=Clients, action="api_client:list"
)
def list_clients(who: Present) -> Clients:
    """The apps, by name."""
    now = who.desk.clock()
    return Clients([_client(one, now) for one in clients.listed(who.desk)])


@routes.route_of(
    "POST",
    "/clients",
    "Register an API client",
    body=NewClient,
    answer=ClientKey,
    status=201,
    action="api_client:create",
    confirmed=True,
)
def create(who: Present, body: NewClient) -> ClientKey:
    """A new app and its key."""
    made, key = clients.create(
        who.desk,
        name=body.name,
        scopes=body.scopes,
        channel=body.channel,
        expires_at=epoch(body.expires_at),
    )
    return ClientKey(_client(made, who.desk.clock()), key.text)


@routes.route_of(
    "POST",
    "/clients/<id>/rotate",
    "Change the key of an API client",
    about="The old key is worthless from now on, and the logins through it end.",
    body=KeyEnd,
    answer=ClientKey,
    status=201,
    action="api_client:revoke",
    on="api_client",
    confirmed=True,
)
def rotate(who: Present, id: str, body: KeyEnd) -> ClientKey:
    """A new key in place of the old one."""
    made, key = clients.rotate(who.desk, id, expires_at=epoch(body.expires_at))
    return ClientKey(_client(made, who.desk.clock()), key.text)


@routes.route_of(
    "DELETE",
    "/clients/<id>",
    "Revoke the key of an API client",
    about="The next request with it is refused, and the logins through it end.",
    action="api_client:revoke",
    on="api_client",
)
def revoke(who: Present, id: str) -> Done:
    """The key is worthless."""
    clients.revoke(who.desk, id)
    return DONE


def _client(one: ApiClient, now: float) -> Client:
    return Client(
        id=one.id,
        name=one.name,
        scopes=sorted(one.scopes),
        channel=one.channel,
        expires_at=moment(one.expires_at),
        revoked_at=moment(one.revoked_at),
        is_live=one.is_live(now),
    )
