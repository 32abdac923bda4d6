"""Which values make these literals true? One complete request for a condition.

A small search: joined attributes share a value, values are tried in a fixed order, sets get
what the literals ask of them. What it gives is checked literal by literal, so it may fail
to find a request that there is, but never gives a wrong one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from authz.engine.conditions import ORDERED, Attr, Literal, Op, Value, is_true
from authz.engine.gate.filling import Filling
from authz.engine.gate.requests import Declared, Request, Style, nullable
from authz.engine.schema import INTEGER_MAX

#: How many values, and how many assignments, are tried before a model is given up.
STEPS_MAX = 5_000
ATTEMPTS_MAX = 50
#: The one value of everything in a collapsed model, by type.
COLLAPSED: Mapping[str, Any] = {"string": "x", "integer": 1, "boolean": True}
#: Full sets hold nothing more.
NO_POOL: Mapping[Attr, Iterable[str]] = {}
SETS = ("string-set", "record-set")
_SCALAR_OPS = {Op.ONE_OF, Op.NONE_OF, Op.SAME, Op.DIFFERS, *ORDERED}


def solve(
    literals: Sequence[Literal],
    attributes: Declared,
    records: str,
    style: Style,
    pool: Mapping[Attr, Iterable[str]] = NO_POOL,
    never: Sequence[Literal] = (),
) -> Request | None:
    """A request in which all literals hold and none of `never`; None when none was found.

    `pool` are the strings that full sets hold.
    """
    if not all(nullable(attributes[attr]) for attr in style.absent):
        return None
    found = _Scalars(literals, attributes, style).assignments()
    for scalars in islice(found, ATTEMPTS_MAX):
        filling = Filling(literals, never, attributes, records, style, scalars)
        request = filling.request(pool)
        if request is not None:
            return request
    return None


class _Scalars:
    """The values of all attributes that are no sets."""

    def __init__(self, literals: Sequence[Literal], attributes: Declared, style: Style):
        self._literals = [x for x in literals if x.op in _SCALAR_OPS]
        self._attributes = attributes
        self._style = style
        self._steps = 0
        scalars = [a for a, of in attributes.items() if of.type not in SETS]
        mentioned = {a for x in literals for a in x.attributes()}.intersection(scalars)
        self._free = [a for a in scalars if a not in mentioned]
        self._first = {attr: attr for attr in sorted(mentioned)}
        for literal in self._literals:
            if literal.op is Op.SAME and isinstance(literal.right, Attr):
                self._join(literal.left, literal.right)
        lacked = _lacked(literals)
        self._classes = {
            first: self._class(first, literals, lacked)
            for first in sorted(self._first.values(), key=_by_constraint(literals))
        }

    def _join(self, a: Attr, b: Attr) -> None:
        kept, gone = sorted((self._first[a], self._first[b]))
        self._first = {x: kept if of == gone else of for x, of in self._first.items()}

    def _class(
        self, first: Attr, literals: Sequence[Literal], lacked: Mapping[Attr, set[Value]]
    ) -> "_Class":
        members = frozenset(attr for attr, of in self._first.items() if of == first)
        mine = [x for x in literals if members.intersection(x.attributes())]
        present = any(x.op in ORDERED or x.op is Op.IN for x in mine)
        return _Class(
            members,
            [x for x in mine if x.op in _SCALAR_OPS],
            not present and all(nullable(self._attributes[attr]) for attr in members),
            frozenset(v for attr in members for v in lacked.get(attr, ())),
        )

    def assignments(self) -> Iterator[dict[Attr, Value]]:
        """Every assignment under which the literals on single values hold."""
        free = {attr: self._free_value(number) for number, attr in enumerate(self._free)}
        for found in self._extended(list(self._classes), {}):
            yield {**free, **{attr: found[of] for attr, of in self._first.items()}}

    def _free_value(self, number: int) -> Value:
        attr = self._free[number]
        if attr in self._style.absent:
            return None
        kind = self._attributes[attr].type
        return _any(attr, kind, self._style.collapsed, number + len(self._first))[0]

    def _extended(
        self, left: Sequence[Attr], so_far: dict[Attr, Value]
    ) -> Iterator[dict[Attr, Value]]:
        if not left:
            yield so_far
            return
        for value in self._candidates(left[0], so_far):
            self._steps += 1
            if self._steps > STEPS_MAX:
                return
            so_far[left[0]] = value
            if self._holds(left[0], so_far):
                yield from self._extended(left[1:], so_far)
            del so_far[left[0]]

    def _holds(self, changed: Attr, so_far: Mapping[Attr, Value]) -> bool:
        for literal in self._classes[changed].literals:
            firsts = [self._first[attr] for attr in literal.attributes()]
            if all(first in so_far for first in firsts):
                values: dict[str, dict[str, Value]] = {}
                for attr, first in zip(literal.attributes(), firsts, strict=True):
                    values.setdefault(attr.root, {})[attr.name] = so_far[first]
                if not is_true(literal, values):
                    return False
        return True

    def _candidates(self, first: Attr, so_far: Mapping[Attr, Value]) -> Iterator[Value]:
        mine = self._classes[first]
        if mine.members & self._style.absent:
            yield from [None] if mine.optional else []
            return
        for value in self._proposed(first, so_far):
            if (value is not None or mine.optional) and value not in mine.lacked:
                yield value
        if mine.optional and not any(x.op is Op.ONE_OF for x in mine.literals):
            yield None

    def _proposed(self, first: Attr, so_far: Mapping[Attr, Value]) -> Iterator[Value]:
        mine = self._classes[first].literals
        yield from (self._style.chosen[x] for x in mine if x in self._style.chosen)
        for literal in mine:
            if literal.op is Op.ONE_OF and isinstance(literal.right, tuple):
                yield from literal.right
                return
        for bound in self._bounds(mine, so_far):
            yield from beside(bound)
        kind, number = self._attributes[first].type, list(self._first).index(first)
        yield from _any(first, kind, self._style.collapsed, number)

    def _bounds(
        self, mine: Sequence[Literal], so_far: Mapping[Attr, Value]
    ) -> Iterator[Value]:
        for literal in mine:
            if literal.op in ORDERED and isinstance(literal.right, tuple):
                yield literal.right[0]
            elif literal.op in ORDERED:
                others = [self._first[attr] for attr in literal.attributes()]
                yield from (so_far[other] for other in others if other in so_far)


@dataclass(frozen=True, slots=True)
class _Class:
    """Attributes that have one value together."""

    members: frozenset[Attr]
    #: What is said of them as single values.
    literals: Sequence[Literal]
    #: Whether the value may be nil.
    optional: bool
    #: Values that sets lack which it is in.
    lacked: frozenset[Value]


def _by_constraint(literals: Sequence[Literal]) -> Callable[[Attr], tuple[int, Attr]]:
    """Order: those with few values first, those that sets speak of last.

    WHY: the last ones change first when an assignment does not do.
    """
    weights = {Op.ONE_OF: 1, Op.NONE_OF: 3, Op.IN: 4, Op.NOT_IN: 4}
    rank: dict[Attr, int] = {}
    for literal in literals:
        for attr in literal.attributes():
            rank[attr] = max(weights.get(literal.op, 2), rank.get(attr, 0))
    return lambda attr: (rank[attr], attr)


def _lacked(literals: Sequence[Literal]) -> dict[Attr, set[Value]]:
    lacks: dict[Attr, set[Value]] = {}
    for literal in literals:
        if literal.op is Op.LACKS and isinstance(literal.right, tuple):
            lacks.setdefault(literal.left, set()).update(literal.right)
    return {
        literal.left: lacks[literal.right]
        for literal in literals
        if literal.op is Op.IN
        and isinstance(literal.right, Attr)
        and literal.right in lacks
    }


def beside(value: Value) -> list[Value]:
    """The value itself, and its neighbours on both sides."""
    if isinstance(value, str):
        below = value[:-1] if value else value
        return [value, value + "a", below]
    if isinstance(value, int) and not isinstance(value, bool):
        near = (value, value + 1, value - 1)
        return [v for v in near if -INTEGER_MAX <= v <= INTEGER_MAX]
    return [value]


def _any(attr: Attr, kind: str, collapsed: bool, number: int) -> list[Value]:
    """Values of an attribute that may have any."""
    if kind == "boolean":
        return [True, False] if collapsed else [False, True]
    fresh: Value = f"{attr.root}-{attr.name}" if kind == "string" else 100 + number
    return [COLLAPSED[kind], fresh] if collapsed else [fresh, COLLAPSED[kind]]
