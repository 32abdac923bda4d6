"""What a literal still asks when one side of the question is known."""

from collections.abc import Mapping
from typing import Any

from authz.engine.conditions import MIRRORED, ORDERED, Attr, Literal, Op, Value, order_of
from authz.engine.gate.requests import holds

#: A literal whose right operand is known: what it becomes of the left one.
_OF_LEFT = {
    Op.SAME: Op.ONE_OF,
    Op.DIFFERS: Op.NONE_OF,
    Op.IN: Op.ONE_OF,
    Op.NOT_IN: Op.NONE_OF,
    Op.OVERLAPS: Op.HOLDS,
}
#: The same where the left one is known and the right one is a set.
_OF_RIGHT = {Op.IN: Op.HOLDS, Op.NOT_IN: Op.LACKS, Op.OVERLAPS: Op.HOLDS}
_OF_SETS = (Op.IN, Op.NOT_IN, Op.OVERLAPS)
#: What it is when no value is left to compare with.
_WITHOUT_VALUES = {Op.ONE_OF: False, Op.NONE_OF: True, Op.HOLDS: False, Op.LACKS: True}


def given(literal: Literal, known: Mapping[Attr, Any]) -> Literal | bool:
    """The literal with these attributes known; a boolean where that settles it."""
    read = literal.attributes()
    unknown = [attr for attr in read if attr not in known]
    if not unknown:
        values: dict[str, dict[str, Any]] = {}
        for attr in read:
            values.setdefault(attr.root, {})[attr.name] = known[attr]
        return holds(literal, values)
    if len(unknown) == len(read):
        return literal
    assert isinstance(literal.right, Attr)
    (open,) = unknown
    value = known[literal.right if open == literal.left else literal.left]
    op = literal.op
    if open == literal.right:
        op = MIRRORED.get(op) or _OF_RIGHT[op]
    op = _OF_LEFT.get(op, op)
    if op in ORDERED:
        return False if value is None else Literal(op, open, (value,))
    values_left = _elements(value) if literal.op in _OF_SETS else (value,)
    return Literal(op, open, values_left) if values_left else _WITHOUT_VALUES[op]


def _elements(value: Any) -> tuple[Value, ...]:
    """The elements of a set, or the value that is sought in one; nil is in none."""
    if isinstance(value, tuple | frozenset):
        return tuple(sorted(value, key=order_of))
    return () if value is None else (value,)
