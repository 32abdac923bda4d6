"""The API's own description, made from the routes as they are served: their needs, the
types that decode their requests, and the table of errors. Source: OpenAPI 3.1.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from flask import Flask
from msgspec import Struct

from authz import __version__
from webapp.console.needs import SELF, Need, needs
from webapp.decision_api.answers import ErrorAnswer
from webapp.json_api.declared import Operation, operations
from webapp.json_api.errors import INTERNAL, JSON, STATUSES

#: Where the document of an application is kept.
DOCUMENT = "gatehouse.openapi"
SCHEMAS, RESPONSES = "#/components/schemas/", "#/components/responses/"
ABOUT = """\
What the console does, for apps and scripts, in the name of a person. Every request but \
the first carries a personal token; the policies decide about each, as they do in the \
console. Unknown members are refused. Times are RFC 3339, in UTC."""
#: Statuses that any request can get, and those of a token, a body, a thing, a change.
ALWAYS = (400, 421, 429, 500, 503)
TOKENED, WITH_BODY, OF_A_THING, CHANGING = (401, 403), (413, 415, 422), (404,), (409,)
WHEN = {
    400: "The request cannot be understood; `where` names the member.",
    401: "No token, or one that does not count, or a login that failed.",
    403: "The policies refuse it, or something must be given first; `code` says which.",
    404: "There is no such thing, or it is not this person's to see.",
    405: "Another method.",
    409: "Somebody else changed it first, or it is there already.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    421: "Nobody here has that name.",
    422: "The data would not be sound; `where` names the member.",
    429: "Too many tries; `Retry-After` says when to go on.",
    500: "Something went wrong that nobody foresaw.",
    503: "Nothing can be decided now.",
}
HEADERS = {
    "X-Request-ID": "The request's own id, or a new one.",
    "WWW-Authenticate": "That a token is needed.",
    "Retry-After": "Seconds to wait.",
}

Schema = dict[str, Any]


def document(app: Flask) -> Schema:
    """The OpenAPI document of an application, made once."""
    if DOCUMENT not in app.extensions:
        app.extensions[DOCUMENT] = _document(app)
    found: Schema = app.extensions[DOCUMENT]
    return found


def _document(app: Flask) -> Schema:
    table, said, paths = needs(app), operations(app), dict[str, Schema]()
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    shapes = _schemas(said.values())
    for rule in rules:
        operation, need = said[rule.endpoint], table[rule.endpoint]
        told = paths.setdefault(_path(rule), {})
        told[_method(rule)] = _operation(rule, operation, need)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gatehouse JSON API",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in sorted({one.group for one in said.values()})],
        "paths": paths,
        "components": {
            "schemas": shapes,
            "responses": {str(status): _refusal(status) for status in WHEN},
            "headers": {name: _header(text) for name, text in HEADERS.items()},
            "parameters": {"X-Request-ID": REQUEST_ID},
            "securitySchemes": {"token": TOKEN, "key": KEY},
        },
    }


def _path(rule: Any) -> str:
    traced: list[tuple[bool, str]] = rule._trace
    parts = [f"{{{text}}}" if is_part else text for is_part, text in traced]
    return "".join(parts).removeprefix("|")


def _method(rule: Any) -> str:
    (method,) = set(rule.methods) - {"HEAD"}
    return str(method).lower()


def _operation(rule: Any, said: Operation, need: Need) -> Schema:
    of, _, view = rule.endpoint.partition(".")
    told: Schema = {
        "operationId": f"{of}_{view}",
        "tags": [said.group],
        "summary": said.summary,
        "description": " ".join(part for part in (said.about, _needed(need)) if part),
        "security": _security(need),
        "parameters": [
            {"$ref": "#/components/parameters/X-Request-ID"},
            *_parameters(rule, said),
        ],
    }
    if said.body:
        content = {JSON: {"schema": _ref(said.body)}}
        told["requestBody"] = {"required": True, "content": content}
    told["responses"] = _responses(rule, said, need)
    return told


def _needed(need: Need) -> str:
    words = []
    if need.action:
        of = {"tenant": "the company", SELF: "the own account"}.get(need.on, "the thing")
        words.append(f"Needs `{need.action}` on {of}.")
    if need.confirmed:
        words.append("The password must have been given within the last five minutes.")
    return " ".join(words)


def _security(need: Need) -> list[dict[str, list[str]]]:
    if need.scope:
        return [{"key": [need.scope]}]
    return [] if need.public else [{"token": []}]


def _parameters(rule: Any, said: Operation) -> list[Schema]:
    found = []
    for name in sorted(rule.arguments):
        schema: Schema = {"type": "string", "minLength": 1, "pattern": "^[^/]+$"}
        items = getattr(rule._converters[name], "items", None)
        if items is not None:
            schema = {"enum": sorted(items)}
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if said.query:
        _, shapes = msgspec.json.schema_components([said.query])
        shape = shapes[said.query.__name__]
        for name, schema in shape["properties"].items():
            required = name in shape.get("required", ())
            found.append(
                {"name": name, "in": "query", "required": required, "schema": schema}
            )
    return found


def _responses(rule: Any, said: Operation, need: Need) -> Schema:
    told: Schema = {
        "description": "The answer." if said.status != 204 else "It is done.",
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
    }
    if said.content_type != JSON:
        told["content"] = {said.content_type: {"schema": {"type": "string"}}}
    elif said.answer is not None:
        told["content"] = {JSON: {"schema": _ref(said.answer)}}
    statuses = {*ALWAYS}
    if not need.public or need.scope:
        statuses |= {*TOKENED}
    if said.body:
        statuses |= {*WITH_BODY}
    if rule.arguments:
        statuses |= {*OF_A_THING}
    if _method(rule) != "get":
        statuses |= {401, 403, 404, *CHANGING, 422}
    refused = {str(one): {"$ref": f"{RESPONSES}{one}"} for one in sorted(statuses)}
    return {str(said.status): told} | refused


def _schemas(said: Iterable[Operation]) -> Schema:
    kinds: dict[Any, None] = {ErrorAnswer: None}
    for one in said:
        kinds |= {kind: None for kind in (one.body, one.answer) if kind is not None}
    _, found = msgspec.json.schema_components(kinds, ref_template=SCHEMAS + "{name}")
    codes = {code for _, code in (*STATUSES.values(), INTERNAL)}
    found["Error"]["properties"]["code"]["enum"] = sorted(codes)
    return found


def _refusal(status: int) -> Schema:
    names = ["X-Request-ID"]
    names += ["WWW-Authenticate"] if status == 401 else []
    names += ["Retry-After"] if status == 429 else []
    return {
        "description": WHEN[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {JSON: {"schema": _ref(ErrorAnswer)}},
    }


def _ref(kind: type[Struct]) -> Schema:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=SCHEMAS + "{name}")
    return schema


def _header(description: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}}


REQUEST_ID: Schema = {
    "name": "X-Request-ID",
    "in": "header",
    "description": "An id of the request, given back with every answer.",
    "schema": {"type": "string", "maxLength": 200},
}
TOKEN: Schema = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A personal token, of `POST /api/v1/token`.",
}
KEY: Schema = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key of the company, `gh_<id>_<secret>`.",
}
