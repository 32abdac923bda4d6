"""Entries of the Events Log as pages show them: by day, with what differs, by field."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.storage.events import MASK, Entry
from webapp.console import labels
from webapp.console.choices import names
from webapp.console.visitor import Visitor
from webapp.console.words import exactly, local

#: Field of an entry -> what people call it, where its name is not the word.
FIELDS: Mapping[str, LazyString] = {
    "expires_at": _l("Ends"),
    "ppp_enabled": _l("Protected pages"),
    "timezone": _l("Time zone"),
    "imei": _l("IMEI"),
}
#: Fields with a time in epoch seconds.
TIMES = ("expires_at", "password_changed_at", "deleted_at")
#: Field that holds the id of a thing -> the type of that thing.
REFERENCES = {
    **{kind: kind for kind in labels.BINDINGS},
    "manager": "user",
    "deleted_by": "user",
}
#: Where a field is within fields, from the outside in, as `("bindings", "cluster")`.
Path = tuple[str, ...]
Names = Mapping[tuple[str, str], str]
#: Stands for what is not there, which is not the same as nothing.
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown."""

    entry: Entry
    time: str
    #: What it was done to, by its name where it has one.
    object: str
    #: Field, value before and value after, of what differs.
    rows: tuple[tuple[str, str, str], ...]


def days(who: Visitor, entries: Sequence[Entry]) -> list[tuple[str, list[Line]]]:
    """Day where the reader is -> its entries."""
    read = [(entry, _flat(entry.before), _flat(entry.after)) for entry in entries]
    named = names(who, _things(read))
    found: dict[str, list[Line]] = {}
    for entry, before, after in read:
        day = str(format_date(local(entry.at), "full", rebase=False))
        name = entry.object_label or named.get((entry.object_type, entry.object_id))
        line = Line(
            entry,
            local(entry.at).strftime("%H:%M:%S"),
            name or entry.object_id or labels.word(entry.object_type),
            tuple(_rows(before, after, named)),
        )
        found.setdefault(day, []).append(line)
    return list(found.items())


def _things(
    read: Iterable[tuple[Entry, Mapping[Path, Any], Mapping[Path, Any]]],
) -> Iterator[tuple[str, str]]:
    """Type and id of everything that the entries name."""
    for entry, before, after in read:
        yield entry.object_type, entry.object_id
        for path, value in (*before.items(), *after.items()):
            for one in value if isinstance(value, list) else [value]:
                if path[-1] in REFERENCES and isinstance(one, str):
                    yield REFERENCES[path[-1]], one


def _rows(
    before: Mapping[Path, Any], after: Mapping[Path, Any], named: Names
) -> Iterator[tuple[str, str, str]]:
    for path in dict.fromkeys((*before, *after)):
        had, has = before.get(path, ABSENT), after.get(path, ABSENT)
        # WHY a secret stays: that it was changed is all that is told of it.
        shown = _text(path, had, named), _text(path, has, named)
        # WHY any: that something empty was noted as empty tells nobody anything.
        if (had != has or MASK in (had, has)) and any(shown):
            yield _field(path), *shown


def _flat(text: str | None) -> dict[Path, Any]:
    """Fields within fields, each by where it is."""

    def inner(values: Mapping[str, Any], above: Path) -> Iterator[tuple[Path, Any]]:
        for name, value in values.items():
            if isinstance(value, dict) and value:
                yield from inner(value, (*above, name))
            else:
                yield (*above, name), value

    return dict(inner(json.loads(text), ())) if text else {}


def _field(path: Path) -> str:
    above, name = path[:-1], path[-1]
    if above == ("roles",):
        return labels.role(name)
    if name in labels.BINDINGS:
        return labels.binding(name)
    return str(FIELDS[name]) if name in FIELDS else labels.word(name)


def _text(path: Path, value: Any, named: Names) -> str:
    if value is ABSENT or value in ("", [], {}):
        return ""
    if path[:-1] == ("roles",):
        return str(
            _("without an end") if value is None else _("until %(end)s", end=_at(value))
        )
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_word(path[-1], one, named) for one in value)
    if path[-1] in TIMES:
        return _at(value)
    return _word(path[-1], value, named)


def _at(value: Any) -> str:
    return exactly(float(value)) if isinstance(value, int | float) else str(value)


def _word(field: str, value: Any, named: Names) -> str:
    """A value as people read it."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if field == "options":
        return labels.option(value)
    if field == "status":
        return labels.status(value)
    return named.get((REFERENCES.get(field, ""), value), value)
