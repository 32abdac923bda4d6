"""What a request says: its body and the parts of its address, read by name into a type.

Nothing is looked over: a name that the type does not have is refused, so that whoever sends
`tenant_id` or misspells a member learns of it.
"""

import re
from typing import Any, TypeVar

import msgspec
from flask import request
from msgspec import Struct

from authz.engine.place import near_miss
from authz.errors import RequestError
from webapp.decision_api import strictjson
from webapp.decision_api.errors import WrongEncoding
from webapp.decision_api.types import decoded
from webapp.json_api.errors import WrongMediaType

T = TypeVar("T", bound=Struct)
JSON_TYPE = "application/json"
_UNKNOWN = re.compile(
    r"Object contains unknown field `(?P<name>.*)`(?: - at `\$\.?(?P<path>[^`]*)`)?",
    re.DOTALL,
)


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A body or a query: no other members than those of the type."""


def posted(kind: type[T]) -> T:
    """The body of the request as that type.

    Raises: RequestError with the member at fault; WrongMediaType; WrongEncoding; Flask's
    own error for a body above the limit.
    """
    if request.mimetype != JSON_TYPE:
        raise WrongMediaType(f"the header `Content-Type` must be `{JSON_TYPE}`")
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise WrongEncoding(
            f"the body is encoded as {strictjson.shown(encoding)}: send it plain"
        )
    return read(kind, strictjson.parse(request.get_data(cache=False)))


def queried(kind: type[T]) -> T:
    """The parts of the address behind `?` as that type. Raises: RequestError."""
    found: dict[str, str] = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise RequestError(f"{strictjson.shown(name)} is there twice", where=name)
        found[name] = values[0]
    return read(kind, found, strict=False)


def read(kind: type[T], members: dict[str, Any], *, strict: bool = True) -> T:
    """The members as that type; not strict: numbers may be texts. Raises: RequestError."""
    try:
        return msgspec.convert(members, kind, strict=strict)
    except msgspec.ValidationError as exc:
        unknown = _UNKNOWN.fullmatch(str(exc))
        if unknown is None:
            return decoded(kind, members, strict=strict)
        raise _unknown(kind, unknown["name"], unknown["path"] or "") from exc


def names(kind: type[Struct]) -> list[str]:
    """All members of the type, and of those in it."""
    _, shapes = msgspec.json.schema_components([kind])
    return [name for one in shapes.values() for name in one.get("properties", ())]


def _unknown(kind: type[Struct], name: str, path: str) -> RequestError:
    hint = near_miss(name, names(kind))
    where = f"{path}.{name}" if path else name
    return RequestError(f"unknown member {strictjson.shown(name)}{hint}", where=where)
