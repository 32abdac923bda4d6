"""Many things of one type, attribute by attribute, so that a test is made once a value.

A set of things is an integer with a bit for each of them: `and`, `or` and `not` of a
hundred thousand things take microseconds.
"""

from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from authz.decisions.attributes import of_entity
from authz.decisions.ports import Stored
from authz.engine.conditions import Attr, Literal, Op, same
from authz.engine.gate.requests import holds
from authz.engine.schema import TypeSchema
from authz.model import Entity

Key = TypeVar("Key", bound=Hashable)
#: Up to so many bits are set one by one.
FEW = 64
#: Answers of joins that are kept.
KEPT_MAX = 2_000


def bits_of(positions: Collection[int]) -> int:
    """The set of these positions."""
    if len(positions) <= FEW:
        return sum(1 << position for position in positions)
    found = bytearray(max(positions) // 8 + 1)
    for position in positions:
        found[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(found, "little")


def positions_of(bits: int) -> Iterator[int]:
    """The positions in a set, in order."""
    text = bin(bits)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)


class Column:
    """One attribute: which value each thing has."""

    def __init__(self, values: Iterable[Any]):
        #: The different values, and of each thing which one it has.
        self.values: list[Any] = []
        self.codes: list[int] = []
        #: Of each value, the things that have it.
        self._rows: list[list[int]] = []
        self._code: dict[Any, int] = {}
        for position, value in enumerate(values):
            key = _key(value)
            code = self._code.get(key)
            if code is None:
                code = self._code[key] = len(self.values)
                self.values.append(value)
                self._rows.append([])
            self.codes.append(code)
            self._rows[code].append(position)

    def where(self, test: Callable[[Any], bool]) -> int:
        """The things whose value passes."""
        return self._having(c for c, value in enumerate(self.values) if test(value))

    def equal(self, value: Any) -> int:
        """The things with exactly that value."""
        code = self._code.get(_key(value))
        if code is None or not same(self.values[code], value):
            return 0
        return self._having((code,))

    def holding(self, elements: Iterable[Any]) -> int:
        """The things whose set has one of these elements."""
        codes = {code for element in elements for code in self._sets.get(element, ())}
        return self._having(codes)

    def groups(self, bits: int) -> Iterator[tuple[Any, int]]:
        """The values that things of that set have, each with those things."""
        for value, rows in zip(self.values, self._rows, strict=True):
            if inside := bits_of(rows) & bits:
                yield value, inside

    def _having(self, codes: Iterable[int]) -> int:
        return bits_of([position for code in codes for position in self._rows[code]])

    @cached_property
    def _sets(self) -> dict[Any, list[int]]:
        found: dict[Any, list[int]] = {}
        for code, value in enumerate(self.values):
            for element in value or ():
                found.setdefault(element, []).append(code)
        return found


def classes(
    bits: int, columns: Mapping[Key, Column]
) -> Iterator[tuple[int, dict[Key, Any]]]:
    """Those of a set that have the same values in these columns, with these values."""
    found: dict[tuple[int, ...], list[int]] = {}
    codes = [column.codes for column in columns.values()]
    for position in positions_of(bits):
        found.setdefault(tuple([of[position] for of in codes]), []).append(position)
    for chosen, positions in found.items():
        values = {
            name: column.values[code]
            for (name, column), code in zip(columns.items(), chosen, strict=True)
        }
        yield bits_of(positions), values


class Things:
    """All stored things of one type of one tenant, as one policy set sees them."""

    def __init__(
        self,
        kind: TypeSchema,
        tenant: str,
        ids: Sequence[str],
        stored: Sequence[Stored | None],
    ):
        """`stored` goes with `ids`; None where a thing is not there."""
        self.ids = ids
        self.all = (1 << len(ids)) - 1
        unsound = {n for n, one in enumerate(stored) if one is None or one.malformed}
        columns: dict[str, list[Any]] = {"id": list(ids), "tenant": [tenant] * len(ids)}
        for name, attribute in kind.attributes.items():
            # WHY one attribute at a time: many things have the same value, and what it is
            # for rules is then found out once.
            one = replace(kind, attributes={name: attribute})
            seen = _seen_by_rules(one, name, tenant, stored)
            columns[name] = [value for value, _ in seen]
            unsound.update(n for n, (_, is_sound) in enumerate(seen) if not is_sound)
        #: The things that a decision can rest on.
        self.sound = self.all ^ bits_of(sorted(unsound))
        self._values = columns
        self._columns: dict[str, Column] = {}
        self._kept: dict[Any, int] = {}

    def column(self, name: str) -> Column:
        """One attribute of all things; of an unsound one it is anything."""
        if name not in self._columns:
            self._columns[name] = Column(self._values[name])
        return self._columns[name]

    def passing(self, literal: Literal) -> int:
        """The things for which a test of their own attributes holds."""
        return self._remembered(literal, lambda: self._passing(literal))

    def joined(self, literal: Literal, root: str, value: Any) -> int:
        """The things for which a test holds, where its one operand of that root is theirs
        and the other has that value.
        """
        key = literal, root, _key(value)
        return self._remembered(key, lambda: self._joined(literal, root, value))

    def _remembered(self, key: Any, find: Callable[[], int]) -> int:
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            found = self._kept[key] = find()
        return found

    def _passing(self, literal: Literal) -> int:
        root = literal.left.root
        names = [attr.name for attr in literal.attributes()]
        if len(names) == 1:
            column = self.column(names[0])
            return column.where(lambda mine: holds(literal, {root: {names[0]: mine}}))
        found = classes(self.all, {name: self.column(name) for name in names})
        return sum(bits for bits, values in found if holds(literal, {root: values}))

    def _joined(self, literal: Literal, root: str, value: Any) -> int:
        left, right = literal.attributes()
        own, other = (left, right) if left.root == root else (right, left)
        column = self.column(own.name)
        match literal.op:
            case Op.SAME:
                return column.equal(value)
            case Op.DIFFERS:
                return self.all ^ column.equal(value)
            case Op.OVERLAPS:
                return column.holding(value or ())
            case Op.IN | Op.NOT_IN:
                found = _members(column, value, own_is_element=own == left)
                return found if literal.op is Op.IN else self.all ^ found
        return column.where(lambda mine: holds(literal, _values(own, mine, other, value)))


def _seen_by_rules(
    kind: TypeSchema, name: str, tenant: str, stored: Iterable[Stored | None]
) -> list[tuple[Any, bool]]:
    """Of each thing the value of that one attribute, and whether a decision can rest on
    it, when nobody says anything more about the thing.
    """
    known: dict[Any, tuple[Any, bool]] = {}
    found = []
    for one in stored:
        value = one.attributes.get(name) if one is not None else None
        key: Any = (value.__class__, value)
        try:
            seen = known.get(key)
        except TypeError:
            key = seen = None
        if seen is None:
            thing = Stored("", {name: value, "tenant": tenant})
            gathered = of_entity(kind, Entity(kind.name, ""), thing, tenant)
            seen = gathered.values[name], gathered.fault("") is None
            if key is not None:
                known[key] = seen
        found.append(seen)
    return found


def _members(column: Column, value: Any, *, own_is_element: bool) -> int:
    if not own_is_element:
        return column.holding((value,))
    found = 0
    for element in value or ():
        found |= column.equal(element)
    return found


def _values(own: Attr, mine: Any, other: Attr, value: Any) -> dict[str, dict[str, Any]]:
    return {own.root: {own.name: mine}, other.root: {other.name: value}}


def _key(value: Any) -> Any:
    """What tells two values of one attribute apart."""
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return tuple(tuple(record.items()) for record in value)
    return value
