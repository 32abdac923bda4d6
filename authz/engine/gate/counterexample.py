"""The smallest request that still shows a difference, and the policy test that asks it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from authz.engine.conditions import Attr, Signature
from authz.engine.gate.requests import Declared, Request, nullable
from authz.engine.schema import BUILT_IN, Attribute, Schema
from authz.model import Decision

#: How many simpler requests are tried.
TRIES_MAX = 2_000
#: The tenant of a test's subject or resource that names none.
TENANT = "test"


def smallest(
    request: Request, attributes: Declared, shows: Callable[[Request], bool]
) -> Request:
    """A request that shows it, and from which nothing can be left out.

    What is left out has its default, or is nil, empty or the plainest value.
    """
    tries = 0
    shrunk = True
    while shrunk:
        shrunk = False
        for simpler in _simpler(request, attributes):
            tries += 1
            if tries > TRIES_MAX:
                return request
            if shows(simpler):
                request, shrunk = simpler, True
                break
    return request


def _simpler(request: Request, attributes: Declared) -> Iterator[Request]:
    """Requests with one thing less."""
    if _is_own_resource(request) and request["subject"] != request["resource"]:
        for one, other in (("resource", "subject"), ("subject", "resource")):
            if request[one].keys() == request[other].keys():
                yield {**request, one: dict(request[other])}
    for attr, of in attributes.items():
        value = request[attr.root][attr.name]
        for plainer in _plainer(attr, of, value):
            changed = {**request[attr.root], attr.name: plainer}
            yield {**request, attr.root: changed}


def _is_own_resource(request: Request) -> bool:
    return bool(request["subject"]["id"] == request["resource"]["id"])


def _plainer(attr: Attr, of: Attribute, value: Any) -> Iterator[Any]:
    plainest = _plainest(attr, of)
    if value == plainest and type(value) is type(plainest):
        return
    yield plainest
    if isinstance(value, tuple):
        for i, item in enumerate(value):
            yield (*value[:i], *value[i + 1 :])
            if isinstance(item, dict):
                for name, field in item.items():
                    if field is not None:
                        yield (*value[:i], {**item, name: None}, *value[i + 1 :])


def _plainest(attr: Attr, of: Attribute) -> Any:
    """What an attribute is when nobody says anything about it, where that can be."""
    if attr.name == "tenant":
        return TENANT
    if attr.name in BUILT_IN:
        return f"the-{attr.root}"
    if nullable(of) or of.default is not None:
        return of.default
    return {"string": "x", "integer": 0, "boolean": False}.get(of.type, ())


def as_test(
    signature: Signature, request: Request, schema: Schema, expected: Decision | None
) -> str:
    """A whole test file that asks the request, as one line of JSON, which is YAML too.

    `expected`: None where the policies give no answer.
    """
    subject = _fixture(signature.subject, request["subject"], schema)
    resource = _fixture(signature.resource, request["resource"], schema)
    fixtures: dict[str, Any] = {"subjects": {"subject": subject}}
    alias = "subject"
    if subject != resource:
        alias = "resource"
        fixtures["resources"] = {alias: resource}
    test: dict[str, Any] = {
        "name": f"{signature.action} as the policies say",
        **_around(request["context"], schema),
        "check": {"subject": "subject", "action": signature.action, "resource": alias},
        "expect": "allow" if expected and expected.allowed else "deny",
    }
    if expected:
        test["because"] = list(expected.determining)
    return json.dumps({"version": 1, "suite": "difference", **fixtures, "tests": [test]})


def _fixture(type_name: str, values: dict[str, Any], schema: Schema) -> dict[str, Any]:
    declared = schema.types[type_name].attributes
    said = {"type": type_name, "id": values["id"]}
    if values["tenant"] != TENANT:
        said["tenant"] = values["tenant"]
    return said | {
        name: values[name] for name, of in declared.items() if values[name] != of.default
    }


def _around(context: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """Clock, context and properties of the action."""
    found: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    for name, of in schema.context.items():
        if of.source == "clock":
            found["now"] = datetime.fromtimestamp(context[name], UTC).isoformat()
        elif context[name] != of.default:
            inner[name] = context[name]
    properties = {
        name: context[f"action_{name}"]
        for name, of in schema.action_properties.items()
        if context[f"action_{name}"] != of.default
    }
    return found | {
        key: value
        for key, value in (("context", inner), ("properties", properties))
        if value
    }
