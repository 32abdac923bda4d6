"""Reads one element of `tests`: a check, a listing, or a matrix written out into checks.

A matrix asks every subject named in it, times every resource named, times every action in
question (`actions`, else all actions of the resource's type). What it does not list must be
denied, so that a forgotten cell cannot hide a grant. A test that says `todo` is read like
any other, and becomes one row that asks nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from authz.assurance.fixture_facts import Fixture
from authz.assurance.suites import Check, Listing, Question, Row, Setting, Todo
from authz.engine.catalogue import FALLBACK_LANGUAGE
from authz.engine.place import Place
from authz.engine.schema import Schema
from authz.model import Reason

_COMMON_KEYS = ("name", "todo", "context", "properties", "now")
_ANSWER_KEYS = ("expect", "because", "reason", "message_for_user", "language")
_KEYS = {
    "matrix": (*_COMMON_KEYS, "matrix", "actions"),
    "check": (*_COMMON_KEYS, "check", *_ANSWER_KEYS),
    "list": (*_COMMON_KEYS, "list", "expect", "filter_exact"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What a test may name."""

    schema: Schema
    fixtures: Mapping[str, Fixture]
    groups: Mapping[str, tuple[Fixture, ...]]

    def one(self, place: Place, alias: str) -> Fixture:
        """The fixture of that alias."""
        if alias not in self.fixtures:
            raise place.unknown("alias", alias, self.fixtures)
        return self.fixtures[alias]

    def several(self, place: Place, name: str) -> tuple[Fixture, ...]:
        """The members of a group, or the one fixture of that alias."""
        if name in self.groups:
            return self.groups[name]
        if name not in self.fixtures:
            raise place.unknown("alias", name, [*self.fixtures, *self.groups])
        return (self.fixtures[name],)

    def check_subject(self, place: Place, one: Fixture) -> Fixture:
        """The fixture, when one of its type may ask."""
        if not self.schema.types[one.type].subject:
            raise place.wrong(f"`{one.alias}` is a `{one.type}`, which is never a subject")
        return one

    def check_action(self, place: Place, action: str, types: Iterable[str]) -> str:
        """The action, when it may be asked of one of the types."""
        known = {
            name for type_name in types for name in self.schema.types[type_name].actions
        }
        if action not in known:
            raise place.unknown("action", action, sorted(known))
        return action


def read_rows(
    place: Place, test: Mapping[str, object], names: Names, setting: Setting
) -> Iterator[Row]:
    """The rows that one element of `tests` stands for.

    Raises: PolicySyntaxError, PolicyReferenceError with the file and the place in it.
    """
    rows = list(_asking_rows(place, test, names, setting))
    if "todo" not in test:
        yield from rows
        return
    questions = tuple(question for row in rows for question in row.questions)
    why = place.at("todo").text(test["todo"])
    yield Todo(place.at("name").text(test["name"]), why, questions)


def _asking_rows(
    place: Place, test: Mapping[str, object], names: Names, setting: Setting
) -> Iterator[Check | Listing]:
    kinds = [kind for kind in _KEYS if kind in test]
    if len(kinds) != 1:
        raise place.wrong("a test has one of `matrix`, `check` and `list`")
    place.mapping(test, keys=_KEYS[kinds[0]])
    name = place.at("name").text(place.of(test, "name"))
    if kinds[0] == "matrix":
        yield from _matrix(place, test, names, name, setting)
    elif kinds[0] == "check":
        yield _check(place, test, names, name, setting)
    else:
        yield _listing(place, test, names, name, setting)


def _check(
    place: Place, test: Mapping[str, object], names: Names, name: str, setting: Setting
) -> Check:
    subject, action, resource = _asked(place.at("check"), test["check"], "resource")
    target = names.one(place.at("check").at("resource"), resource)
    names.check_action(place.at("check").at("action"), action, [target.type])
    here = place.at("check").at("subject")
    who = names.check_subject(here, names.one(here, subject))
    expect = place.of(test, "expect")
    if expect not in ("allow", "deny"):
        raise place.at("expect").wrong("must be `allow` or `deny`")
    because = place.at("because").texts(test["because"]) if "because" in test else None
    sentence, language = _sentence(place, test)
    return Check(
        name,
        Question(who, action, target, setting),
        allowed=expect == "allow",
        because=None if because is None else tuple(sorted(because)),
        reason=_reason(place.at("reason"), test["reason"]) if "reason" in test else None,
        message_for_user=sentence,
        language=language,
    )


def _sentence(place: Place, test: Mapping[str, object]) -> tuple[str | None, str]:
    """The glob for what the user reads, if there is one, and in which language."""
    if "message_for_user" not in test:
        if "language" in test:
            raise place.at("language").wrong("is that of `message_for_user`: add it")
        return None, FALLBACK_LANGUAGE
    return (
        place.at("message_for_user").text(test["message_for_user"]),
        place.at("language").text(test.get("language", FALLBACK_LANGUAGE)),
    )


def _reason(place: Place, value: object) -> Reason:
    if value not in [*Reason]:
        raise place.unknown("reason", str(value), [*Reason])
    return Reason(str(value))


def _listing(
    place: Place, test: Mapping[str, object], names: Names, name: str, setting: Setting
) -> Listing:
    subject, action, type_name = _asked(place.at("list"), test["list"], "type")
    targets = [one for one in names.fixtures.values() if one.type == type_name]
    if not targets:
        known = {one.type for one in names.fixtures.values()}
        raise place.at("list").at("type").unknown("type", type_name, known)
    names.check_action(place.at("list").at("action"), action, [type_name])
    expected = place.at("expect").texts(place.of(test, "expect"))
    ids = {one.id for one in targets}
    for id in expected:
        if id not in ids:
            raise place.at("expect").unknown(type_name, id, ids)
    here = place.at("list").at("subject")
    who = names.check_subject(here, names.one(here, subject))
    questions = tuple(Question(who, action, one, setting) for one in targets)
    exact = place.at("filter_exact").flag(test.get("filter_exact", False))
    return Listing(name, questions, tuple(sorted(expected)), exact)


def _asked(place: Place, value: object, about: str) -> tuple[str, str, str]:
    parts = place.mapping(value, keys=("subject", "action", about))
    subject, action, target = (
        place.at(key).text(place.of(parts, key)) for key in ("subject", "action", about)
    )
    return subject, action, target


def _matrix(
    place: Place, test: Mapping[str, object], names: Names, name: str, setting: Setting
) -> Iterator[Check]:
    subjects: dict[str, Fixture] = {}
    resources: dict[str, Fixture] = {}
    permitted: set[tuple[str, str, str]] = set()
    here = place.at("matrix")
    for who, cells in here.mapping(test["matrix"]).items():
        members = [
            names.check_subject(here.at(who), one) for one in names.several(here, who)
        ]
        subjects |= {one.alias: one for one in members}
        for what, actions in here.at(who).mapping(cells).items():
            targets = names.several(here.at(who), what)
            resources |= {one.alias: one for one in targets}
            for action in here.at(who).at(what).texts(actions):
                for one in targets:
                    names.check_action(here.at(who).at(what), action, [one.type])
                    permitted |= {(member.alias, action, one.alias) for member in members}
    asked = _actions(place, test, names, resources)
    for _, action, alias in sorted(permitted):
        if action not in asked[alias]:
            raise here.wrong(f"`{action}` is expected, but not among `actions`")
    if not subjects or not any(asked.values()):
        raise here.wrong("asks nothing: name subjects, resources and actions")
    for subject in subjects.values():
        for target in resources.values():
            for action in asked[target.alias]:
                question = Question(subject, action, target, setting)
                allowed = (subject.alias, action, target.alias) in permitted
                yield Check(f"{name}: {question}", question, allowed)


def _actions(
    place: Place, test: Mapping[str, object], names: Names, resources: Mapping[str, Fixture]
) -> dict[str, list[str]]:
    """Alias of a resource -> the actions to ask of it."""
    types = {alias: names.schema.types[one.type] for alias, one in resources.items()}
    if "actions" not in test:
        return {alias: sorted(declared.actions) for alias, declared in types.items()}
    here = place.at("actions")
    given = here.texts(test["actions"])
    for action in given:
        names.check_action(here, action, [declared.name for declared in types.values()])
    return {
        alias: [action for action in given if action in declared.actions]
        for alias, declared in types.items()
    }
