"""Random conditions over a small vocabulary, and values for them."""

from random import Random
from typing import Any

from authz.engine.conditions import (
    ORDERED,
    Attr,
    Condition,
    Literal,
    Op,
    Signature,
    Value,
    Ways,
)
from authz.engine.schema import Attribute, Schema, TypeSchema

FIELDS = {"kind": "string", "until": "integer"}
STRINGS, INTEGERS = ("a", "b", "c", "d"), (1, 2, 3, 5)


def attribute(name: str, type: str, **more: Any) -> Attribute:
    return Attribute(name, type, "stored", **more)


SUBJECT = {
    one.name: one
    for one in (
        attribute("tenant_kind", "string", required=True),
        attribute("status", "string", required=True),
        attribute("place", "string"),
        attribute("level", "integer"),
        attribute("active", "boolean", default=False),
        attribute("roles", "string-set", default=()),
        attribute("places", "string-set", default=()),
        attribute("badges", "record-set", default=(), fields=FIELDS),
    )
}
RESOURCE = {
    one.name: one
    for one in (
        attribute("owner", "string", required=True),
        attribute("place", "string"),
        attribute("grade", "integer", default=2),
        attribute("locked", "boolean", default=False),
        attribute("line", "string-set", default=()),
    )
}
CONTEXT = {
    one.name: one
    for one in (
        Attribute("channel", "string", "caller", default="unknown"),
        Attribute("hour", "integer", "request"),
        Attribute("now", "integer", "clock", required=True),
    )
}


def _type(name: str, attributes: dict[str, Attribute]) -> TypeSchema:
    return TypeSchema(
        name,
        name.title(),
        None,
        attributes,
        frozenset({"paper:read"}),
        "resources",
        subject=name == "user",
        unregistered=False,
        registrable=False,
    )


SCHEMA = Schema(
    {"user": _type("user", SUBJECT), "paper": _type("paper", RESOURCE)}, CONTEXT, {}
)
READ = Signature("user", "paper:read", "paper")
TYPES = {
    Attr(root, name): declared.type
    for root, attributes in (
        ("subject", SUBJECT),
        ("resource", RESOURCE),
        ("context", CONTEXT),
    )
    for name, declared in attributes.items()
} | {
    Attr(root, name): "string"
    for root in ("subject", "resource")
    for name in ("id", "tenant")
}
RECORD = {Attr("record", name): type for name, type in FIELDS.items()}
DOMAIN: dict[str, tuple[Value, ...]] = {
    "string": STRINGS,
    "integer": INTEGERS,
    "boolean": (False, True),
    "string-set": STRINGS,
}


def values(random: Random) -> dict[str, dict[str, Any]]:
    """Values of every attribute, each of its type."""
    found: dict[str, dict[str, Any]] = {"subject": {}, "resource": {}, "context": {}}
    for one, type in TYPES.items():
        found[one.root][one.name] = _value(random, type)
    for attributes, root in (
        (SUBJECT, "subject"),
        (RESOURCE, "resource"),
        (CONTEXT, "context"),
    ):
        for name, declared in attributes.items():
            if declared.default is None and not declared.required and random.random() < 0.3:
                found[root][name] = None
    return found


def _value(random: Random, type: str) -> Any:
    if type == "string-set":
        return frozenset(random.sample(STRINGS, random.randint(0, 2)))
    if type == "record-set":
        return tuple(
            {name: random.choice((None, *DOMAIN[kind])) for name, kind in FIELDS.items()}
            for _ in range(random.randint(0, 2))
        )
    return random.choice(DOMAIN[type])


def ways(random: Random) -> Ways:
    """Up to four permits and three forbids."""
    return Ways(
        tuple(condition(random, f"p.permit-{n}", 4) for n in range(random.randint(0, 4))),
        tuple(condition(random, f"p.forbid-{n}", 3) for n in range(random.randint(0, 3))),
    )


def condition(random: Random, policy: str, most: int) -> Condition:
    """One to `most` literals, at times about a record."""
    records = "badges" if random.random() < 0.25 else ""
    pool = TYPES | (RECORD if records else {})
    literals = [literal(random, pool) for _ in range(random.randint(1, most))]
    if records:
        literals.append(record_literal(random))
    return Condition(
        tuple(literals), (policy,), (f"p.polar:{random.randint(1, 99)}",), records
    )


def record_literal(random: Random) -> Literal:
    """A literal that speaks of the record."""
    while True:
        found = literal(random, RECORD | {Attr("resource", "place"): "string"})
        if any(one.root == "record" for one in found.attributes()):
            return found


def literal(random: Random, pool: dict[Attr, str]) -> Literal:
    """Any literal that the types allow."""
    left = random.choice(sorted(pool))
    type = pool[left]
    if type == "record-set":
        return Literal(Op.HOLDS_OTHER, left, ())
    beside = [one for one, other in sorted(pool.items()) if one != left]
    if type == "string-set":
        sets = [one for one in beside if pool[one] == type]
        if sets and random.random() < 0.4:
            return Literal(Op.OVERLAPS, left, random.choice(sets))
        op = random.choice((Op.HOLDS, Op.HOLDS, Op.LACKS, Op.HOLDS_OTHER))
        least = 0 if op is Op.HOLDS_OTHER else 1
        return Literal(
            op, left, tuple(sorted(random.sample(STRINGS, random.randint(least, 2))))
        )
    joins = [(one, other) for one in beside for other in _joins(type, pool[one])]
    if joins and random.random() < 0.4:
        right, op = random.choice(joins)
        return Literal(op, left, right)
    if type in ("integer", "string") and random.random() < 0.3:
        return Literal(random.choice(sorted(ORDERED)), left, (random.choice(DOMAIN[type]),))
    nil = (None,) if random.random() < 0.3 else ()
    some = tuple(
        sorted(random.sample(DOMAIN[type], random.randint(1, min(2, len(DOMAIN[type])))))
    )
    return Literal(
        random.choice((Op.ONE_OF, Op.NONE_OF)),
        left,
        random.choice((nil or some, nil + some)),
    )


def _joins(left: str, right: str) -> tuple[Op, ...]:
    if left == right:
        ordered = tuple(sorted(ORDERED)) if left == "integer" else ()
        return (Op.SAME, Op.DIFFERS, *ordered)
    return (Op.IN, Op.NOT_IN) if (left, right) == ("string", "string-set") else ()
