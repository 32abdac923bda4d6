"""How near each way of being permitted is, for the values that a decision was made from.

A way is one condition of a permit. The nearest stands first: one that nobody can complete
comes last, one that needs a role which the subject does not hold after those that need
none; then the fewer and the cheaper its unmet literals.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from authz.decisions.change import REMOVAL_COST, ROLES, Kinds, cost
from authz.engine.conditions import (
    Attr,
    Condition,
    Literal,
    Op,
    Value,
    Values,
    Ways,
    is_true,
)

HELD_ROLES = Attr("subject", ROLES)
#: What weighs a literal that nobody can make true.
NEVER = 1_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A literal, with the values that it was tried on."""

    literal: Literal
    holds: bool
    left: Any
    #: Value of the attribute on the right; None where values stand there.
    right: Any


@dataclass(frozen=True, slots=True)
class Weighed:
    """A condition, literal by literal; of several records, the one that fits best."""

    condition: Condition
    seen: tuple[Seen, ...]
    holds: bool

    @property
    def met(self) -> tuple[Seen, ...]:
        """The literals that are true."""
        return tuple(one for one in self.seen if one.holds)

    @property
    def unmet(self) -> tuple[Seen, ...]:
        """The literals that are not."""
        return tuple(one for one in self.seen if not one.holds)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the conditions say of one request."""

    #: Order: the nearest first.
    permits: tuple[Weighed, ...]
    #: Those that hold.
    forbids: tuple[Weighed, ...]

    @property
    def allows(self) -> bool:
        """Whether a permit holds and no forbid does."""
        return not self.forbids and any(one.holds for one in self.permits)


def weigh(ways: Ways, values: Values, kinds: Kinds) -> Weighing:
    """All ways to be permitted, the nearest first, and the forbids that hold."""
    permits = [_weighed(condition, values, kinds) for condition in ways.permits]
    holding = [condition for condition in ways.forbids if holds(condition, values)]
    return Weighing(
        tuple(sorted(permits, key=lambda one: distance(one, kinds))),
        tuple(_weighed(condition, values, kinds) for condition in holding),
    )


def distance(weighed: Weighed, kinds: Kinds) -> tuple[object, ...]:
    """A key that sorts ways: by what an administrator could do about them."""
    weights = [weight(one.literal, kinds) for one in weighed.unmet]
    roles_held = not any(HELD_ROLES in one.literal.attributes() for one in weighed.unmet)
    condition = weighed.condition
    return (
        NEVER in weights,
        not roles_held,
        sum(weights),
        condition.policies,
        condition.places,
        str(condition),
    )


def weight(literal: Literal, kinds: Kinds) -> int:
    """How dear it is to change the literal: what the cheapest of its attributes costs."""
    costs = [_cost(attribute, kinds) for attribute in literal.attributes()]
    removal = REMOVAL_COST if literal.op in (Op.LACKS, Op.NOT_IN) else 0
    return min((one + removal for one in costs if one is not None), default=NEVER)


def _cost(attribute: Attr, kinds: Kinds) -> int | None:
    """As `cost`; a record is changed by giving the subject another one."""
    return 1 if attribute.root == "record" else cost(attribute, kinds)


def reach(all_ways: Iterable[Ways]) -> Mapping[Value, int]:
    """Role -> how many ways it opens, so that one that opens less can be preferred."""
    return Counter(
        role
        for ways in all_ways
        for condition in ways.permits
        for literal in condition.literals
        if literal.op is Op.HOLDS and literal.left == HELD_ROLES
        for role in _values(literal)
    )


def _values(literal: Literal) -> tuple[Value, ...]:
    return literal.right if isinstance(literal.right, tuple) else ()


def holds(condition: Condition, values: Values) -> bool:
    """Whether the condition is true of these values, with one of the records if it speaks
    of one.
    """
    return any(
        all(is_true(literal, chosen) for literal in condition.literals)
        for chosen in with_record(condition, values)
    )


def allows(ways: Ways, values: Values) -> bool:
    """Whether a permit holds and no forbid does."""
    return any(holds(one, values) for one in ways.permits) and not any(
        holds(one, values) for one in ways.forbids
    )


def with_record(condition: Condition, values: Values) -> Iterator[Values]:
    """The values; where the condition speaks of a record, once with each of them."""
    if not condition.records:
        yield values
        return
    for record in values["subject"][condition.records] or ():
        yield {**values, "record": record}


def _weighed(condition: Condition, values: Values, kinds: Kinds) -> Weighed:
    tried = [
        tuple(_seen(condition.literals, chosen))
        for chosen in with_record(condition, values)
    ]
    if not tried:
        tried = [tuple(_without_record(condition.literals, values))]
    best = min(tried, key=lambda seen: _missing(seen, kinds))
    return Weighed(condition, best, holds(condition, values))


def _missing(seen: tuple[Seen, ...], kinds: Kinds) -> int:
    return sum(weight(one.literal, kinds) for one in seen if not one.holds)


def _seen(literals: Iterable[Literal], values: Values) -> Iterator[Seen]:
    for literal in literals:
        right = literal.right
        yield Seen(
            literal,
            is_true(literal, values),
            values[literal.left.root][literal.left.name],
            values[right.root][right.name] if isinstance(right, Attr) else None,
        )


def _without_record(literals: Iterable[Literal], values: Values) -> Iterator[Seen]:
    """As `_seen` where the subject has no record at all: nothing is true of it."""
    for literal in literals:
        if all(attribute.root != "record" for attribute in literal.attributes()):
            yield from _seen([literal], values)
            continue
        of = [
            None if one.root == "record" else values[one.root][one.name]
            for one in literal.attributes()
        ]
        yield Seen(literal, False, of[0], of[1] if len(of) > 1 else None)
