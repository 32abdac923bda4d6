"""Answers: a value as JSON, a text of another kind, or nothing."""

import msgspec
from flask import Response
from msgspec import Struct

from webapp.json_api.errors import JSON


class Text(Struct, frozen=True):
    """A file."""

    content: str
    content_type: str
    name: str


class Done(Struct, frozen=True):
    """It was done, and there is nothing to say of it."""


DONE = Done()


def answered(made: object, status: int) -> Response:
    """What a route gives, as it is sent."""
    if isinstance(made, Response):
        return made
    if isinstance(made, Done):
        return Response(status=204)
    if isinstance(made, Text):
        named = {"Content-Disposition": f'attachment; filename="{made.name}"'}
        return Response(made.content, status, named, content_type=made.content_type)
    told = msgspec.json.encode(made, enc_hook=_plain)
    return Response(told, status, content_type=JSON)


def _plain(value: object) -> str:
    """A sentence that remembers how it was made, as the text that it is."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(type(value).__name__)
