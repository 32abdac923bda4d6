"""Which things a policy set allows: what is left of its conditions when all but one side of
the question is known.

It is exact: a thing for which the tree holds is allowed, and no other. Literals with known
operands are decided here; the rest become tests of the thing against values. Each record
of a known subject is tried by itself, and what they leave is gathered into rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from authz.decisions.tree import (
    ALWAYS,
    NEVER,
    Element,
    Every,
    Rows,
    Tree,
    every,
    negated,
    some,
)
from authz.engine.conditions import (
    MIRRORED,
    ORDERED,
    Attr,
    Condition,
    Literal,
    Op,
    Value,
    Ways,
    is_true,
    order_of,
)
from authz.engine.schema import BUILT_IN, TypeSchema
from authz.errors import PolicyError

#: Root -> attribute -> value: what is known; sets as any collection.
Known = Mapping[str, Mapping[str, Any]]
#: A literal that compares the open side with a known set or value: what it becomes.
_AGAINST_KNOWN = {
    Op.SAME: Op.ONE_OF,
    Op.DIFFERS: Op.NONE_OF,
    Op.IN: Op.ONE_OF,
    Op.NOT_IN: Op.NONE_OF,
    Op.OVERLAPS: Op.HOLDS,
}
#: The same where the open side is the set.
_WITHIN_OPEN = {Op.IN: Op.HOLDS, Op.NOT_IN: Op.LACKS, Op.OVERLAPS: Op.HOLDS}
_SCALAR = {"string": str, "integer": int, "boolean": bool, "string-set": str}
#: Ops over values: what each is when no value is left to compare with.
_WITHOUT_VALUES: Mapping[Op, Tree] = {
    Op.ONE_OF: NEVER,
    Op.NONE_OF: ALWAYS,
    Op.HOLDS: NEVER,
    Op.LACKS: ALWAYS,
}


def filter_of(ways: Ways, kind: TypeSchema, root: str, known: Known) -> Tree:
    """The things of that type, on the side called root, that are allowed.

    A required attribute that is absent is a deny, and so part of the tree; that a required
    set is there is for the store to see to.
    known: all values of the other sides; of the open side those that all things share.
    Raises: PolicyError when a condition compares values of two types.
    """
    side = _Side(root, kind, known)
    needed = (
        Literal(Op.NONE_OF, Attr(root, name), (None,))
        for name, attribute in kind.attributes.items()
        if attribute.required
        and not attribute.type.endswith("-set")
        and not side.knows(Attr(root, name))
    )
    permits, forbids = (
        some(part for condition in conditions for part in _left(condition, side))
        for conditions in (ways.permits, ways.forbids)
    )
    allowed = every((permits, negated(forbids)))
    return NEVER if allowed == NEVER else every((*needed, allowed))


@dataclass(frozen=True, slots=True)
class _Side:
    """The side that is searched for, and what is known."""

    root: str
    kind: TypeSchema
    known: Known

    def knows(self, attr: Attr) -> bool:
        return attr.name in self.known.get(attr.root, ())

    def type_of(self, attr: Attr, records: str = "") -> str:
        if attr.root == "record":
            return self.kind.attributes[records].fields[attr.name]
        if attr.name in BUILT_IN:
            return "string"
        return self.kind.attributes[attr.name].type

    def may_be_nil(self, attr: Attr) -> bool:
        """False where nil is no value: taken care of by `needed`, or by a default."""
        if attr.root == "record":
            return True
        if attr.name in BUILT_IN:
            return False
        attribute = self.kind.attributes[attr.name]
        return not attribute.required and attribute.default is None

    def with_record(self, record: Mapping[str, Any]) -> "_Side":
        return _Side(self.root, self.kind, {**self.known, "record": record})


def _left(condition: Condition, side: _Side) -> Iterator[Tree]:
    """The ways in which the condition can still hold."""
    if not condition.records:
        yield every(_residual(literal, side, "") for literal in condition.literals)
        return
    records = Attr("subject", condition.records)
    if side.root == "subject" and not side.knows(records):
        yield _element(condition, records, side)
        return
    yield from _gathered(
        [_residual(literal, one, "") for literal in condition.literals]
        for one in map(side.with_record, side.known["subject"][condition.records])
    )


def _element(condition: Condition, records: Attr, side: _Side) -> Tree:
    """What is asked of an element that is not known stays together."""
    inner: list[Literal] = []
    outer: list[Tree] = []
    for literal in condition.literals:
        left = _residual(literal, side, condition.records)
        if isinstance(left, Literal) and any(
            attr.root == "record" for attr in left.attributes()
        ):
            inner.append(left)
        else:
            outer.append(left)
    return every((*outer, Element(records, tuple(inner))))


def _residual(literal: Literal, side: _Side, records: str) -> Tree:
    """What the literal still asks of the open side."""
    unknown = [attr for attr in literal.attributes() if not side.knows(attr)]
    if not unknown:
        return ALWAYS if is_true(literal, side.known) else NEVER
    op, left, right = literal.op, literal.left, literal.right
    if isinstance(right, Attr):
        if len(unknown) == 2:
            return _of_two(literal, side, records)
        if side.knows(left):
            value = side.known[left.root][left.name]
            op = MIRRORED.get(op) or _WITHIN_OPEN[op]
            left = right
        else:
            value = side.known[right.root][right.name]
        op = _AGAINST_KNOWN.get(op, op)
        right = _values(value)
    return _of_values(op, left, right, side, records)


def _values(value: Any) -> tuple[Value, ...]:
    """The value, or the elements of a set, in a fixed order."""
    if isinstance(value, tuple | list | set | frozenset):
        return tuple(sorted(value, key=order_of))
    return (value,)


def _of_values(
    op: Op, left: Attr, values: tuple[Value, ...], side: _Side, records: str
) -> Tree:
    """A test of one attribute, without the values that it cannot have."""
    kind = side.type_of(left, records)
    if op in ORDERED:
        if values == (None,):
            return NEVER
        if kind == "boolean" or type(values[0]) is not _SCALAR.get(kind):
            raise _incomparable(left, kind)
        return Literal(op, left, values)
    nil = op in (Op.ONE_OF, Op.NONE_OF) and side.may_be_nil(left)
    kept = tuple(
        value
        for value in values
        if (nil if value is None else _can_be(value, _SCALAR.get(kind)))
    )
    if not kept and op in _WITHOUT_VALUES:
        return _WITHOUT_VALUES[op]
    return Literal(op, left, kept)


def _can_be(value: Value, kind: type | None) -> bool:
    """Whether anything that is stored can be this value."""
    if type(value) is not kind:
        return False
    try:
        return not isinstance(value, str) or value.encode() is not None
    except UnicodeEncodeError:
        return False


def _of_two(literal: Literal, side: _Side, records: str) -> Tree:
    """A test of two attributes, where their types let them be compared."""
    assert isinstance(literal.right, Attr)
    left, right = (
        side.type_of(attr, records).removesuffix("-set")
        for attr in (literal.left, literal.right)
    )
    if left == right and not (literal.op in ORDERED and left == "boolean"):
        return literal
    if literal.op in ORDERED:
        raise _incomparable(literal.left, left)
    both_nil = every(
        _of_values(Op.ONE_OF, attr, (None,), side, records) for attr in literal.attributes()
    )
    match literal.op:
        case Op.SAME:
            return both_nil
        case Op.DIFFERS:
            return negated(both_nil)
        case Op.NOT_IN:
            return ALWAYS
    return NEVER


def _incomparable(attr: Attr, kind: str) -> PolicyError:
    return PolicyError(
        f"a condition orders `{attr}`, {kind}, and a value of another type: compare values"
        " of one type"
    )


def _gathered(found: Iterable[Iterable[Tree]]) -> Iterator[Tree]:
    """One way for each record; those that differ only in values are put together."""
    groups: dict[tuple[Any, ...], dict[tuple[Value, ...], None]] = {}
    for parts in found:
        left = every(parts)
        if left == NEVER:
            continue
        tests = left.parts if isinstance(left, Every) else (left,)
        joins = [join for test in tests if (join := _join(test))]
        rest = tuple(test for test in tests if not _join(test))
        shape = (rest, tuple((op, attr) for op, attr, _ in joins))
        groups.setdefault(shape, {})[tuple(value for _, _, value in joins)] = None
    for (rest, columns), rows in groups.items():
        yield every((*rest, *_rows(columns, sorted(rows, key=_row_order))))


def _join(test: Tree) -> tuple[Op, Attr, Value] | None:
    """Its parts, when it asks for one value that is there."""
    if isinstance(test, Literal) and test.op in (Op.ONE_OF, Op.HOLDS):
        values = test.right
        if isinstance(values, tuple) and len(values) == 1 and values[0] is not None:
            return test.op, test.left, values[0]
    return None


def _row_order(row: tuple[Value, ...]) -> tuple[Any, ...]:
    return tuple(map(order_of, row))


def _rows(
    columns: tuple[tuple[Op, Attr], ...], rows: list[tuple[Value, ...]]
) -> Iterator[Tree]:
    """The tests that one of the rows passes; what all rows share is a test of its own."""
    differing = []
    for number, (op, attr) in enumerate(columns):
        values = dict.fromkeys(row[number] for row in rows)
        if len(values) > 1:
            differing.append(number)
        else:
            yield Literal(op, attr, tuple(values))
    if len(differing) == 1:
        op, attr = columns[differing[0]]
        chosen = sorted((row[differing[0]] for row in rows), key=order_of)
        yield Literal(op, attr, tuple(chosen))
    elif differing:
        yield Rows(
            tuple(columns[number] for number in differing),
            tuple(tuple(row[number] for number in differing) for row in rows),
        )
