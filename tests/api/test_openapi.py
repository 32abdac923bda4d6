"""`/openapi.json` is true of what is served, and `/docs/api` shows it."""

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest

from tests.api.doors import Client, Data
from tests.authzen.paths import EVALUATION, EVALUATIONS, POSTS
from webapp.decision_api.api_page import page
from webapp.decision_api.errors import STATUSES
from webapp.serve import build_app

JSON = "application/json"
EXPLAIN = [{}, {"explain": "reasons"}, {"explain": "full"}]
READ = ("/v1/policy", "/.well-known/authzen-configuration", "/healthz", "/readyz")


@pytest.fixture(scope="session")
def document(function: Client) -> dict[str, Any]:
    reply = function.send(b"", method="GET", path="/openapi.json", authorization=None)
    assert (reply.status, reply.headers["content-type"]) == (200, JSON)
    return dict(reply.json)


def fits(document: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> bool:
    whole = {**schema, "components": document["components"]}
    return bool(jsonschema_rs.Draft202012Validator(whole).is_valid(value))


def answers(document: Mapping[str, Any], path: str, status: int) -> dict[str, Any]:
    """The schema of the answers of a path with that status."""
    (operation,) = document["paths"][path].values()
    found = operation["responses"][str(status)]
    if "$ref" in found:
        found = document["components"]["responses"][found["$ref"].rpartition("/")[2]]
    return dict(found["content"][JSON]["schema"])


def request(document: Mapping[str, Any], path: str) -> dict[str, Any]:
    body = document["paths"][path]["post"]["requestBody"]
    return dict(body["content"][JSON]["schema"])


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from references(one)


def test_it_is_the_same_at_every_door_and_needs_no_key(
    client: Client, document: dict[str, Any]
):
    reply = client.send(b"", method="GET", path="/openapi.json", authorization=None)
    assert reply.json == document


def test_it_describes_each_path_that_is_served_and_no_other(
    data: Data, document: dict[str, Any]
):
    assert set(document["paths"]) == set(build_app(data.config)._endpoints)


def test_its_schemas_are_sound_and_all_that_it_refers_to_is_there(
    document: dict[str, Any],
):
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
    for place in set(references(document)):
        found: Any = document
        for name in place.removeprefix("#/").split("/"):
            found = found[name]
    ids = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert len(ids) == len(set(ids))


def test_every_error_is_there_and_every_code(document: dict[str, Any]):
    statuses = {str(status) for status, _ in STATUSES.values()} | {"500"}
    assert set(document["components"]["responses"]) == statuses
    codes = document["components"]["schemas"]["Error"]["properties"]["code"]["enum"]
    assert set(codes) == {code for _, code in STATUSES.values()} | {"internal_error"}


def test_its_examples_fit_their_schemas(document: dict[str, Any]):
    shown = 0
    for path, methods in document["paths"].items():
        for operation in methods.values():
            bodies = [operation["responses"]["200"], operation.get("requestBody", {})]
            for content in (body.get("content", {}).get(JSON, {}) for body in bodies):
                if "example" in content:
                    assert fits(document, content["schema"], content["example"]), path
                    shown += 1
    assert shown >= 10


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("options", EXPLAIN)
@pytest.mark.parametrize("who", ["alice", "carol", "nobody"])
def test_a_question_and_its_answer_fit_their_schemas(
    client: Client, document: dict[str, Any], path: str, options: dict[str, str], who: str
):
    asked = POSTS[path] | {"options": options}
    if "id" in asked["subject"]:
        asked |= {"subject": {"type": "user", "id": who}}
    if path == EVALUATIONS:
        asked |= {"evaluations": [{}, {"subject": "x"}, {"action": {"name": "fly"}}]}
    assert fits(document, request(document, path), asked)
    reply = client.ask(asked, path=path)
    assert reply.status == 200
    assert fits(document, answers(document, path, 200), reply.json)
    (operation,) = document["paths"][path].values()
    stated = {name.lower() for name in operation["responses"]["200"]["headers"]}
    assert stated <= set(reply.headers)


@pytest.mark.parametrize("path", READ)
def test_what_is_read_fits_its_schema(client: Client, document: dict[str, Any], path: str):
    reply = client.send(b"", method="GET", path=path)
    assert fits(document, answers(document, path, reply.status), reply.json)


@pytest.mark.parametrize("path", [*POSTS, *READ, "/v1/filter", "/nothing"])
def test_an_error_fits_its_schema(client: Client, document: dict[str, Any], path: str):
    refused = [
        client.send(b"", path=path, method="DELETE"),
        client.send(b"[]", path=path, host="elsewhere.example"),
        client.send(b"[]", path=path),
        client.send(b"{}", path=path, authorization=None),
        client.send(b"{}", path=path, content_encoding="br"),
    ]
    for reply in refused:
        status = reply.status
        assert status >= 400
        known = path if path in document["paths"] else EVALUATION
        if path == known:
            assert fits(document, answers(document, path, status), reply.json)
        assert not fits(document, answers(document, EVALUATION, 200), reply.json)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (EVALUATION, {"subject": None}),
        (EVALUATION, {"action": {"name": 5}}),
        (EVALUATION, {"context": []}),
        (EVALUATION, {"options": {"explain": "all"}}),
        (EVALUATION, {"options": {"language": 5}}),
        (EVALUATIONS, {"evaluations": 5}),
        (EVALUATIONS, {"evaluations": {}}),
        (EVALUATIONS, {"options": 5}),
        (EVALUATIONS, {"options": {"evaluations_semantic": "all"}}),
        (EVALUATIONS, {"evaluations": [{}] * 1001}),
        (EVALUATIONS, {"evaluations": [], "subject": 5}),
        (EVALUATIONS, {"evaluations": None, "resource": {}}),
        ("/access/v1/search/subject", {"subject": {"id": "x"}}),
        ("/access/v1/search/resource", {"page": {"limit": -1}}),
        ("/access/v1/search/resource", {"page": {"limit": True}}),
        ("/access/v1/search/action", {"page": {"token": 5}}),
    ],
)
def test_what_is_refused_does_not_fit_the_schema(
    client: Client, document: dict[str, Any], path: str, change: dict[str, Any]
):
    asked = POSTS[path] | change
    assert client.ask(asked, path=path).status == 400
    assert not fits(document, request(document, path), asked)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (EVALUATION, {"options": 5, "evaluations": "x", "page": 1}),
        (EVALUATION, {"context": None}),
        (EVALUATIONS, {"evaluations": [5, None, {"subject": []}], "subject": 5}),
        (EVALUATIONS, {"evaluations": []}),
        (EVALUATIONS, {"evaluations": None, "options": None}),
        ("/access/v1/search/action", {"action": 5}),
        ("/access/v1/search/subject", {"options": [], "page": None}),
    ],
)
def test_what_is_odd_and_answered_fits_the_schema(
    client: Client, document: dict[str, Any], path: str, change: dict[str, Any]
):
    asked = POSTS[path] | change
    assert client.ask(asked, path=path).status == 200
    assert fits(document, request(document, path), asked)


# The page


class Page(HTMLParser):
    """What a browser would find in it."""

    def __init__(self, text: str):
        super().__init__()
        self.opened: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.targets.append(value or "")
            elif name == "style" or name.startswith("on"):
                self.handlers.append(name)


@pytest.fixture(scope="session")
def shown(function: Client) -> str:
    reply = function.send(b"", method="GET", path="/docs/api", authorization=None)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return reply.body.decode()


def test_the_page_may_load_its_stylesheet_and_nothing_else(client: Client):
    reply = client.send(b"", method="GET", path="/docs/api", authorization=None)
    policy = reply.headers["content-security-policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", "style-src 'self'"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    style = client.send(b"", method="GET", path="/docs/api.css", authorization=None)
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert b"url(" not in style.body
    assert b"@import" not in style.body


def test_the_page_needs_no_script_and_every_link_leads_somewhere(shown: str):
    page = Page(shown)
    assert not {"script", "style", "iframe", "img"} & set(page.opened)
    assert page.handlers == []
    assert len(page.ids) == len(set(page.ids))
    for target in set(page.targets) - {"/docs/api.css", "/openapi.json"}:
        assert target.removeprefix("#") in page.ids, target


def test_the_page_names_every_path_shape_and_status(shown: str, document: dict[str, Any]):
    text = shown.replace("<wbr>", "")
    parts = document["components"]
    for path in document["paths"]:
        assert f"<code>{path}</code>" in text
    for name in [*parts["schemas"], *parts["responses"]]:
        assert re.search(f'id="(shape|status)-{name}"', text), name


def test_what_the_document_says_is_shown_as_text(document: dict[str, Any]):
    evil = '<script>alert("x")</script>'
    text = json.dumps(document).replace("One decision", json.dumps(evil)[1:-1])
    assert evil not in page(json.loads(text))
