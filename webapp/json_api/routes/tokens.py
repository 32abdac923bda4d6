"""Tokens: logging in by program, going on, and logging out."""

from typing import Any, Literal

from flask import request
from msgspec import Struct

from authz.accounts.tokens import Issued
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.gate import client_of
from webapp.json_api.parts import Visit

routes = Routes("tokens", __name__, group="Tokens")
keys = Routes("keys", __name__, group="Tokens", prefix="")


class Login(Body, frozen=True):
    """Who logs in."""

    email: str
    password: str
    #: Of the second factor, where the person has one.
    code: str | None = None


class Refreshing(Body, frozen=True):
    """A refresh token, good once."""

    refresh_token: str


class TokenAnswer(Struct, frozen=True):
    """A personal token, and what brings the next one."""

    access_token: str
    token_type: Literal["Bearer"]
    #: Units: seconds.
    expires_in: int
    refresh_token: str


class KeySet(Struct, frozen=True):
    """The public keys that personal tokens are signed with. Source: RFC 7517."""

    keys: list[dict[str, Any]]


@routes.route_of(
    "POST",
    "/token",
    "Log in",
    about="An app sends its API key as bearer, and its channel is that of the token; "
    "without a key the channel is `api`. Administration takes a key of the channel `web`.",
    body=Login,
    answer=TokenAnswer,
    public=True,
)
def log_in(visit: Visit, body: Login) -> TokenAnswer:
    """The first token of a login."""
    said = request.headers.get("Authorization", "")
    issued = visit.api.tokens.log_in(
        visit.policies,
        visit.console.hasher,
        client_of(visit.api, said) if said else None,
        email=body.email,
        password=body.password,
        code=body.code,
        address=visit.address,
        user_agent=visit.user_agent,
        request_id=visit.request_id,
    )
    return _told(issued)


@routes.route_of(
    "POST",
    "/token/refresh",
    "Get the next token",
    about="A refresh token is good once; if one comes a second time, the login ends.",
    body=Refreshing,
    answer=TokenAnswer,
    public=True,
)
def refresh(visit: Visit, body: Refreshing) -> TokenAnswer:
    """The next token of the same login."""
    return _told(visit.api.tokens.refresh(visit.policies, body.refresh_token))


@routes.route_of(
    "POST",
    "/token/revoke",
    "Log out",
    about="The login ends, and with it its token. An unknown refresh token is no error.",
    body=Refreshing,
    public=True,
)
def revoke(visit: Visit, body: Refreshing) -> Done:
    """The login of that refresh token ends."""
    visit.api.tokens.revoke(body.refresh_token)
    return DONE


@keys.route_of(
    "GET",
    "/.well-known/jwks.json",
    "The public keys of tokens",
    about="For apps that verify a token themselves; what it says of rights is a hint.",
    answer=KeySet,
    public=True,
)
def jwks(visit: Visit) -> KeySet:
    """The keys, the one in use first."""
    return KeySet([dict(key) for key in visit.api.tokens.keys.jwks()["keys"]])


def _told(issued: Issued) -> TokenAnswer:
    return TokenAnswer(issued.token, "Bearer", issued.expires_in, issued.refresh_token)
