"""A decoded body to the words of a decision (AuthZEN 1.0, sections 5 and 6).

Unknown members are ignored at every level.  A required member that is missing, null or of
the wrong type is refused with its path; an optional one that is null is taken as absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.errors import RequestError
from authz.model import Action, Entity, Request
from webapp.decision_api.strictjson import shown

Members = Mapping[str, object]

REASONS, FULL = EXPLAIN_LEVELS = ("reasons", "full")
DEFAULT_LANGUAGE = "en"
_TYPE_NAMES = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}


@dataclass(frozen=True, slots=True)
class Options:
    """Our extension of the standard: what a caller wants besides the decision."""

    #: One of EXPLAIN_LEVELS; empty: the decision alone.
    explain: str = ""
    language: str = DEFAULT_LANGUAGE


def request_of(body: Members) -> Request:
    """The question in a body. Raises: RequestError. Source: AuthZEN 1.0, section 6.1."""
    return Request(
        subject=_entity(body, "subject"),
        action=_action(body),
        resource=_entity(body, "resource"),
        context=_optional_object(body, "context", "context"),
    )


def options_of(body: Members) -> Options:
    """The options in a body. Raises: RequestError.

    The standard gives them no meaning here, so what is no object is ignored as any unknown
    member is.
    """
    options = body.get("options")
    if not isinstance(options, dict):
        return Options()
    explain, language = options.get("explain"), options.get("language")
    if explain is not None and explain not in EXPLAIN_LEVELS:
        allowed = ", ".join(f"`{level}`" for level in EXPLAIN_LEVELS)
        raise RequestError(
            f"`options.explain` must be one of: {allowed}", where="options.explain"
        )
    if language is not None and not isinstance(language, str):
        raise _wrong_type("options.language", "a string", language)
    return Options(explain or "", DEFAULT_LANGUAGE if language is None else language)


def _entity(body: Members, name: str) -> Entity:
    members = _required_object(body, name)
    return Entity(
        type=_required_string(members, "type", name),
        id=_required_string(members, "id", name),
        properties=_optional_object(members, "properties", f"{name}.properties"),
    )


def _action(body: Members) -> Action:
    members = _required_object(body, "action")
    return Action(
        name=_required_string(members, "name", "action"),
        properties=_optional_object(members, "properties", "action.properties"),
    )


def _required_object(members: Members, name: str) -> Members:
    value = members.get(name)
    if isinstance(value, dict):
        return value
    raise _absent(name) if value is None else _wrong_type(name, "an object", value)


def _optional_object(members: Members, name: str, where: str) -> Members:
    value = members.get(name)
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise _wrong_type(where, "an object", value)


def _required_string(members: Members, name: str, owner: str) -> str:
    value = members.get(name)
    if isinstance(value, str):
        return value
    where = f"{owner}.{name}"
    raise _absent(where) if value is None else _wrong_type(where, "a string", value)


def _absent(where: str) -> RequestError:
    return RequestError(f"{shown(where)} is missing", where=where)


def _wrong_type(where: str, wanted: str, value: object) -> RequestError:
    found = _TYPE_NAMES.get(type(value), "a number")
    return RequestError(f"{shown(where)} must be {wanted}, and is {found}", where=where)
