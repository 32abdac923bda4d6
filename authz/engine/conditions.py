"""One way in which a policy holds, as data: tests on subject, resource and context.

Everything that is asked of policies is answered from these: the decision, its explanation,
the filter of a list, the searches. A condition is exact, never an approximation.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Value = str | int | bool | None


class Op(StrEnum):
    """What a literal says; the names of the operands are those of `Literal`."""

    #: The attribute is one of the values / is none of them. nil is a value like another.
    ONE_OF = "is"
    NONE_OF = "is not"
    #: Two attributes have the same value (two that are absent do) / do not.
    SAME = "="
    DIFFERS = "!="
    #: Ordered comparison with an attribute or with a single value; neither is nil.
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    #: The attribute `left` is an element of the set `right` / is not.
    IN = "in"
    NOT_IN = "not in"
    #: The set `left` holds at least one of the values / holds none of them.
    HOLDS = "holds"
    LACKS = "lacks"
    #: The set `left` holds something that is none of the values; with no values: is not
    #: empty.
    HOLDS_OTHER = "holds other than"
    #: The sets `left` and `right` have an element in common.
    OVERLAPS = "overlaps"


ORDERED: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.LESS: operator.lt,
    Op.AT_MOST: operator.le,
    Op.GREATER: operator.gt,
    Op.AT_LEAST: operator.ge,
}
#: The exact opposite of a literal; of the others a policy cannot say the opposite.
OPPOSITE: Mapping[Op, Op] = {
    one: other
    for a, b in (
        (Op.ONE_OF, Op.NONE_OF),
        (Op.SAME, Op.DIFFERS),
        (Op.LESS, Op.AT_LEAST),
        (Op.GREATER, Op.AT_MOST),
        (Op.IN, Op.NOT_IN),
        (Op.HOLDS, Op.LACKS),
    )
    for one, other in ((a, b), (b, a))
}
#: The same comparison, read from right to left.
MIRRORED: Mapping[Op, Op] = {
    Op.SAME: Op.SAME,
    Op.DIFFERS: Op.DIFFERS,
    Op.LESS: Op.GREATER,
    Op.GREATER: Op.LESS,
    Op.AT_MOST: Op.AT_LEAST,
    Op.AT_LEAST: Op.AT_MOST,
}
#: `record` is the one element of a record-set of the subject that a condition speaks of.
ROOTS = ("resource", "subject", "context", "record")


@dataclass(frozen=True, slots=True, order=True)
class Attr:
    """An attribute of the subject, the resource, the context or the record."""

    root: str
    name: str

    def __str__(self) -> str:
        return f"{self.root}.{self.name}"


@dataclass(frozen=True, slots=True)
class Literal:
    """One test.

    right: an attribute, or values in a fixed order (of an ordered comparison, exactly one).
    """

    op: Op
    left: Attr
    right: Attr | tuple[Value, ...]

    def __str__(self) -> str:
        if isinstance(self.right, Attr):
            return f"{self.left} {self.op} {self.right}"
        if self.op is Op.HOLDS_OTHER and not self.right:
            return f"{self.left} is not empty"
        return f"{self.left} {self.op} {' or '.join(map(shown, self.right))}"

    def attributes(self) -> tuple[Attr, ...]:
        """The attributes that it reads."""
        return (self.left, self.right) if isinstance(self.right, Attr) else (self.left,)


@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which one or more policies hold: all literals are true."""

    #: In canonical order; the test that an attribute is there stands before a comparison
    #: of it.
    literals: tuple[Literal, ...]
    #: Ids of the policies; more than one only where conditions were merged across policies.
    policies: tuple[str, ...]
    #: Where it stands, each as `file:line`: the policies, then the helpers and facts used.
    places: tuple[str, ...]
    #: The record-set of the subject that holds `record`; empty when no record is needed.
    records: str = ""

    def __str__(self) -> str:
        return " and ".join(map(str, self.literals)) or "always"


@dataclass(frozen=True, slots=True, order=True)
class Signature:
    """What kind of request it is: types of subject and resource, and the action."""

    subject: str
    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways in which a policy can hold for requests of one signature, per policy id."""

    permits: tuple[Condition, ...]
    forbids: tuple[Condition, ...]


def shown(value: Value) -> str:
    """A value as it is written in Polar."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def order_of(value: Value) -> tuple[str, Any]:
    """A key that sorts values of any type: nil, booleans, integers, strings."""
    return type(value).__name__ if value is not None else "", value


def same(a: Value, b: Value) -> bool:
    """Equality as in Polar's `=`: `True` is not `1`."""
    return type(a) is type(b) and a == b


#: Root -> attribute -> value; sets as any collection, the chosen record under `record`.
Values = Mapping[str, Mapping[str, Any]]


def is_true(literal: Literal, values: Values) -> bool:
    """Whether the literal holds for these values, each of its declared type.

    A record-set literal asks whether the set is not empty.
    """
    left = values[literal.left.root][literal.left.name]
    right = literal.right
    if isinstance(right, Attr):
        return _TESTS[literal.op](left, values[right.root][right.name])
    if literal.op in ORDERED:
        return _TESTS[literal.op](left, right[0])
    return _AMONG[literal.op](left, right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: a is not None and b is not None and compare(a, b)


_TESTS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.SAME: same,
    Op.DIFFERS: lambda a, b: not same(a, b),
    Op.IN: lambda a, b: a in b,
    Op.NOT_IN: lambda a, b: a not in b,
    Op.OVERLAPS: lambda a, b: not set(a).isdisjoint(b),
    **{op: _ordered(compare) for op, compare in ORDERED.items()},
}
_AMONG: dict[Op, Callable[[Any, tuple[Value, ...]], bool]] = {
    Op.ONE_OF: lambda a, values: any(same(a, v) for v in values),
    Op.NONE_OF: lambda a, values: not any(same(a, v) for v in values),
    Op.HOLDS: lambda a, values: any(v in a for v in values),
    Op.LACKS: lambda a, values: not any(v in a for v in values),
    Op.HOLDS_OTHER: lambda a, values: any(v not in values for v in a),
}
