"""The API's own description: `/openapi.json`, and the page at `/docs/api` that shows it.

The document is made from the types that decode the requests, from the endpoints as they are
served, and from the table of errors; only the words are its own. Nobody needs a key to read
it. Source: OpenAPI 3.1.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from webapp.decision_api import answers, types
from webapp.decision_api.api_page import page
from webapp.decision_api.endpoint import (
    JSON_TYPE,
    POST,
    READ_METHODS,
    Answered,
    Endpoint,
    Endpoints,
    Limits,
)
from webapp.decision_api.errors import STATUSES
from webapp.decision_api.operations import OPERATIONS, Operation, operation

DOCUMENT, PAGE, STYLE = "/openapi.json", "/docs/api", "/docs/api.css"
#: WHY as strict as this: the page needs a stylesheet of ours and nothing else.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
SCHEMAS, RESPONSES = "#/components/schemas/", "#/components/responses/"
ABOUT = """\
Decisions by policy, and why: the OpenID AuthZEN Authorization API 1.0, and what we add to \
it. Unknown members are ignored; an optional member that is null is absent; a required \
one must be there and of its type. A body holds at most {body_kib} KiB, nested {nesting} \
deep."""
#: Statuses that any request can get, and those that need a key or a body.
ALWAYS = (400, 405, 408, 414, 421, 431, 500, 503)
KEYED = (401, 403)
WITH_BODY = (413, 415)
INTERNAL = "Something went wrong that nobody foresaw; the server's log has it."
#: Types that no operation names.
FURTHER: tuple[type[Struct], ...] = (
    types.EvaluationItem,
    types.EvaluationOptions,
    answers.ItemFailure,
    answers.ErrorAnswer,
)
HEADERS = {
    "X-Request-ID": "The request's own id, or a new one.",
    "X-Policy-Revision": "Revision of the policy set that decided.",
    "X-Data-Revision": "Revision of the facts that it was decided from.",
    "WWW-Authenticate": "How to send a key.",
    "Allow": "The methods that the path takes.",
}

Schema = dict[str, Any]


def endpoints(others: Endpoints, limits: Limits, version: str) -> Endpoints:
    """The document of those endpoints and of its own, the page, and the page's look."""

    @cache
    def described() -> Schema:
        return document({**others, **made}, limits, version)

    @cache
    def text() -> Answered:
        return Answered(json.dumps(described()).encode())

    @cache
    def shown() -> Answered:
        headers = (
            ("Content-Security-Policy", PAGE_POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        )
        kind = OPERATIONS[PAGE].content_type
        return Answered(page(described()).encode(), kind, headers=headers)

    style = Path(__file__).with_name("api_page.css").read_bytes()
    look = Answered(style, OPERATIONS[STYLE].content_type)
    made = {
        DOCUMENT: Endpoint(lambda _asked: text(), READ_METHODS),
        PAGE: Endpoint(lambda _asked: shown(), READ_METHODS),
        STYLE: Endpoint(lambda _asked: look, READ_METHODS),
    }
    return made


def document(served: Endpoints, limits: Limits, version: str) -> Schema:
    """The OpenAPI document of those endpoints."""
    said = {path: operation(path) for path in served}
    about = ABOUT.format(body_kib=limits.body_bytes // 1024, nesting=limits.nesting)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gatehouse",
            "version": version,
            "description": about,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": group} for group in dict.fromkeys(o.group for o in said.values())
        ],
        "paths": {path: _path(path, served[path], said[path]) for path in served},
        "components": {
            "schemas": _schemas(said.values(), limits),
            "responses": _refusals(),
            "headers": {name: _header(text) for name, text in HEADERS.items()},
            "parameters": {"X-Request-ID": REQUEST_ID},
            "securitySchemes": {"key": KEY},
        },
    }


def _path(path: str, endpoint: Endpoint, said: Operation) -> Schema:
    told: Schema = {
        # WHY: the metadata may be served at two paths, and ids must differ.
        "operationId": said.id if path in OPERATIONS else f"{said.id}OfPath",
        "tags": [said.group],
        "summary": said.summary,
        "description": said.about,
        "security": [{"key": [endpoint.scope]}] if endpoint.scope else [],
        "parameters": [{"$ref": "#/components/parameters/X-Request-ID"}],
    }
    if said.request:
        content: Schema = {"schema": _ref(said.request)}
        if said.example:
            content["example"] = said.example
        told["requestBody"] = {"required": True, "content": {JSON_TYPE: content}}
    told["responses"] = _responses(endpoint, said)
    return {"post" if endpoint.methods is POST else "get": told}


def _responses(endpoint: Endpoint, said: Operation) -> Schema:
    names = ["X-Request-ID"]
    if endpoint.kind:
        names += ["X-Policy-Revision", "X-Data-Revision"]
    content: Schema = {"schema": {"type": "string"}}
    if said.content_type == JSON_TYPE:
        shapes = [_ref(shape) for shape in said.answers]
        content = {"schema": {"anyOf": shapes} if shapes[1:] else (shapes or [OBJECT])[0]}
    if said.example_answer:
        content["example"] = said.example_answer
    told: Schema = {
        "description": "The answer.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {said.content_type: content},
    }
    statuses = {*ALWAYS, *said.statuses}
    statuses |= {*KEYED} if endpoint.scope else set()
    statuses |= {*WITH_BODY} if said.request else set()
    found: Schema = {"200": told}
    found |= {str(status): {"$ref": f"{RESPONSES}{status}"} for status in sorted(statuses)}
    if said.without_decisions:
        found["503"] = told | {"description": said.without_decisions}
    return found


def _schemas(said: Iterable[Operation], limits: Limits) -> Schema:
    named = [kind for one in said for kind in (one.request, *one.answers) if kind]
    kinds = dict.fromkeys([*named, *FURTHER])
    _, found = msgspec.json.schema_components(kinds, ref_template=SCHEMAS + "{name}")
    for one in said:
        if one.explains and one.request:
            found[one.request.__name__]["properties"]["options"] = IGNORED_OPTIONS
    if types.EvaluationsRequest in kinds:
        _complete_batch(found["EvaluationsRequest"], limits)
        context = {"anyOf": [_ref(answers.Explanation), _ref(answers.ItemFailure)]}
        found["ItemAnswer"]["properties"]["context"] = context
    codes = [code for _, code in STATUSES.values()]
    found["Error"]["properties"]["code"]["enum"] = [*codes, "internal_error"]
    return found


def _complete_batch(schema: Schema, limits: Limits) -> None:
    """What its type leaves open because items and defaults are not looked at at once."""
    members = schema["properties"]
    defaults = types.EvaluationItem.__struct_fields__
    schema["properties"] = {
        name: {"description": f"The `{name}` of the items that have none of their own."}
        for name in defaults
    } | members
    item = {
        "description": "Anything but an `EvaluationItem` is denied in its place.",
        "anyOf": [_ref(types.EvaluationItem), {}],
    }
    several = {"type": "array", "items": item, "maxItems": limits.batch_items}
    members["evaluations"]["anyOf"] = [several, {"type": "null"}]
    schema["properties"] |= members
    none = {"anyOf": [{"type": "null"}, {"type": "array", "maxItems": 0}]}
    schema["anyOf"] = [
        {
            "title": "with items",
            "required": ["evaluations"],
            "properties": {"evaluations": {"type": "array", "minItems": 1}},
        },
        {
            "title": "without items",
            "properties": {"evaluations": none},
            "allOf": [_ref(types.EvaluationRequest)],
        },
    ]


def _refusals() -> Schema:
    """Every error, with the words of its class."""
    found = {"500": _refusal(INTERNAL)}
    for kind, (status, _) in STATUSES.items():
        found[str(status)] = _refusal((kind.__doc__ or "").partition("\n")[0])
    found["401"]["headers"]["WWW-Authenticate"] = {
        "$ref": "#/components/headers/WWW-Authenticate"
    }
    found["405"]["headers"]["Allow"] = {"$ref": "#/components/headers/Allow"}
    return dict(sorted(found.items()))


def _refusal(description: str) -> Schema:
    return {
        "description": description,
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
        "content": {JSON_TYPE: {"schema": _ref(answers.ErrorAnswer)}},
    }


def _header(description: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}}


def _ref(kind: type[Struct]) -> Schema:
    return {"$ref": SCHEMAS + kind.__name__}


OBJECT: Schema = {"type": "object"}
#: WHY: the standard gives options no meaning there, so what is no object means nothing.
IGNORED_OPTIONS: Schema = {
    "description": "What is no object is ignored.",
    "anyOf": [_ref(types.EvaluationOptions), {"not": {"type": "object"}}],
}
REQUEST_ID: Schema = {
    "name": "X-Request-ID",
    "in": "header",
    "description": "An id of the request, given back with every answer.",
    "schema": {"type": "string"},
}
KEY: Schema = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, `gh_<id>_<secret>`, bound to one tenant.",
}
