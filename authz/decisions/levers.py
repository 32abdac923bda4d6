"""Which changes make one literal true, or false.

Only changes that somebody can make are offered. Where any value will do, those are tried
that the policies and the other side of a comparison name, and one that nothing names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from authz.decisions.change import (
    SETS,
    Change,
    Fields,
    Kinds,
    Operation,
    can_be_nil,
    cost,
    fields_of,
)
from authz.engine.conditions import (
    MIRRORED,
    OPPOSITE,
    ORDERED,
    Attr,
    Literal,
    Op,
    Value,
    Values,
    Ways,
    order_of,
    same,
)
from authz.engine.schema import INTEGER_MAX

#: Changes that are made together.
Lever = tuple[Change, ...]
#: Values that are tried for one attribute, at most.
TRIED_MAX = 32
#: Values that are given to both of two sets, at most.
BOTH_MAX = 4


@dataclass(frozen=True, slots=True)
class Levers:
    """What can be done about the literals of some conditions."""

    kinds: Kinds
    #: Attribute -> values that conditions name for it.
    named: dict[Attr, tuple[Value, ...]]
    #: Attribute -> attributes that it is compared with.
    joined: dict[Attr, tuple[Attr, ...]]

    def making(self, literal: Literal, values: Values) -> list[Lever]:
        """Each makes the literal true, which it is not."""
        found = dict.fromkeys(self._making(literal, values))
        return [lever for lever in found if lever and self._can(lever, values)]

    def breaking(self, literal: Literal, values: Values) -> list[Lever]:
        """Each makes the literal false, which it is not."""
        if literal.op in OPPOSITE:
            return self.making(replace(literal, op=OPPOSITE[literal.op]), values)
        found = dict.fromkeys(self._emptying(literal, values))
        return [lever for lever in found if lever and self._can(lever, values)]

    def _can(self, lever: Lever, values: Values) -> bool:
        return all(self._can_change(change, values) for change in lever)

    def _can_change(self, change: Change, values: Values) -> bool:
        attribute = Attr(change.root, change.attribute)
        if cost(attribute, self.kinds) is None:
            return False
        held = values[change.root][change.attribute]
        value = change.value
        if isinstance(value, tuple):
            held = _elements(held)
        elif change.operation is Operation.SET:
            declared = self.kinds[change.root][change.attribute]
            possible = value is not None or can_be_nil(declared)
            return possible and not same(held, value)
        return (value in held) is (change.operation is Operation.REMOVE)

    def _making(self, literal: Literal, values: Values) -> Iterator[Lever]:
        left, right = literal.left, literal.right
        if isinstance(right, Attr):
            yield from self._joining(literal, left, right, values)
        elif literal.op in ORDERED:
            yield from _set(left, _beyond(literal.op, right[0]))
        else:
            yield from self._among(literal.op, left, right, values)

    def _among(
        self, op: Op, left: Attr, named: tuple[Value, ...], values: Values
    ) -> Iterator[Lever]:
        held = values[left.root][left.name]
        match op:
            case Op.ONE_OF:
                yield from _set(left, named)
            case Op.NONE_OF:
                yield from _set(left, self._others(left, named, values))
            case Op.HOLDS:
                yield from ((_add(left, value),) for value in named)
            case Op.LACKS:
                yield tuple(_remove(left, one) for one in named if one in held)
            case Op.HOLDS_OTHER:
                for value in self._others(left, named, values):
                    yield (_add(left, value),)

    def _joining(
        self, literal: Literal, left: Attr, right: Attr, values: Values
    ) -> Iterator[Lever]:
        one, other = (values[side.root][side.name] for side in (left, right))
        match literal.op:
            case Op.SAME:
                yield from chain(_set(left, [other]), _set(right, [one]))
            case Op.DIFFERS:
                yield from _set(left, self._others(left, [other], values))
                yield from _set(right, self._others(right, [one], values))
            case Op.IN:
                if one is not None:
                    yield (_add(right, one),)
                yield from _set(left, _elements(other)[:TRIED_MAX])
            case Op.NOT_IN:
                yield (_remove(right, one),)
                yield from _set(left, self._others(left, _elements(other), values))
            case Op.OVERLAPS:
                yield from ((_add(left, value),) for value in _elements(other)[:TRIED_MAX])
                yield from ((_add(right, value),) for value in _elements(one)[:TRIED_MAX])
                for value in self._others(left, (*one, *other), values)[-BOTH_MAX:]:
                    yield (_add(left, value), _add(right, value))
            case op:
                if one is None and other is None:
                    yield from _set(left, self._others(left, [None], values))
                yield from _set(left, _beyond(op, other))
                yield from _set(right, _beyond(MIRRORED[op], one))

    def _emptying(self, literal: Literal, values: Values) -> Iterator[Lever]:
        """Break what has no opposite: take everything away that makes it true."""
        left, right = literal.left, literal.right
        held = _elements(values[left.root][left.name])
        if not isinstance(right, Attr):
            yield tuple(_remove(left, value) for value in held if value not in right)
            return
        other = _elements(values[right.root][right.name])
        common = [value for value in held if value in other]
        for side in (left, right):
            yield tuple(_remove(side, value) for value in common)

    def _others(self, attribute: Attr, but: Iterable[Any], values: Values) -> list[Any]:
        """Values for the attribute, or for an element of it, that are none of those."""
        declared = self.kinds.get(attribute.root, {}).get(attribute.name)
        if declared is None:
            return []
        unwanted = list(but)
        if declared.type == "record-set":
            blank: Fields = tuple((name, None) for name in sorted(declared.fields))
            return [blank] if blank not in unwanted else []
        if declared.type == "boolean":
            tried: list[Value] = [False, True]
        else:
            tried = self._known(attribute, values)
            tried.append(_fresh(declared.type, attribute.name, tried))
        if declared.type not in SETS:
            tried.append(None)
        return [one for one in tried if not any(same(one, other) for other in unwanted)]

    def _known(self, attribute: Attr, values: Values) -> list[Value]:
        """Values of what it is compared with, then those that conditions name."""
        found: list[Value] = []
        for partner in self.joined.get(attribute, ()):
            seen = values.get(partner.root, {}).get(partner.name)
            beside = _elements(seen) if _is_set(seen) else [seen]
            found += [value for value in beside if value is not None]
        found = found[: TRIED_MAX // 2]
        named = [value for value in self.named.get(attribute, ()) if value is not None]
        return found + named[:TRIED_MAX]


def levers_of(ways: Ways, kinds: Kinds) -> Levers:
    """What can be done about the literals of these ways."""
    named: dict[Attr, set[Value]] = {}
    joined: dict[Attr, set[Attr]] = {}
    for condition in (*ways.permits, *ways.forbids):
        for literal in condition.literals:
            left, right = literal.left, literal.right
            if isinstance(right, Attr):
                joined.setdefault(left, set()).add(right)
                joined.setdefault(right, set()).add(left)
            else:
                named.setdefault(left, set()).update(right)
    return Levers(
        kinds,
        {one: tuple(sorted(found, key=order_of)) for one, found in named.items()},
        {one: tuple(sorted(found)) for one, found in joined.items()},
    )


def _set(attribute: Attr, values: Iterable[Any]) -> Iterator[Lever]:
    for value in values:
        yield (Change(attribute.root, attribute.name, Operation.SET, value),)


def _add(attribute: Attr, value: Value | Fields) -> Change:
    return Change(attribute.root, attribute.name, Operation.ADD, value)


def _remove(attribute: Attr, value: Value | Fields) -> Change:
    return Change(attribute.root, attribute.name, Operation.REMOVE, value)


def _is_set(value: object) -> bool:
    return isinstance(value, frozenset | set | tuple | list)


def _elements(value: Any) -> list[Any]:
    """The elements of a set in a fixed order; records as changes carry them."""
    found = [one if isinstance(one, Value) else fields_of(one) for one in value or ()]
    return sorted(found, key=str)


def _beyond(op: Op, bound: Value) -> list[Value]:
    """Values for which `value op bound` holds, the nearest first."""
    if bound is None:
        return []
    nearest: list[Value] = [bound] if op in (Op.AT_MOST, Op.AT_LEAST) else []
    if isinstance(bound, int) and not isinstance(bound, bool):
        step = -1 if op in (Op.LESS, Op.AT_MOST) else 1
        return nearest + ([bound + step] if abs(bound + step) <= INTEGER_MAX else [])
    if isinstance(bound, str):
        beyond = "" if op in (Op.LESS, Op.AT_MOST) else f"{bound}0"
        return nearest + ([beyond] if beyond != bound else [])
    return nearest


def _fresh(kind: str, name: str, taken: Iterable[Value]) -> Value:
    """A value of that type that nothing names."""
    if kind == "integer":
        numbers = [one for one in taken if isinstance(one, int)]
        top = max(numbers, default=0)
        return top + 1 if top < INTEGER_MAX else min(numbers) - 1
    found, known = f"another-{name}", set(taken)
    while found in known:
        found += "-"
    return found
