"""Things of a small schema, and conditions about them, as chance makes them."""

from random import Random

from authz.engine.conditions import ORDERED, Attr, Condition, Literal, Op, Ways, is_true
from authz.engine.schema import Schema, TypeSchema
from authz.engine.schema_file import parse_schema

SCHEMA = """
version: 1
context:
  channel: {type: string, source: caller}
types:
  person:
    subject: true
    attributes:
      place: {type: string, source: stored, required: true}
      name: {type: string, source: any}
      kind: {type: string, source: vouched, default: plain}
      level: {type: integer}
      size: {type: integer, default: 3}
      open: {type: boolean}
      shut: {type: boolean, default: false}
      tags: {type: string-set, default: []}
      marks: {type: string-set, default: [a, B]}
      teams: {type: string-set, required: true}
      said: {type: string, source: request}
      grants:
        type: record-set
        default: []
        fields: {team: string, level: integer, lead: boolean}
  thing:
    attributes:
      place: {type: string, source: stored, required: true}
      name: {type: string, source: any}
      kind: {type: string, source: vouched, default: plain}
      level: {type: integer}
      size: {type: integer, default: 3}
      open: {type: boolean}
      shut: {type: boolean, default: false}
      tags: {type: string-set, default: []}
      marks: {type: string-set, default: [a, B]}
      teams: {type: string-set, required: true}
      said: {type: string, source: request}
"""
#: Case, accents in both forms, quotes, what JSON and SQL give a meaning, and a zero.
STRINGS = (
    "a",
    "A",
    "B",
    "é",
    "e\u0301",
    "ß",
    "ss",
    "",
    " a",
    "a'b",
    'a"b',
    "%",
    "\\",
    "𝔘",
    "z\0",
    "t5",
    "plain",
)
INTEGERS = (-(2**63) + 1, -1, 0, 1, 3, 4, 2**63 - 1)
SCALARS = {"string": STRINGS, "integer": INTEGERS, "boolean": (False, True)}
FIELDS = {"team": "string", "level": "integer", "lead": "boolean"}


def schema() -> Schema:
    """The schema of these things."""
    return parse_schema(SCHEMA)


def attributes(random: Random, kind: TypeSchema) -> dict[str, object]:
    """The stored attributes of one thing; some are absent, a few are of a wrong type."""
    found: dict[str, object] = {}
    rich = random.random() < 0.1
    for name, attribute in kind.attributes.items():
        if random.random() < 0.15 and not attribute.required or random.random() < 0.02:
            continue
        if attribute.type == "string-set":
            found[name] = random.sample(STRINGS, random.randint(0, 3))
            if rich:
                found[name] = [*STRINGS[:9], *(f"t{n}" for n in range(90))]
        elif attribute.type == "record-set":
            found[name] = [
                record(random) for _ in range(150 if rich else random.randint(0, 3))
            ]
        else:
            found[name] = random.choice(SCALARS[attribute.type])
        if random.random() < 0.004:
            found[name] = random.choice(
                [1, "x", True, 1.5, [1], {}, [[]], [{"x": 1}], 2**63]
            )
    return found


def record(random: Random) -> dict[str, object]:
    """One element of a record-set."""
    return {
        name: random.choice(SCALARS[type])
        for name, type in FIELDS.items()
        if random.random() < 0.85
    }


def ways(random: Random) -> Ways:
    """A few permits and forbids."""
    permits, forbids = (
        tuple(condition(random) for _ in range(random.randint(low, 3))) for low in (1, 0)
    )
    return Ways(permits, forbids)


def condition(random: Random) -> Condition:
    """A conjunction of a few literals, sometimes on a record."""
    records = "grants" if random.random() < 0.4 else ""
    literals = tuple(literal(random, records) for _ in range(random.randint(1, 3)))
    return Condition(literals, ("x.y",), ("x.polar:1",), records)


def literal(random: Random, records: str) -> Literal:
    """A test whose operands have the types that it needs."""
    op = random.choice(list(Op))
    if op in (Op.HOLDS, Op.LACKS, Op.HOLDS_OTHER):
        least = 0 if op is Op.HOLDS_OTHER else 1
        values = random.sample(STRINGS, random.randint(least, 3))
        return Literal(op, a_set(random), tuple(sorted(values)))
    if op is Op.OVERLAPS:
        return Literal(op, a_set(random), a_set(random))
    if op in (Op.IN, Op.NOT_IN):
        return Literal(op, scalar(random, "string", records), a_set(random))
    type = random.choice(["string", "integer"] if op in ORDERED else list(SCALARS))
    left = scalar(random, type, records)
    if op in (Op.SAME, Op.DIFFERS) or (op in ORDERED and random.random() < 0.5):
        return Literal(op, left, scalar(random, type, records))
    if op in ORDERED:
        return Literal(op, left, (random.choice(SCALARS[type]),))
    pool = [*SCALARS[type], None]
    return Literal(op, left, tuple(random.sample(pool, random.randint(1, 3))))


def scalar(random: Random, type: str, records: str) -> Attr:
    """An attribute of that type, of whichever side."""
    root = random.choice(["subject", "resource", *(["record"] * 3 if records else [])])
    if root == "record":
        return Attr(root, {kind: name for name, kind in FIELDS.items()}[type])
    names = {
        "string": ["place", "name", "kind", "said", "id", "tenant"],
        "integer": ["level", "size"],
        "boolean": ["open", "shut"],
    }
    return Attr(root, random.choice(names[type]))


def a_set(random: Random) -> Attr:
    """A string-set of whichever side."""
    return Attr(
        random.choice(["subject", "resource"]), random.choice(["tags", "marks", "teams"])
    )


def allowed(ways: Ways, values: dict[str, dict[str, object]]) -> bool:
    """What the conditions say of one request."""

    def holds(condition: Condition) -> bool:
        chosen = [{}]
        if condition.records:
            chosen = values["subject"][condition.records]
        return any(
            all(is_true(one, {**values, "record": record}) for one in condition.literals)
            for record in chosen
        )

    return any(map(holds, ways.permits)) and not any(map(holds, ways.forbids))
