"""Reads a `*_test.yaml`: the fixtures it names, the setting of its tests, and the tests.

Whatever the schema or the file does not declare, an alias, a type, an action, an attribute,
is an error that names the file and the place in it. A file is read as a whole before
anything is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from authz.assurance.document import read_document
from authz.assurance.fixture_facts import Fixture, read_fixtures
from authz.assurance.rows import Names, read_rows
from authz.assurance.suites import Row, Setting, Suite
from authz.engine.place import Place
from authz.engine.schema import Attribute, AttributeProblem, Schema

_SUITE_KEYS = (
    "version",
    "suite",
    "now",
    "fixtures",
    "context",
    "properties",
    "subjects",
    "resources",
    "groups",
    "tests",
)
_FIXTURE_KEYS = ("version", "subjects", "resources")


#: Reads the document in a file that errors call by the second argument.
Read = Callable[[Path, str], tuple[Place, object]]


def read_suite(
    path: Path, schema: Schema, *, name: str, read: Read = read_document
) -> Suite:
    """The suite in a file that errors call `name`.

    Raises: PolicySyntaxError, PolicyReferenceError with the file and the place in it.
    """
    root, value = read(path, name)
    data = root.mapping(value, keys=_SUITE_KEYS)
    _check_version(root, data)
    shared = root.at("fixtures").texts(data.get("fixtures", []))
    documents = [read(path.parent / file, file) for file in shared]
    fixtures = _fixtures(root, data, documents, schema)
    names = Names(
        schema, fixtures, _groups(root.at("groups"), data.get("groups", {}), fixtures)
    )
    setting = _setting(root, data, Setting(), schema)
    rows: list[Row] = []
    for place, element in root.at("tests").items(root.of(data, "tests")):
        test = place.mapping(element)
        rows.extend(read_rows(place, test, names, _setting(place, test, setting, schema)))
    suite = root.at("suite").text(root.of(data, "suite"))
    if not rows:
        raise root.at("tests").wrong("holds no test")
    paths = (path, *(path.parent / file for file in shared))
    return Suite(suite, name, tuple(fixtures.values()), tuple(rows), paths)


def _check_version(root: Place, data: Mapping[str, object]) -> None:
    if root.of(data, "version") != 1:
        raise root.at("version").wrong("must be 1")


def _fixtures(
    root: Place,
    data: Mapping[str, object],
    documents: Sequence[tuple[Place, object]],
    schema: Schema,
) -> dict[str, Fixture]:
    """Alias -> fixture: those of the shared documents, then those of the file itself."""
    found: list[tuple[Place, Fixture]] = []
    for place, value in documents:
        shared = place.mapping(value, keys=_FIXTURE_KEYS)
        _check_version(place, shared)
        found += [(place, one) for one in _declared(place, shared, schema)]
    found += [(root, one) for one in _declared(root, data, schema)]
    aliases: dict[str, Fixture] = {}
    things: set[tuple[str, str]] = set()
    for place, one in found:
        if one.alias in aliases:
            raise place.wrong(f"the alias `{one.alias}` is there twice")
        if (one.type, one.id) in things:
            raise place.wrong(
                f"`{one.type}:{one.id}` is there twice, the second as `{one.alias}`"
            )
        aliases[one.alias] = one
        things.add((one.type, one.id))
    return aliases


def _declared(place: Place, data: Mapping[str, object], schema: Schema) -> list[Fixture]:
    return [
        one
        for key in ("subjects", "resources")
        for one in read_fixtures(place.at(key), data.get(key, {}), schema)
    ]


def _groups(
    place: Place, value: object, fixtures: Mapping[str, Fixture]
) -> dict[str, tuple[Fixture, ...]]:
    groups: dict[str, tuple[Fixture, ...]] = {}
    for name, aliases in place.mapping(value).items():
        if name in fixtures:
            raise place.wrong(f"`{name}` is a fixture and a group")
        members = place.at(name).texts(aliases)
        if not members:
            raise place.at(name).wrong("is a group of nobody")
        for alias in members:
            if alias not in fixtures:
                raise place.at(name).unknown("alias", alias, fixtures)
        groups[name] = tuple(fixtures[alias] for alias in members)
    return groups


def _setting(
    place: Place, data: Mapping[str, object], base: Setting, schema: Schema
) -> Setting:
    """The base, with what `now`, `context` and `properties` of the data say over it."""
    given = data.get("properties", {})
    properties = _values(place.at("properties"), given, schema.action_properties)
    setting = replace(base, properties={**base.properties, **properties})
    if "now" in data:
        setting = replace(setting, now=_seconds(place.at("now"), data["now"]))
    here = place.at("context")
    for name, value in _values(here, data.get("context", {}), schema.context).items():
        source = schema.context[name].source
        if source == "clock":
            raise here.wrong(f"`{name}` is the time: set `now` beside `context`")
        if source == "caller":
            setting = replace(setting, channel=None if value is None else str(value))
        elif source == "session":
            setting = replace(
                setting, pages_unlocked=None if value is None else bool(value)
            )
        else:
            setting = replace(setting, context={**setting.context, name: value})
    return setting


def _values(
    place: Place, value: object, declared: Mapping[str, Attribute]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, raw in place.mapping(value).items():
        if name not in declared:
            raise place.unknown("attribute", name, declared)
        try:
            values[name] = declared[name].check(raw)
        except AttributeProblem as exc:
            raise place.at(name).wrong(str(exc)) from exc
    return values


def _seconds(place: Place, value: object) -> float:
    try:
        moment = datetime.fromisoformat(place.text(value))
    except ValueError as exc:
        raise place.wrong(f"`{value}` is not a time, as in `2026-03-01T10:00:00Z`") from exc
    if moment.tzinfo is None:
        raise place.wrong(f"`{value}` names no zone: end it with `Z`")
    return moment.timestamp()
