"""Answers held against the document of the API, as every test has them."""

from functools import lru_cache
from typing import Any

import jsonschema_rs
from flask import Flask

from webapp.json_api.openapi import document

JSON = "application/json"


def check(flask: Flask, method: str, path: str, answer: Any) -> None:
    """Nothing, if the document says that it may be answered so.

    Raises: AssertionError; werkzeug's exceptions for a path that is not there.
    """
    rule, _ = flask.url_map.bind("localhost").match(
        path.partition("?")[0], method=method, return_rule=True
    )
    said = operation(flask, rule.endpoint)
    status = str(answer.status_code)
    assert status in said["responses"], f"{method} {path}: {status} {answer.text}"
    if answer.mimetype == JSON and not path.endswith("openapi.json"):
        found = validator(rule.endpoint, status, flask)
        problems = [error.message for error in found.iter_errors(answer.json)]
        assert problems == [], f"{method} {path}: {answer.text}"


def operation(flask: Flask, endpoint: str) -> dict[str, Any]:
    """What the document says of a route."""
    whole = document(flask)
    named = endpoint.replace(".", "_")
    return next(
        said
        for path in whole["paths"].values()
        for said in path.values()
        if said["operationId"] == named
    )


@lru_cache(maxsize=64)
def validator(endpoint: str, status: str, flask: Flask) -> Any:
    """What holds an answer of a route with that status against its shape."""
    whole = document(flask)
    told = operation(flask, endpoint)["responses"][status]
    if "$ref" in told:
        told = whole["components"]["responses"][told["$ref"].rpartition("/")[2]]
    schema = {**told["content"][JSON]["schema"], "components": whole["components"]}
    return jsonschema_rs.Draft202012Validator(schema)
