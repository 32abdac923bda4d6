"""Fewer conditions that say the same.

Alternatives that differ in the values of one attribute become one condition, and a
condition that another one covers is dropped. Used per policy id, so that explanations stay
true; across policies only where nothing but the answer is asked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from authz.engine.conditions import Attr, Condition, Literal, Op, Value, order_of
from authz.engine.unfolding.canonical import literal_order

_VALUED = (Op.ONE_OF, Op.HOLDS)
WIDEST = 1_000_000
_Slot = tuple[Op, Attr]


def simplify(conditions: Sequence[Condition]) -> list[Condition]:
    """The same alternatives in canonical order, merged and without those covered."""
    merged = list(conditions)
    slots = {
        (literal.op, literal.left)
        for condition in conditions
        for literal in condition.literals
        if literal.op in _VALUED
    }
    merged = _merged(merged, None)
    for slot in sorted(slots, key=str):
        merged = _merged(merged, slot)
    return sorted(_uncovered(merged), key=_order)


def _order(condition: Condition) -> tuple[int, str, tuple[str, ...]]:
    return len(condition.literals), str(condition), condition.policies


def _merged(conditions: list[Condition], slot: _Slot | None) -> list[Condition]:
    """Conditions that are equal but for the values in one slot become one."""
    groups: dict[object, list[tuple[Condition, tuple[Literal, ...]]]] = {}
    for condition in conditions:
        mine = tuple(x for x in condition.literals if (x.op, x.left) == slot)
        rest = condition.literals
        if len(mine) == 1:
            rest = tuple(x for x in condition.literals if x not in mine)
        key = (rest, len(mine) == 1, condition.records)
        groups.setdefault(key, []).append((condition, mine))
    return [_group(found) for found in groups.values()]


def _group(found: list[tuple[Condition, tuple[Literal, ...]]]) -> Condition:
    first, mine = found[0]
    if len(found) == 1:
        return first
    literals = first.literals
    if len(mine) == 1:
        values = {v for _, (literal,) in found for v in _values(literal)}
        merged = replace(mine[0], right=tuple(sorted(values, key=order_of)))
        rest = [x for x in literals if x not in mine]
        literals = tuple(sorted([*rest, merged], key=literal_order))
    return Condition(
        literals,
        _each(c.policies for c, _ in found),
        _each(c.places for c, _ in found),
        first.records,
    )


def _each(found: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in found for item in items))


def _values(literal: Literal) -> tuple[Value, ...]:
    return literal.right if isinstance(literal.right, tuple) else ()


def _marks(literal: Literal) -> Iterator[object]:
    """What a condition that covers one with this literal must have, or part of it."""
    if literal.op in (*_VALUED, Op.LACKS):
        yield from ((literal.op, literal.left, v) for v in _values(literal))
    else:
        yield literal


def _weakest_first(condition: Condition) -> tuple[int, int, str]:
    """A key by which a condition comes before whatever it covers."""
    width = sum(_width(literal) for literal in condition.literals)
    return len(condition.literals), -width, str(condition)


def _width(literal: Literal) -> int:
    """The more values pass, the wider; all but a few are more than any few."""
    values = len(_values(literal))
    return WIDEST - values if literal.op in (Op.NONE_OF, Op.LACKS) else values


def _uncovered(conditions: list[Condition]) -> list[Condition]:
    """Those that no other covers.

    WHY the index: a thousand conditions would else be compared with each other. One is
    filed under the marks of its rarest literal, which whatever it covers has too.
    """
    often = Counter(m for c in conditions for x in c.literals for m in _marks(x))
    index: dict[object, list[Condition]] = {}
    kept: list[Condition] = []
    for condition in sorted(conditions, key=_weakest_first):
        marks = [None, *(m for x in condition.literals for m in _marks(x))]
        near = (k for mark in marks for k in index.get(mark, ()))
        if any(covers(other, condition) for other in near):
            continue
        kept.append(condition)
        firm = [list(_marks(x)) for x in condition.literals if x.op is not Op.NONE_OF]
        rarest = min(firm, key=lambda ms: sum(often[m] for m in ms), default=[None])
        for mark in rarest:
            index.setdefault(mark, []).append(condition)
    return kept


def covers(weaker: Condition, stronger: Condition) -> bool:
    """Whether the first holds wherever the second does, as far as this can tell."""
    if weaker.records and weaker.records != stronger.records:
        return False
    has = set(stronger.literals)
    return all(x in has or _implied(x, stronger.literals) for x in weaker.literals)


def _implied(wanted: Literal, literals: tuple[Literal, ...]) -> bool:
    """Whether one of the literals is a narrower one."""
    for literal in literals:
        if literal.left != wanted.left:
            continue
        narrow, wide = set(_values(literal)), set(_values(wanted))
        if literal.op is wanted.op and wanted.op in _VALUED and narrow <= wide:
            return True
        if (literal.op, wanted.op) == (Op.ONE_OF, Op.NONE_OF) and not narrow & wide:
            return True
        if literal.op is wanted.op in (Op.NONE_OF, Op.LACKS) and narrow >= wide:
            return True
    return False
