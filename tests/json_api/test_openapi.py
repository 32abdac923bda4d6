"""The document of the API is sound, says what is served, and is shown as a page."""

import re
from html.parser import HTMLParser

import jsonschema_rs

from tests.api.test_openapi import references
from webapp.console.needs import needs
from webapp.json_api.declared import operations
from webapp.json_api.openapi import document

SECRETS = ("hash", "secret", "tenant_id", "session_id")


def document_of(app):
    return app.get("/openapi.json").json


def test_every_route_is_in_it_once(anybody, flask):
    found = [
        (path, method, said["operationId"])
        for path, methods in document_of(anybody)["paths"].items()
        for method, said in methods.items()
    ]
    assert len(found) == len(list(flask.url_map.iter_rules()))
    assert len({id for _, _, id in found}) == len(found)
    assert ("/api/v1/users/{id}/access", "put", "access_save") in found


def test_it_is_sound_and_all_that_it_refers_to_is_there(anybody):
    whole = document_of(anybody)
    for schema in whole["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
    for place in set(references(whole)):
        found = whole
        for name in place.removeprefix("#/").split("/"):
            found = found[name]


def test_it_says_what_each_route_needs(anybody, flask):
    said = {
        one["operationId"]: one
        for methods in document_of(anybody)["paths"].values()
        for one in methods.values()
    }
    for endpoint, need in needs(flask).items():
        told = said[endpoint.replace(".", "_")]
        assert bool(told["security"]) is not (need.public and not need.scope)
        assert need.action is None or f"`{need.action}`" in told["description"]


def test_r22_no_answer_has_a_place_for_what_nobody_may_read(flask):
    shapes = document(flask)["components"]["schemas"]
    answers = {one.answer.__name__ for one in operations(flask).values() if one.answer}
    reached, waiting = set(), [name for name in answers if name in shapes]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [r.rpartition("/")[2] for r in references(shapes[name])]
    named = {
        (shape, member)
        for shape in reached
        for member in shapes[shape].get("properties", {})
        if any(word in member for word in (*SECRETS, "password"))
    }
    # WHY these: the hash of an event is no secret, and whoever imports people hands their
    # first passwords on.
    assert named == {("EventEntry", "hash"), ("ImportedRow", "password")}


class Ids(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.tags.append(tag)
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said["href"]] if "href" in said else []


def test_the_page_shows_every_route_and_every_link_leads_somewhere(anybody, flask):
    answer = anybody.get("/docs")
    assert answer.content_type == "text/html; charset=utf-8"
    found = Ids()
    found.feed(answer.text)
    assert len(found.ids) == len(set(found.ids))
    assert {one.replace(".", "_") for one in needs(flask)} <= set(found.ids)
    inner = {link[1:] for link in found.links if link.startswith("#")}
    assert inner <= set(found.ids)
    outer = {link for link in found.links if not link.startswith("#")}
    assert outer == {"/api/v1/docs.css", "/api/v1/openapi.json"}
    assert not {"script", "style"} & set(found.tags)
    assert not re.search(r"\sstyle=", answer.text)
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert anybody.get("/docs.css").content_type == "text/css; charset=utf-8"
