"""Which changes complete a way of being permitted, the cheapest first.

A way is completed by changes that make its literals true, then by changes that break a
forbid and not the way. What was changed can be changed again.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from authz.decisions.change import (
    BINDING_COST,
    ROLES,
    Change,
    Kinds,
    Operation,
    applied,
    fields_of,
    price,
)
from authz.decisions.levers import Lever, levers_of
from authz.decisions.ways import HELD_ROLES, NEVER, holds, weigh, weight, with_record
from authz.engine.conditions import (
    Condition,
    Literal,
    Value,
    Values,
    Ways,
    is_true,
)
from authz.engine.schema import Attribute

#: Steps of one search.
STEPS_MAX = 1_500
#: Records of the subject that are tried for one way: those that fit best.
RECORDS_MAX = 20
#: Changes that are tried for one way, those included that are taken back.
MOVES_MAX = 16
#: Which record a way speaks of: none, one that is not there yet, or a place in the set.
NO_RECORD, NEW_RECORD = -2, -1


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A way that is not complete yet, and what was changed for it so far."""

    #: Place of the way among all, the nearest first.
    rank: int
    way: Condition
    record: int
    changes: tuple[Change, ...] = ()
    #: How often something was changed, also what had been changed before.
    moves: int = 0


@dataclass(frozen=True, slots=True)
class _Move:
    """What can be done next for an attempt."""

    levers: list[Lever]
    #: What the rest will cost at least, and open at least.
    rest: tuple[int, int] = (0, 0)


class Completion:
    """The search for one request."""

    def __init__(
        self,
        ways: Ways,
        values: Values,
        kinds: Kinds,
        mirrored: frozenset[str],
        reach: Mapping[Value, int],
    ):
        self._ways = ways
        self._reach = reach
        self._values = values
        self._kinds = kinds
        self._mirrored = mirrored
        self._levers = {"": levers_of(ways, kinds)}
        for name, declared in kinds["subject"].items():
            if declared.type == "record-set":
                fields = _record_kinds(declared)
                self._levers[name] = levers_of(ways, {**kinds, "record": fields})
        #: Whether everything was tried.
        self.is_exhausted = False

    def solutions(self) -> Iterator[tuple[Change, ...]]:
        """Changes that allow, the cheapest first."""
        queue = [((0, 0), 0, n, step) for n, step in enumerate(self._starts())]
        number = len(queue)
        seen: set[Any] = set()
        for _ in range(number + STEPS_MAX):
            if not queue:
                self.is_exhausted = True
                return
            *_, step = heapq.heappop(queue)
            move = self._next(step)
            if move is None:
                yield self._whole(step)
                continue
            for lever in move.levers:
                after = replace(
                    step, changes=_made(step.changes, lever), moves=step.moves + 1
                )
                key = (step.rank, step.record, frozenset(after.changes))
                if key not in seen and after.moves <= MOVES_MAX:
                    seen.add(key)
                    number += 1
                    estimate = _sum(self._price(after), move.rest)
                    heapq.heappush(queue, (estimate, -after.moves, number, after))

    def _starts(self) -> Iterator[_Attempt]:
        """Every way, the nearest first, with every record that it could speak of."""
        weighing = weigh(self._ways, self._values, self._kinds)
        for rank, weighed in enumerate(weighing.permits):
            way = weighed.condition
            if not way.records:
                yield _Attempt(rank, way, NO_RECORD)
                continue
            for record in self._nearest(way):
                yield _Attempt(rank, way, record)
            yield _Attempt(rank, way, NEW_RECORD)

    def _nearest(self, way: Condition) -> list[int]:
        """Places of the records of which the least is missing."""
        missing = {
            place: sum(not is_true(one, chosen) for one in way.literals)
            for place, chosen in enumerate(with_record(way, self._values))
        }
        return heapq.nsmallest(RECORDS_MAX, missing, key=missing.__getitem__)

    def _next(self, step: _Attempt) -> _Move | None:
        """What can be tried next; None when nothing is left to do."""
        values = self._after(step)
        levers = self._levers[step.way.records if step.record == NEW_RECORD else ""]
        false = [one for one in step.way.literals if not is_true(one, values)]
        if any(weight(one, self._kinds) == NEVER for one in false):
            return _Move([])
        if false:
            made = {one: self._new(levers.making(one, values), step) for one in false}
            chosen = min(false, key=lambda one: len(made[one]) or NEVER)
            rest = [self._least(one) for one in false if one is not chosen]
            return _Move(made[chosen], _sum(*rest))
        forbids = [one for one in self._ways.forbids if holds(one, values)]
        if forbids:
            broken = (self._breaking(one, step, values) for one in forbids)
            return _Move(min(broken, key=len))
        return None

    def _least(self, literal: Literal) -> tuple[int, int]:
        """What it costs at least to make the literal true, and what the role opens."""
        opened = 0
        if literal.left == HELD_ROLES and isinstance(literal.right, tuple):
            opened = min((self._reach.get(one, 0) for one in literal.right), default=0)
        return weight(literal, self._kinds), opened

    def _breaking(self, forbid: Condition, step: _Attempt, values: Values) -> list[Lever]:
        """What breaks a forbid, or what it holds of the first record that it holds of."""
        levers = self._levers[step.way.records if step.record == NEW_RECORD else ""]
        plain = {root: of for root, of in values.items() if root != "record"}
        found: list[Lever] = []
        for chosen in with_record(forbid, plain):
            if not all(is_true(one, chosen) for one in forbid.literals):
                continue
            own = forbid.records and chosen["record"] is values.get("record")
            for literal in forbid.literals:
                if own or not _speaks_of_record(literal):
                    found += levers.breaking(literal, chosen)
            if forbid.records and not own:
                record = fields_of(chosen["record"])
                gone = Change("subject", forbid.records, Operation.REMOVE, record)
                found.append((gone,))
            break
        return self._new(found, step)

    def _new(self, levers: list[Lever], step: _Attempt) -> list[Lever]:
        """The levers that fit what was changed before."""
        canonical = [tuple(map(self._once, lever)) for lever in levers]
        return [
            lever
            for lever in dict.fromkeys(canonical)
            if not any(one.undoes(made) for one in lever for made in step.changes)
        ]

    def _once(self, change: Change) -> Change:
        """The change, made to the subject where subject and resource are one."""
        if change.root == "resource" and change.attribute in self._mirrored:
            return Change("subject", change.attribute, change.operation, change.value)
        return change

    def _after(self, step: _Attempt) -> dict[str, Any]:
        """The values with the changes made, and the record that the way speaks of."""
        made = [one for one in step.changes if one.root != "record"]
        after: dict[str, Any] = applied(self._values, made, mirrored=self._mirrored)
        if step.record == NO_RECORD:
            return after
        records = tuple(self._values["subject"][step.way.records] or ())
        if step.record == NEW_RECORD:
            record = _new_record(self._kinds["subject"][step.way.records], step.changes)
            held = after["subject"][step.way.records] or ()
            after["subject"][step.way.records] = (*held, record)
        else:
            record = records[step.record]
        return {**after, "record": record}

    def _whole(self, step: _Attempt) -> tuple[Change, ...]:
        """The changes, those of a new record as the one change that adds it."""
        if step.record != NEW_RECORD:
            return step.changes
        name = step.way.records
        record = fields_of(_new_record(self._kinds["subject"][name], step.changes))
        added = Change("subject", name, Operation.ADD, record)
        return (added, *(one for one in step.changes if one.root != "record"))

    def _price(self, step: _Attempt) -> tuple[int, int]:
        """What the changes cost, and how much else the added roles open."""
        total = sum(price(one, self._kinds) for one in step.changes)
        opened = [
            self._reach.get(one.value, 0)
            for one in step.changes
            if one.attribute == ROLES
            and one.operation is Operation.ADD
            and isinstance(one.value, str)
        ]
        return total + (BINDING_COST if step.record == NEW_RECORD else 0), sum(opened)


def _sum(*pairs: tuple[int, int]) -> tuple[int, int]:
    return sum(one for one, _ in pairs), sum(other for _, other in pairs)


def _made(before: tuple[Change, ...], lever: Lever) -> tuple[Change, ...]:
    """The changes with those of the lever; what is set again counts once."""
    kept = [one for one in before if not any(one.is_overtaken(by) for by in lever)]
    return (*kept, *lever)


def _speaks_of_record(literal: Literal) -> bool:
    return any(attribute.root == "record" for attribute in literal.attributes())


def _record_kinds(records: Attribute) -> dict[str, Attribute]:
    """The fields of a record, as attributes of it."""
    return {name: Attribute(name, kind, "stored") for name, kind in records.fields.items()}


def _new_record(records: Attribute, changes: tuple[Change, ...]) -> dict[str, Value]:
    """A record with the fields that were set, and nothing else."""
    record: dict[str, Value] = dict.fromkeys(records.fields)
    for change in changes:
        if change.root == "record" and not isinstance(change.value, tuple):
            record[change.attribute] = change.value
    return record
