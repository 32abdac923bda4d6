"""From a decoded body to the words of a decision (AuthZEN 1.0, sections 5 and 6)."""

import pytest

from authz.errors import RequestError
from authz.model import Action, Entity, Request
from webapp.decision_api import wire

PLAIN = {
    "subject": {"type": "user", "id": "ann"},
    "action": {"name": "read"},
    "resource": {"type": "record", "id": "1"},
}


def test_a_whole_request_is_read_as_it_stands():
    body = {
        "subject": {"type": "user", "id": "ann", "properties": {"a": [None, {"b": 1.5}]}},
        "action": {"name": "read", "properties": {"soft": True}},
        "resource": {"type": "record", "id": "", "properties": {"status": None}},
        "context": {"channel": "web"},
    }
    assert wire.request_of(body) == Request(
        Entity("user", "ann", {"a": [None, {"b": 1.5}]}),
        Action("read", {"soft": True}),
        Entity("record", "", {"status": None}),
        {"channel": "web"},
    )


def test_unknown_members_are_ignored_at_every_level():
    body = {
        name: members | {"_note": 1, "subject": "x"} for name, members in PLAIN.items()
    } | {"evaluations": 5, "page": None, "resourceId": []}
    assert wire.request_of(body) == wire.request_of(PLAIN)


def test_a_null_optional_member_is_absent():
    body = {name: members | {"properties": None} for name, members in PLAIN.items()} | {
        "context": None,
        "options": None,
    }
    assert wire.request_of(body) == wire.request_of(PLAIN)
    assert wire.options_of(body) == wire.Options()


@pytest.mark.parametrize("path", ["subject", "action", "resource"])
@pytest.mark.parametrize("value", [None, "user:ann", 5, [], True])
def test_an_entity_that_is_no_object_is_refused_with_its_path(path: str, value: object):
    assert refused_at(PLAIN | {path: value}) == path


@pytest.mark.parametrize("path", ["subject", "action", "resource"])
def test_a_missing_entity_is_refused_with_its_path(path: str):
    assert refused_at({name: PLAIN[name] for name in PLAIN if name != path}) == path


@pytest.mark.parametrize(
    "path", ["subject.type", "subject.id", "action.name", "resource.type", "resource.id"]
)
@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}, ["x"]])
def test_a_required_string_of_another_type_is_refused_with_its_path(
    path: str, value: object
):
    entity, member = path.split(".")
    assert refused_at(PLAIN | {entity: PLAIN[entity] | {member: value}}) == path
    without = {name: kept for name, kept in PLAIN[entity].items() if name != member}
    assert refused_at(PLAIN | {entity: without}) == path


@pytest.mark.parametrize("value", ["x", 5, [], False])
def test_an_object_of_another_type_is_refused_and_options_are_ignored(value: object):
    for entity, members in PLAIN.items():
        body = PLAIN | {entity: members | {"properties": value}}
        assert refused_at(body) == f"{entity}.properties"
    assert refused_at(PLAIN | {"context": value}) == "context"
    assert wire.options_of(PLAIN | {"options": value}) == wire.Options()


def test_a_refusal_says_what_was_found_and_what_to_send():
    with pytest.raises(
        RequestError, match="`action.name` must be a string, and is a number"
    ):
        wire.request_of(PLAIN | {"action": {"name": 5}})
    with pytest.raises(RequestError, match="`resource.id` is missing"):
        wire.request_of(PLAIN | {"resource": {"type": "record"}})


def test_reasons_are_given_only_when_asked_for():
    assert wire.options_of(PLAIN) == wire.Options(explain="", language="en")
    asked = {"options": {"explain": "reasons", "language": "fr", "unknown": 1}}
    assert wire.options_of(asked) == wire.Options(explain="reasons", language="fr")


@pytest.mark.parametrize("level", ["FULL", "", "Reasons", True, 1, ["reasons"], {}])
def test_an_explanation_that_does_not_exist_is_refused_with_those_that_do(level: object):
    with pytest.raises(RequestError, match="must be one of: `reasons`, `full`") as caught:
        wire.options_of({"options": {"explain": level}})
    assert caught.value.where == "options.explain"


def test_a_language_that_is_no_string_is_refused():
    assert refused_at(PLAIN | {"options": {"language": 5}}) == "options.language"


def refused_at(body: dict[str, object]) -> str:
    with pytest.raises(RequestError) as caught:
        (wire.request_of(body), wire.options_of(body))
    return caught.value.where
