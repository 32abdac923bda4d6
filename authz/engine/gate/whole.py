"""Requests that are aimed at no policy: with everything in all sets, each known value of
all attributes in turn, and by chance.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from authz.engine.conditions import Condition, Literal, Op, Signature, Value
from authz.engine.gate.known import Known
from authz.engine.gate.requests import Declared, Request, Style, nullable
from authz.engine.gate.solve import beside, solve
from authz.engine.schema import Attribute

#: What requests by chance are drawn from: the same set is always asked the same.
SEED = 1
#: Requests by chance, for each signature.
CHANCE = 4
#: Share of the attributes that are nil in them, where they may be.
ABSENT = 0.2
#: What else an attribute may be in them, by type.
FREE: Mapping[str, Sequence[Value]] = {
    "string": ("x", "y", ""),
    "integer": (0, 1, 2),
    "boolean": (True, False),
}


def whole(
    signature: Signature,
    conditions: Sequence[Condition],
    attributes: Declared,
    known: Known,
) -> Iterator[Request | None]:
    """Everything in all sets, nothing, chance; the same for the same arguments."""
    by_chance = random.Random(f"{SEED} {signature}")  # noqa: S311 - tests, not secrets
    everything = dict.fromkeys(attributes, known.constants)
    full = Style(collapsed=True, full=True)
    yield solve([], attributes, "", full, everything)
    yield solve([], attributes, "", Style())
    compared = {
        literal.left
        for condition in conditions
        for literal in condition.literals
        if literal.op in (Op.ONE_OF, Op.NONE_OF) and literal.left in attributes
    }
    values = {attr: known.of(attr) for attr in sorted(compared) if known.of(attr)}
    for turn in range(max(map(len, values.values()), default=0)):
        literals = [
            Literal(Op.ONE_OF, attr, (each[turn % len(each)],))
            for attr, each in values.items()
        ]
        yield solve(literals, attributes, "", full, known.strings)
    for _ in range(CHANCE):
        yield _chance(attributes, known, by_chance)


def _chance(attributes: Declared, known: Known, by_chance: random.Random) -> Request:
    request: Request = {"subject": {}, "resource": {}, "context": {}}
    for attr, of in attributes.items():
        absent = nullable(of) and by_chance.random() < ABSENT
        value = None if absent else _drawn(of, known.of(attr), by_chance)
        request[attr.root][attr.name] = value
    return request


def _drawn(of: Attribute, near: Sequence[Value], by_chance: random.Random) -> Any:
    if of.type == "string-set":
        pool = [*map(str, near), "x", "y"]
        size = by_chance.choice([0, 1, 2, 4])
        return tuple(sorted(set(by_chance.choices(pool, k=size))))
    if of.type == "record-set":
        return tuple(
            {name: _scalar(kind, [], by_chance) for name, kind in of.fields.items()}
            for _ in range(by_chance.choice([0, 1, 2]))
        )
    return _scalar(of.type, near, by_chance)


def _scalar(kind: str, near: Sequence[Value], by_chance: random.Random) -> Value:
    """A value of that type, often one that something is compared with, or beside it."""
    drawn = [v for value in near if value is not None for v in beside(value)]
    return by_chance.choice([*drawn, *drawn, *FREE[kind]])
