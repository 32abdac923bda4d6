"""From a decoded body to the words of a decision (AuthZEN 1.0, sections 5 and 6)."""

import pytest

from authz.errors import RequestError
from authz.model import Action, Entity, Request
from webapp.decision_api import types

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
    assert question_of(body) == Request(
        Entity("user", "ann", {"a": [None, {"b": 1.5}]}),
        Action("read", {"soft": True}),
        Entity("record", "", {"status": None}),
        {"channel": "web"},
    )


def test_unknown_members_are_ignored_at_every_level():
    body = {
        name: members | {"_note": 1, "subject": "x"} for name, members in PLAIN.items()
    } | {"evaluations": 5, "page": None, "resourceId": []}
    assert question_of(body) == question_of(PLAIN)


def test_a_null_optional_member_is_absent():
    body = {name: members | {"properties": None} for name, members in PLAIN.items()} | {
        "context": None,
        "options": None,
    }
    assert question_of(body) == question_of(PLAIN)
    assert types.options_of(body) == types.Options()


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
    assert types.options_of(PLAIN | {"options": value}) == types.Options()


def test_a_refusal_says_what_was_found_and_what_to_send():
    with pytest.raises(
        RequestError, match="`action.name` must be a string, and is a number"
    ):
        question_of(PLAIN | {"action": {"name": 5}})
    with pytest.raises(RequestError, match="`resource.id` is missing"):
        question_of(PLAIN | {"resource": {"type": "record"}})


def test_reasons_are_given_only_when_asked_for():
    assert types.options_of(PLAIN) == types.Options(explain="", language="en")
    asked = {"options": {"explain": "reasons", "language": "fr", "unknown": 1}}
    assert types.options_of(asked) == types.Options(explain="reasons", language="fr")


@pytest.mark.parametrize("level", ["FULL", "", "Reasons", True, 1, ["reasons"], {}])
def test_an_explanation_that_does_not_exist_is_refused_with_those_that_do(level: object):
    with pytest.raises(RequestError, match="must be one of: `reasons`, `full`") as caught:
        types.options_of({"options": {"explain": level}})
    assert caught.value.where == "options.explain"


def test_a_language_that_is_no_string_is_refused():
    assert refused_at(PLAIN | {"options": {"language": 5}}) == "options.language"


@pytest.mark.parametrize("sent", [None, {}, {"unknown": 1}])
def test_options_of_several_questions_may_be_left_out(sent: object):
    options = types.decoded(types.EvaluationsRequest, {"options": sent}).options
    assert types.with_defaults(options) == types.Options()
    assert options is None or options.evaluations_semantic is None


@pytest.mark.parametrize("value", ["", "EXECUTE_ALL", "all", True, 1, [], {}])
def test_a_semantic_that_does_not_exist_is_refused_with_those_that_do(value: object):
    body = {"options": {"evaluations_semantic": value}}
    said = "must be one of: `execute_all`, `deny_on_first_deny`, `permit_on_first_permit`"
    with pytest.raises(RequestError, match=said) as caught:
        types.decoded(types.EvaluationsRequest, body)
    assert caught.value.where == "options.evaluations_semantic"


@pytest.mark.parametrize("value", ["x", 5, 1.5, False, {}])
def test_a_list_of_another_type_is_refused(value: object):
    with pytest.raises(RequestError, match="`evaluations` must be an array, and is a"):
        types.decoded(types.EvaluationsRequest, {"evaluations": value})


@pytest.mark.parametrize("item", [None, "x", 5, [], {"subject": "x"}, {"id": "1"}])
def test_items_and_defaults_are_not_looked_at_with_the_list(item: object):
    body = {"subject": item, "context": 5, "evaluations": [item]}
    assert types.decoded(types.EvaluationsRequest, body).evaluations == [item]


def test_a_member_within_is_named_by_its_whole_path():
    with pytest.raises(RequestError, match=r"`evaluations\[3\].subject.id` is missing"):
        types.decoded(types.EvaluationItem, {"subject": {"type": "x"}}, "evaluations[3]")


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises(RequestError, match="`subject` must be an object$"):
        question_of(PLAIN | {"subject": object()})
    with pytest.raises(RequestError, match="names of the members of `context` must be"):
        question_of(PLAIN | {"context": {1: 2}})


def question_of(body: object) -> Request:
    return types.decoded(types.EvaluationRequest, body).question


def refused_at(body: dict[str, object]) -> str:
    with pytest.raises(RequestError) as caught:
        (question_of(body), types.options_of(body))
    return caught.value.where
