"""Reads `invariants.yaml`: strictly, so that none can pass because it is misspelt."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from authz.assurance.proving.invariant import FILE, Body, Invariant, Invariants, Kind
from authz.engine.conditions import Signature
from authz.engine.place import Place, read_text
from authz.engine.schema import Schema
from authz.engine.source import PolicySource, read_directory
from authz.engine.text import FILE_LIMIT_BYTES, check_files
from authz.engine.unfold import signatures
from authz.errors import PolicySyntaxError, RequestError

_KEYS = (
    "title",
    "why",
    "owner",
    *(kind.value for kind in Kind),
    "on",
    "subject",
    "when",
    "unless",
)
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ANY = "*"
_SAME, _TWO = "same resource", "any"


def read_invariants(directory: Path, schema: Schema) -> Invariants:
    """The invariants of a policy directory.

    Raises: PolicyError with file and line; RequestError when there is no such file.
    """
    path = directory / FILE
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise RequestError(
            f"there is no `{FILE}` in `{directory}`: write one, as docs/invariants.md says"
        ) from None
    except OSError as exc:
        raise PolicySyntaxError(f"cannot be read: {exc.strerror}", file=FILE) from exc
    return parse_invariants(content, read_directory(directory), schema)


def parse_invariants(content: bytes, source: PolicySource, schema: Schema) -> Invariants:
    """The invariants in the content of a file, about the set of these sources.

    Raises: PolicyError with file and line.
    """
    text = check_files({FILE: content})[FILE]
    place, value = read_text(FILE, text)
    top = place.mapping(value, keys=("version", "invariants"))
    if place.of(top, "version") != 1:
        raise place.at("version").wrong("must be 1")
    at = place.at("invariants")
    found = [
        _invariant(at.at(id), id, data, schema)
        for id, data in at.mapping(place.of(top, "invariants")).items()
    ]
    if not found:
        raise at.wrong("holds no invariant")
    return Invariants(tuple(found), source, text)


def _invariant(place: Place, id: str, value: object, schema: Schema) -> Invariant:
    if not _ID.fullmatch(id):
        raise place.wrong("an id is words of small letters, joined by `-`")
    data = place.mapping(value, keys=_KEYS)
    kinds = [kind for kind in Kind if kind in data]
    if len(kinds) != 1:
        raise place.wrong("holds one of `never`, `always` and `exclusive`")
    kind = kinds[0]
    said = {
        key: place.at(key).text(place.of(data, key)) for key in ("title", "why", "owner")
    }
    of_kind = _exclusive if kind is Kind.EXCLUSIVE else _requests
    return Invariant(
        id,
        **said,
        kind=kind,
        questions=of_kind(place, data, kind, schema),
        when=_body(place.at("when"), data.get("when")),
        unless=_body(place.at("unless"), data.get("unless")),
        line=place.line,
        one_resource=data.get("on") == _SAME,
    )


def _body(place: Place, value: object) -> Body | None:
    return None if value is None else Body(place.text(value).strip(), place.line)


def _requests(
    place: Place, data: Mapping[str, object], kind: Kind, schema: Schema
) -> tuple[tuple[Signature, ...], ...]:
    for key in ("on", "subject"):
        if key in data:
            raise place.at(key).wrong(f"does not stand beside `{kind}`")
    at = place.at(kind)
    of = at.mapping(data[kind], keys=("subject", "action", "resource"))
    subjects = _types(at.at("subject"), of.get("subject", _ANY), _subjects(schema))
    resources = _types(at.at("resource"), at.of(of, "resource"), list(schema.types))
    globs = _texts(at.at("action"), at.of(of, "action"))
    found = [
        one
        for one in signatures(schema)
        if one.subject in subjects and one.resource in resources
    ]
    matched = [s for s in found if any(fnmatchcase(s.action, glob) for glob in globs)]
    _check_used(at, globs, found, schema)
    idle = [name for name in resources if name not in {s.resource for s in matched}]
    if idle and of["resource"] != _ANY:
        raise at.at("resource").wrong(f"none of the actions is one of `{idle[0]}`")
    return tuple((one,) for one in matched)


def _check_used(
    at: Place, globs: Sequence[str], found: Iterable[Signature], schema: Schema
) -> None:
    """Every pattern fits an action of these resources."""
    here = {one.action for one in found}
    every = {action for of in schema.types.values() for action in of.actions}
    for glob in globs:
        if any(fnmatchcase(action, glob) for action in here):
            continue
        if any(fnmatchcase(action, glob) for action in every):
            raise at.at("action").wrong(f"`{glob}` is asked of other resources")
        raise at.at("action").unknown("action", glob, every)


def _exclusive(
    place: Place, data: Mapping[str, object], kind: Kind, schema: Schema
) -> tuple[tuple[Signature, ...], ...]:
    actions = place.at(kind).texts(data[kind])
    if len(actions) != 2:
        raise place.at(kind).wrong("names two actions")
    on = place.at("on").choice("reach", place.of(data, "on"), (_SAME, _TWO))
    subjects = _types(place.at("subject"), data.get("subject", _ANY), _subjects(schema))
    having = []
    for action in actions:
        having.append([name for name, of in schema.types.items() if action in of.actions])
        if not having[-1]:
            every = {a for of in schema.types.values() for a in of.actions}
            raise place.at(kind).unknown("action", action, every)
    pairs = [
        (Signature(subject, actions[0], one), Signature(subject, actions[1], other))
        for subject in subjects
        for one in having[0]
        for other in having[1]
        if on == _TWO or one == other
    ]
    if not pairs:
        raise place.at(kind).wrong("no type of resource has both actions")
    return tuple(pairs)


def _subjects(schema: Schema) -> list[str]:
    return [name for name, of in schema.types.items() if of.subject]


def _texts(place: Place, value: object) -> tuple[str, ...]:
    return (place.text(value),) if isinstance(value, str) else place.texts(value)


def _types(place: Place, value: object, known: list[str]) -> list[str]:
    if value == _ANY:
        return known
    return [place.choice("type", name, known) for name in _texts(place, value)]
