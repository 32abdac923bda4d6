"""What a program asks, checked as strictly as what comes over HTTP."""

from collections.abc import Mapping
from typing import TypedDict

from authz.errors import RequestError
from authz.model import Action, Entity, Request
from webapp.decision_api import types

Members = Mapping[str, object]
PAGE_MAX = 1_000


class Paging(TypedDict):
    """Which page of a search."""

    after: str
    limit: int


def request_of(asked: Request | Members) -> Request:
    """The question, each of its names a plain string. Raises: RequestError."""
    if isinstance(asked, Request):
        request = asked
    elif isinstance(asked, Mapping):
        request = types.decoded(types.EvaluationRequest, asked).question
    else:
        raise RequestError("a request is a mapping or a `Request`")
    action = request.action
    return Request(
        _entity("subject", request.subject),
        Action(plain("action.name", action.name), action.properties),
        _entity("resource", request.resource),
        request.context,
    )


def _entity(name: str, entity: Entity) -> Entity:
    return Entity(
        plain(f"{name}.type", entity.type),
        plain(f"{name}.id", entity.id),
        entity.properties,
    )


def plain(where: str, text: object) -> str:
    """The text itself, of the member of a `StrEnum` too: rules compare strictly by type.

    Raises: RequestError for anything but whole characters.
    """
    if not isinstance(text, str):
        raise RequestError(f"`{where}` must be a string", where=where)
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise RequestError(
            f"`{where}` holds half of a surrogate pair", where=where
        ) from exc
    return str.__str__(text)


def any_of(type: str) -> Members:
    """The side that is searched for."""
    return {"type": type, "id": ""}


def paging(after: str, limit: int) -> Paging:
    """Raises: RequestError."""
    if type(limit) is not int or not 1 <= limit <= PAGE_MAX:
        raise RequestError(f"`limit` must be from 1 to {PAGE_MAX:,}", where="limit")
    return {"after": plain("after", after), "limit": limit}
