"""Conditions as JSON and back."""

import json

import pytest

from authz.engine.schema_file import parse_schema
from authz.engine.unfold import unfold
from authz.engine.unfolding.data import from_data, to_data
from authz.errors import PolicyCheckError
from tests.unit.engine.unfolding import SCHEMA, clauses, permit

TEXT = (
    permit('paper.grade != nil and paper.grade < 3 and paper.team in ["a", "b"]')
    + permit("g in subject.grants and g.team = paper.team", "p.two")
    + permit("x in subject.roles and x in paper.readers", "p.three")
    + permit("paper.grade < subject.level", "p.four", '"edit"')
    + permit('not paper.owner in subject.roles and context.channel = "web"', "p.five")
)


def unfolded():
    return unfold(clauses(TEXT), SCHEMA, interpreted=True)


def test_what_is_written_is_read_again():
    text = json.dumps(to_data(unfolded()))
    assert from_data(json.loads(text), SCHEMA) == unfolded()


def test_an_attribute_may_be_an_integer_of_one_type_and_a_boolean_of_another():
    schema = parse_schema(
        "version: 1\n"
        "types:\n"
        "  user: {subject: true}\n"
        "  paper: {attributes: {size: {type: integer}}, actions: [read]}\n"
        "  box: {attributes: {size: {type: boolean}}, actions: [read]}\n"
    )
    text = (
        'permit("p.one", _s: User, "read", r: Paper, _c) if r.size = 1;'
        'permit("p.two", _s: User, "read", r: Box, _c) if r.size = true;'
    )
    found = unfold(clauses(text), schema)
    again = from_data(json.loads(json.dumps(to_data(found))), schema)
    assert repr(again) == repr(found)


def test_the_same_policies_give_the_same_bytes():
    assert json.dumps(to_data(unfolded())) == json.dumps(to_data(unfolded()))


def changed(path, value):
    data = json.loads(json.dumps(to_data(unfolded())))
    at = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["literals", 0], ["ONE_OF", "resource", "nothing", {"values": ["a"]}]),
        (["literals", 0], ["NO_SUCH", "resource", "team", {"values": ["a"]}]),
        (["literals", 0], ["ONE_OF", "resource", "team", {"values": [1]}]),
        (["literals", 0], ["ONE_OF", "resource", "secret", {"values": [1]}]),
        (["literals", 0], ["ONE_OF", "resource", "team", {"values": []}]),
        (["literals", 0], ["ONE_OF", "resource", "readers", {"values": ["a"]}]),
        (["literals", 0], ["HOLDS", "resource", "team", {"values": ["a"]}]),
        (["literals", 0], ["HOLDS", "resource", "readers", {"values": [None]}]),
        (["literals", 0], ["LESS", "resource", "grade", {"values": [1, 2]}]),
        (["literals", 0], ["SAME", "resource", "team", ["resource", "grade"]]),
        (["literals", 0], ["SAME", "resource", "team", {"values": ["a"]}]),
        (["literals", 0], ["ONE_OF", "resource", "team", ["subject", "team"]]),
        (["literals", 0], ["IN", "resource", "team", ["subject", "team"]]),
        (["literals", 0], ["ONE_OF", "resource", "team"]),
        (["literals", 0], ["ONE_OF", "resource", ["team"], {"values": ["a"]}]),
        (["conditions", 0, 0], [99]),
        (["conditions", 0, 0], [-1]),
        (["conditions", 0, 0], [True]),
        (["conditions", 0, 1], []),
        (["conditions", 0, 1], [7]),
        (["conditions", 0, 3], "roles"),
        (["conditions", 0, 3], "nothing"),
        (["ways", 0, 1], "destroy"),
        (["ways", 0, 3], [99]),
        (["visited"], []),
        (["interpreted"], []),
        (["interpreted"], [["user", "read", "paper"], ["user", "edit", "paper"]]),
        (["texts"], "none"),
    ],
)
def test_what_cannot_be_of_the_schema_is_refused(path, value):
    with pytest.raises(PolicyCheckError, match="not of this schema"):
        from_data(changed(path, value), SCHEMA)


@pytest.mark.parametrize("data", [None, [], {}, "x", {"literals": []}])
def test_what_is_no_such_data_is_refused(data):
    with pytest.raises(PolicyCheckError, match="not of this schema"):
        from_data(data, SCHEMA)
