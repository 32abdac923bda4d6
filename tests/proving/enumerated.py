"""Small worlds in which every request can be counted, and random formulas about them.

A literal is a number with a bit for each request of its world, so that the truth of any
formula is known without a solver.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import combinations, product
from operator import and_, or_
from random import Random
from types import MappingProxyType
from typing import Any

from authz.assurance.symbolic.formula import All, Either, Formula, Not, Some
from authz.assurance.symbolic.universe import Universe
from authz.engine.conditions import ORDERED, Attr, Condition, Literal, Op
from authz.engine.gate.requests import Request, holds
from authz.engine.schema import Attribute

SUBJECT, RESOURCE, CONTEXT = "subject", "resource", "context"
#: The only record-set of a world.
RECORDS = "bindings"


@dataclass(frozen=True)
class World:
    """Attributes with the values that each is tried with, and what may be said of them."""

    attributes: Mapping[Attr, Attribute]
    values: Mapping[Attr, Sequence[Any]]
    literals: Sequence[Literal]

    @property
    def universe(self) -> Universe:
        return Universe(
            self.attributes,
            frozenset(a for a, values in self.values.items() if None in values),
        )

    @cached_property
    def requests(self) -> list[Request]:
        found = []
        for chosen in product(*self.values.values()):
            request: Request = {SUBJECT: {}, RESOURCE: {}, CONTEXT: {}}
            for attr, value in zip(self.values, chosen, strict=True):
                request[attr.root][attr.name] = value
            found.append(request)
        return found

    @cached_property
    def every(self) -> int:
        return (1 << len(self.requests)) - 1

    @cached_property
    def truths(self) -> Mapping[tuple[Literal, int], int]:
        """Literal, number of the record -> the requests for which it holds of that."""
        of_records = {
            (x, n): self._bits(holds(x, {**r, "record": record}) for r in self.requests)
            for x in self.literals
            for n, record in enumerate(self.records)
            if any(attr.root == "record" for attr in x.attributes())
        }
        named = {literal for literal, _ in of_records}
        return of_records | {
            (x, 0): self._bits(holds(x, r) for r in self.requests)
            for x in self.literals
            if x not in named
        }

    @cached_property
    def records(self) -> list[Mapping[str, Any]]:
        """Every record that there can be."""
        sets = self.values.get(Attr(SUBJECT, RECORDS), ())
        return [one[0] for one in sets if one and len(one) == 1]

    @cached_property
    def with_record(self) -> list[int]:
        """For each record, the requests that have it."""
        return [
            self._bits(record in (r[SUBJECT][RECORDS] or ()) for r in self.requests)
            for record in self.records
        ]

    def truth(self, formula: Formula) -> int:
        """The requests for which it holds."""
        match formula:
            case Some(conditions):
                return reduce(or_, map(self._condition, conditions), 0)
            case Not(of):
                return self.every & ~self.truth(of)
            case All(parts):
                return reduce(and_, map(self.truth, parts), self.every)
            case Either(parts):
                return reduce(or_, map(self.truth, parts), 0)

    def _condition(self, condition: Condition) -> int:
        if not condition.records:
            return reduce(and_, (self.truths[x, 0] for x in condition.literals), self.every)
        found = 0
        for number, there in enumerate(self.with_record):
            for x in condition.literals:
                own = (x, number) in self.truths
                there &= self.truths[x, number if own else 0]
            found |= there
        return found

    def _bits(self, truths: Iterator[bool]) -> int:
        return sum(1 << n for n, truth in enumerate(truths) if truth)


def formula(random: Random, world: World, depth: int = 3) -> Formula:
    """Any formula about that world."""
    if depth == 0 or random.random() < 0.15:
        return Some(tuple(_condition(random, world) for _ in range(random.randint(1, 3))))
    if random.random() < 0.35:
        return Not(formula(random, world, depth - 1))
    parts = tuple(formula(random, world, depth - 1) for _ in range(random.randint(2, 4)))
    return All(parts) if random.random() < 0.75 else Either(parts)


def _condition(random: Random, world: World) -> Condition:
    literals = tuple(random.sample(world.literals, random.randint(1, 3)))
    own = any(attr.root == "record" for x in literals for attr in x.attributes())
    return Condition(literals, ("p",), (), RECORDS if own else "")


def _attribute(name: str, kind: str, fields: Mapping[str, str] | None = None) -> Attribute:
    return Attribute(name, kind, "stored", fields=MappingProxyType(dict(fields or {})))


def _world(
    kinds: Mapping[Attr, str],
    values: Mapping[Attr, Sequence[Any]],
    literals: Sequence[Literal],
    fields: Mapping[str, str] | None = None,
) -> World:
    attributes = {a: _attribute(a.name, kind, fields) for a, kind in kinds.items()}
    return World(attributes, values, literals)


def _sets(pool: Sequence[str]) -> list[tuple[str, ...]]:
    return [c for size in range(len(pool) + 1) for c in combinations(pool, size)]


def of_sets() -> World:
    """Two strings and two sets; one of each may be nil."""
    p, q = Attr(SUBJECT, "p"), Attr(RESOURCE, "q")
    s, t = Attr(SUBJECT, "s"), Attr(RESOURCE, "t")
    pool = ("a", "x", "y", "z")
    literals = [Literal(op, a, b) for op in (Op.SAME, Op.DIFFERS) for a, b in [(p, q)]]
    for op in (Op.ONE_OF, Op.NONE_OF):
        literals += [Literal(op, p, ("a",)), Literal(op, q, ("a",))]
        literals += [Literal(op, p, (None,)), Literal(op, p, (None, "a"))]
    for op in (Op.IN, Op.NOT_IN):
        literals += [Literal(op, one, of) for one in (p, q) for of in (s, t)]
    for op in (Op.HOLDS, Op.LACKS, Op.HOLDS_OTHER):
        literals += [Literal(op, of, ("a",)) for of in (s, t)]
    literals += [Literal(Op.HOLDS_OTHER, of, ()) for of in (s, t)]
    literals += [Literal(op, s, (None,)) for op in (Op.ONE_OF, Op.NONE_OF)]
    literals += [Literal(Op.OVERLAPS, s, t), Literal(Op.OVERLAPS, s, s)]
    kinds = {p: "string", q: "string", s: "string-set", t: "string-set"}
    values = {p: (None, *pool), q: pool, s: (None, *_sets(pool)), t: _sets(pool)}
    return _world(kinds, values, literals)


def of_order() -> World:
    """Three strings that are compared by order, one of which may be nil."""
    p, q, r = Attr(SUBJECT, "p"), Attr(RESOURCE, "q"), Attr(CONTEXT, "r")
    pool = ("", "a", "aa", "ab", "b", "b ", "b a", "b b", "ba", "baa", "bab", "bc")
    literals = []
    for op in (*ORDERED, Op.SAME, Op.DIFFERS):
        literals += [Literal(op, a, b) for a, b in [(p, q), (q, r), (p, r)]]
    for op in ORDERED:
        literals += [Literal(op, a, (v,)) for a in (p, q, r) for v in ("b", "ba")]
    literals += [Literal(Op.LESS, q, ("",)), Literal(Op.ONE_OF, p, (None,))]
    kinds = dict.fromkeys((p, q, r), "string")
    return _world(kinds, {p: (None, *pool), q: pool, r: pool}, literals)


def of_numbers() -> World:
    """Integers and booleans, some of which may be nil."""
    i, j = Attr(SUBJECT, "i"), Attr(RESOURCE, "j")
    f, g = Attr(SUBJECT, "f"), Attr(CONTEXT, "g")
    literals = []
    for op in (*ORDERED, Op.SAME, Op.DIFFERS):
        literals.append(Literal(op, i, j))
    for op in ORDERED:
        literals += [Literal(op, a, (v,)) for a in (i, j) for v in (0, 2)]
    for op in (Op.ONE_OF, Op.NONE_OF):
        literals += [Literal(op, a, (v,)) for a in (i, j) for v in (1, 2)]
        literals += [Literal(op, i, (None,)), Literal(op, f, (None, True))]
        literals += [Literal(op, f, (False,)), Literal(op, g, (True,))]
    literals += [Literal(Op.SAME, f, g), Literal(Op.DIFFERS, f, g)]
    kinds = {i: "integer", j: "integer", f: "boolean", g: "boolean"}
    numbers = (-2, -1, 0, 1, 2, 3, 4)
    truth = (False, True)
    values = {i: (None, *numbers), j: numbers, f: (None, *truth), g: truth}
    return _world(kinds, values, literals)


def of_records() -> World:
    """A set of records that may be nil, a set of strings, and a string."""
    bindings, s, q = Attr(SUBJECT, RECORDS), Attr(SUBJECT, "s"), Attr(RESOURCE, "q")
    kind, to = Attr("record", "kind"), Attr("record", "to")
    pool = ("a", "x", "y")
    every = [{"kind": k, "to": v} for k in ("a", None) for v in (*pool, None)]
    literals = [Literal(Op.ONE_OF, kind, ("a",)), Literal(Op.NONE_OF, kind, ("a",))]
    literals += [Literal(Op.SAME, q, to), Literal(Op.DIFFERS, q, to)]
    literals += [Literal(Op.IN, to, s), Literal(Op.NOT_IN, to, s)]
    literals += [Literal(Op.ONE_OF, to, (None,)), Literal(Op.NONE_OF, to, ("a", None))]
    literals += [Literal(Op.IN, q, s), Literal(Op.ONE_OF, q, ("a",))]
    literals += [Literal(Op.HOLDS_OTHER, s, ("a",)), Literal(Op.SAME, kind, to)]
    literals += [Literal(op, bindings, (None,)) for op in (Op.ONE_OF, Op.NONE_OF)]
    kinds = {bindings: "record-set", s: "string-set", q: "string"}
    sets = [c for size in range(4) for c in combinations(every, size)]
    values = {bindings: (None, *sets), s: _sets(pool), q: pool}
    return _world(kinds, values, literals, {"kind": "string", "to": "string"})


def of_one_type() -> World:
    """Two things of one type, each with what is stored of it and what a caller says."""
    names, pool = ("id", "tenant", "kept", "claimed"), ("a", "b", "c")
    ends = [(Attr(SUBJECT, name), Attr(RESOURCE, name)) for name in names]
    literals = [Literal(op, a, b) for op in (Op.SAME, Op.DIFFERS) for a, b in ends]
    literals += [
        Literal(op, end, ("a",))
        for op in (Op.ONE_OF, Op.NONE_OF)
        for both in ends
        for end in both
    ]
    literals += [Literal(Op.SAME, ends[2][0], ends[3][1])]
    kinds = dict.fromkeys((end for both in ends for end in both), "string")
    found = _world(kinds, dict.fromkeys(kinds, pool), literals)
    claimed = {a: replace(of, source="request") for a, of in found.attributes.items()}
    kept = {a: of for a, of in found.attributes.items() if a not in ends[3]}
    return replace(found, attributes={**claimed, **kept})


WORLDS = {
    "sets": of_sets,
    "order": of_order,
    "numbers": of_numbers,
    "records": of_records,
}
