"""A request out of what the solver found."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from authz.assurance.symbolic.encoding import Encoding
from authz.assurance.symbolic.names import NIL, TRUE, flag, members_of
from authz.assurance.symbolic.solver import Model, Undecided
from authz.engine.conditions import Attr
from authz.engine.gate.requests import Request

#: What a made string may end with, in order.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LEAST, _MOST = " ", "~"


def request_of(encoding: Encoding, model: Model) -> Request:
    """The request that the model is about.

    Raises: Undecided, where no string is between two others.
    """
    return _Reading(encoding, model).request()


class _Reading:
    def __init__(self, encoding: Encoding, model: Model):
        self._encoding = encoding
        self._names = encoding.names
        self._values = model.values
        self._model = model
        #: What the solver calls a string -> that string.
        self._strings = self._fixed()
        fresh = dict(self._fresh())
        self._strings |= _between(self._strings, fresh) if self._names.by_order else fresh

    def request(self) -> Request:
        """With every attribute, mentioned or not."""
        universe = self._names.universe
        found: Request = {}
        for attr, of in universe.attributes.items():
            value = universe.plain(attr)
            name = str(attr)
            if self._values.get(flag(name)) == TRUE:
                value = None
            elif of.type == "string-set" and members_of(name) in self._encoding.asked():
                value = self._set(members_of(name))
            elif of.type == "record-set" and attr.name in self._encoding.records:
                value = self._records(attr)
            elif name in self._names.attributes:
                value = self._scalar(name, of.type, value)
            if value is None and flag(name) in self._values:
                value = self._present(name, of.type)
            found.setdefault(attr.root, {})[attr.name] = value
        return found

    def _fixed(self) -> dict[str, str | None]:
        names = {self._names.constant(text): text for text in self._names.strings}
        found: dict[str, str | None] = {
            self._values[name]: text for name, text in names.items() if name in self._values
        }
        if NIL in self._values:
            found[self._values[NIL]] = None
        return found

    def _fresh(self) -> Iterator[tuple[str, str]]:
        """Values of no constant, each with a string that nothing else has."""
        used = set(self._names.strings)
        seen = set(self._strings)
        for name in self._string_names():
            value = self._values[name]
            if value in seen:
                continue
            seen.add(value)
            made = name.replace(".", "-").replace("@", "-")
            while made in used:
                made += "-other"
            used.add(made)
            yield value, made

    def _string_names(self) -> Iterator[str]:
        mentioned = [n for n in self._names.attributes if self._names.kind(n) == "string"]
        terms = (term for names in self._encoding.asked().values() for term in names)
        for name in dict.fromkeys([*mentioned, *terms]):
            if name in self._values:
                yield name

    def _scalar(self, name: str, kind: str, plain: Any) -> Any:
        if self._values.get(flag(name)) == TRUE:
            return None
        value = self._values.get(name)
        if value is None:
            return self._present(name, kind) if flag(name) in self._values else plain
        if kind == "string":
            return self._strings[value]
        return value == TRUE if kind == "boolean" else int(_number(value))

    def _present(self, name: str, kind: str) -> Any:
        """Nil where the solver says so; else any value, as it leaves open which."""
        is_nil = self._values[flag(name)] == TRUE
        return None if is_nil else {"boolean": False, "integer": 0}.get(kind, ())

    def _set(self, predicate: str) -> tuple[str, ...]:
        members = self._model.members.items()
        held = {
            self._strings[value]
            for (of, value), is_in in members
            if of == predicate and is_in
        }
        return tuple(sorted(one for one in held if one is not None))

    def _records(self, attr: Attr) -> tuple[dict[str, Any], ...]:
        fields = self._names.universe.attributes[attr].fields
        found = []
        for number in range(self._encoding.records[attr.name]):
            name = self._names.record(attr.name, number)
            if self._values.get(name) == TRUE:
                found.append(
                    {
                        field: self._scalar(f"{name}.{field}", kind, None)
                        for field, kind in fields.items()
                    }
                )
        return tuple(found)


def _number(text: str) -> Fraction:
    """A number as the solver writes it: `(- 3)`, `2.0`, `(/ 1.0 2.0)`."""
    words = text.replace("(", " ").replace(")", " ").split()
    sign = -1 if "-" in words else 1
    numbers = [Fraction(word) for word in words if word not in ("-", "/")]
    return sign * (numbers[0] / numbers[1] if len(numbers) > 1 else numbers[0])


def _between(fixed: dict[str, str | None], fresh: dict[str, str]) -> dict[str, str | None]:
    """For each fresh value a string that stands where the value does in the order."""
    known = {_number(value): text for value, text in fixed.items() if text is not None}
    found: dict[str, str | None] = {}
    gaps: dict[Fraction, list[str]] = {}
    for value in sorted(fresh, key=_number):
        below = max(number for number in known if number < _number(value))
        gaps.setdefault(below, []).append(value)
    for below, values in gaps.items():
        above = min((number for number in known if number > below), default=None)
        start = _start(str(known[below]), None if above is None else known[above])
        found.update(zip(values, _rising(start, len(values)), strict=True))
    return found


def _start(low: str, high: str | None) -> str:
    """What is greater than the one and less than the other, whatever is added to it."""
    if high is None or not high.startswith(low):
        return low + _MOST if high is None else low + _LEAST
    following = high[len(low)]
    for letter in (*reversed(_LETTERS), _LEAST):
        if letter < following:
            return low + letter
    raise Undecided(f"no string is found between {low!r} and {high!r}")


def _rising(start: str, count: int) -> Sequence[str]:
    """So many strings that begin so, in rising order."""
    width = len(str(count))
    return [f"{start}{number:0{width}}" for number in range(count)]
