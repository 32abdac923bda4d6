"""Faults in conditions, made mechanically: a literal, a value or an alternative is wrong.

Each takes the conditions of one effect and yields every faulty variant of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from authz.engine.conditions import OPPOSITE, ORDERED, Attr, Condition, Literal, Op

Conditions = tuple[Condition, ...]
Fault = Callable[[Conditions], Iterator[Conditions]]
#: Each ordered comparison, and the one that differs from it in the bound alone.
BESIDE = {
    Op.LESS: Op.AT_MOST,
    Op.AT_MOST: Op.LESS,
    Op.GREATER: Op.AT_LEAST,
    Op.AT_LEAST: Op.GREATER,
}
_NIL_TEST = (None,)


def _rewritten(
    conditions: Conditions, change: Callable[[Literal], Literal | None | bool]
) -> Iterator[Conditions]:
    """One variant for each literal that is changed; None drops it, False keeps it."""
    for number, condition in enumerate(conditions):
        for place, literal in enumerate(condition.literals):
            new = change(literal)
            if new is False or new == literal:
                continue
            put = (new,) if isinstance(new, Literal) else ()
            literals = condition.literals[:place] + put + condition.literals[place + 1 :]
            changed = replace(condition, literals=literals)
            yield conditions[:number] + (changed,) + conditions[number + 1 :]


def _dropped(op: Op) -> Fault:
    return lambda conditions: _rewritten(
        conditions, lambda x: None if x.op is op and not _is_nil_test(x) else False
    )


def _negated(op: Op) -> Fault:
    return lambda conditions: _rewritten(
        conditions, lambda x: replace(x, op=OPPOSITE[op]) if x.op is op else False
    )


def _beside(op: Op) -> Fault:
    return lambda conditions: _rewritten(
        conditions, lambda x: replace(x, op=BESIDE[op]) if x.op is op else False
    )


def _is_nil_test(literal: Literal) -> bool:
    return literal.op is Op.NONE_OF and literal.right == _NIL_TEST


def _fewer_values(op: Op) -> Fault:
    def change(literal: Literal) -> Literal | bool:
        many = isinstance(literal.right, tuple) and len(literal.right) > 1
        return (
            replace(literal, right=literal.right[1:])
            if literal.op is op and many
            else False
        )

    return lambda conditions: _rewritten(conditions, change)


def _another_value(op: Op) -> Fault:
    """A value more in the list: one that the same attribute is compared with elsewhere."""

    def change(literal: Literal) -> Literal | bool:
        right = literal.right
        if literal.op is not op or not isinstance(right, tuple) or not right:
            return False
        if not isinstance(right[0], str) or "consumer" in right:
            return False
        return replace(literal, right=(*right, "consumer"))

    return lambda conditions: _rewritten(conditions, change)


def _other_attribute(literal: Literal) -> Literal | bool:
    """A join with the `id` instead of the attribute that is meant."""
    right = literal.right
    if literal.op is not Op.SAME or not isinstance(right, Attr) or right.name == "id":
        return False
    if literal.left.name == "id" or right.root == "record":
        return False
    return replace(literal, right=Attr(right.root, "id"))


def _without_one(conditions: Conditions) -> Iterator[Conditions]:
    for number in range(len(conditions)):
        yield conditions[:number] + conditions[number + 1 :]


def _merged(conditions: Conditions) -> Iterator[Conditions]:
    """What one alternative's set must hold is enough for the next one too."""
    for number, (one, other) in enumerate(zip(conditions, conditions[1:], strict=False)):
        mine = [x for x in one.literals if x.op is Op.HOLDS]
        theirs = [x for x in other.literals if x.op is Op.HOLDS]
        for x in mine:
            for y in theirs:
                if x.left == y.left and x.right != y.right:
                    both = replace(x, right=tuple(sorted({*x.right, *y.right})))
                    literals = tuple(both if z == x else z for z in one.literals)
                    changed = replace(one, literals=literals)
                    yield conditions[:number] + (changed,) + conditions[number + 1 :]


def _exchanged_ids(conditions: Conditions) -> Iterator[Conditions]:
    for number, (one, other) in enumerate(zip(conditions, conditions[1:], strict=False)):
        if one.policies != other.policies:
            yield (
                *conditions[:number],
                replace(one, policies=other.policies),
                *conditions[number + 1 :],
            )


def _always(conditions: Conditions) -> Iterator[Conditions]:
    for number, condition in enumerate(conditions):
        if condition.literals:
            changed = replace(condition, literals=(), records="")
            yield conditions[:number] + (changed,) + conditions[number + 1 :]


FAULTS: dict[str, Fault] = {
    **{f"`{op}` is dropped": _dropped(op) for op in Op},
    **{f"`{op}` is negated": _negated(op) for op in OPPOSITE},
    **{f"`{op}` takes the wrong bound": _beside(op) for op in ORDERED},
    **{
        f"`{op}` loses a value": _fewer_values(op)
        for op in (Op.ONE_OF, Op.NONE_OF, Op.HOLDS, Op.LACKS)
    },
    **{
        f"`{op}` takes one value more": _another_value(op)
        for op in (Op.ONE_OF, Op.NONE_OF, Op.HOLDS, Op.LACKS)
    },
    "the test for nil is skipped": lambda conditions: _rewritten(
        conditions, lambda x: None if _is_nil_test(x) else False
    ),
    "a join is with another attribute": lambda conditions: _rewritten(
        conditions, _other_attribute
    ),
    "an alternative is lost": _without_one,
    "roles are merged across different conditions": _merged,
    "a policy holds under another's id": _exchanged_ids,
    "a policy always holds": _always,
}


#: Faults that are about several conditions, or leave nothing where all have them.
OF_SEVERAL = (_without_one, _merged, _exchanged_ids, _always)


def everywhere(fault: Fault, conditions: Conditions) -> Conditions:
    """The conditions with the fault in every one that has a place for it."""
    if fault in OF_SEVERAL:
        return next(fault(conditions), conditions)
    return tuple(
        faulty
        for condition in conditions
        for faulty in next(fault((condition,)), (condition,))
    )
