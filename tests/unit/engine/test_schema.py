"""The schema is closed, typed, and says where it is wrong."""

import pytest

from authz.engine.schema import AttributeProblem
from authz.engine.schema_file import parse_schema
from authz.errors import PolicyError
from tests.unit.engine.sets import SCHEMA


def test_a_type_becomes_a_class_and_a_group_stands_for_its_types():
    classes = parse_schema(SCHEMA).classes()
    assert classes == {
        "Kept": ("paper", "box"),
        "User": ("user",),
        "Paper": ("paper",),
        "Box": ("box",),
    }


def test_actions_are_written_by_noun_or_as_they_are():
    types = parse_schema(SCHEMA).types
    assert types["paper"].actions == {"paper:read", "paper:edit"}
    assert types["box"].actions == {"open"}


def test_action_properties_are_part_of_the_context():
    assert set(parse_schema(SCHEMA).context_attributes()) == {
        "channel",
        "hour",
        "action_soft",
    }


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("name", "x", "x"),
        ("name", None, None),
        ("level", 7, 7),
        ("roles", ["b", "a", "b"], ("a", "b")),
        ("roles", [], ()),
    ],
)
def test_values_of_the_declared_type_are_frozen(name, value, kept):
    assert parse_schema(SCHEMA).types["user"].attributes[name].check(value) == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 1),
        ("name", True),
        ("name", ["x"]),
        ("name", "\ud800"),
        ("level", True),
        ("level", 1.0),
        ("level", "1"),
        ("level", 2**63),
        ("roles", "admin"),
        ("roles", ["a", 1]),
        ("roles", ["a", None]),
        ("roles", [["a"]]),
        ("badges", [{"kind": "x", "other": 1}]),
        ("badges", [{"kind": 1}]),
        ("badges", {"kind": "x"}),
    ],
)
def test_values_of_another_type_are_refused(name, value):
    with pytest.raises(AttributeProblem, match=name):
        parse_schema(SCHEMA).types["user"].attributes[name].check(value)


def test_a_record_has_all_its_fields():
    badges = parse_schema(SCHEMA).types["user"].attributes["badges"]
    assert [dict(b) for b in badges.check([{"kind": "x"}])] == [
        {"kind": "x", "until": None}
    ]


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("version: 1", "version: 2", "version: must be 1", 1),
        ("  hour:", "  action_x:", "built in", 4),
        ("source: caller", "source: callr", "did you mean `caller`", 3),
        ("groups: [Kept]", "groups: [Kept, Paper]", "share the class `Paper`", 16),
        ("subject: true", "subject: yes", "must be true or false", 10),
        (
            "    attributes:\n      name",
            "    atributes:\n      name",
            "mean `attributes`",
            11,
        ),
        ("      name: {type: string}", "      tenant: {type: string}", "built in", 12),
        ("default: []", "default: 3", "does not fit", 13),
        ("default: []", "default: null", "is never absent", 13),
        ("fields: {kind: string,", "fields: {kind: string-set,", "fields.kind", 15),
        ("fields: {kind: string, until: integer}", "fields: {}", "a record-set has", 15),
        ("level: {type: integer}", "level: {type: integer, fields: {}}", "only a rec", 14),
        ("group: Kept", "group: Kepd", "did you mean `Kept`", 17),
        ("type: string, required", "type: strin, required", "did you mean `string`", 19),
        ("required: true}", "required: true, default: x}", "never be taken", 19),
        ("  box:", "  resource:", "a meaning of its own in Polar", 22),
        ("  box:", "  Box:", "is not a type name", 22),
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, message, line):
    assert old in SCHEMA
    with pytest.raises(PolicyError, match=message) as caught:
        parse_schema(SCHEMA.replace(old, new, 1))
    assert caught.value.file == "schema.yaml"
    assert caught.value.line == line


def test_apps_may_not_write_people():
    text = SCHEMA.replace(
        "subject: true", "subject: true\n    facts: accounts\n    registrable: true"
    )
    with pytest.raises(PolicyError, match="apps may not write"):
        parse_schema(text)
