"""What a generated request is made of, and how it is wanted.

A request has every attribute that the schema declares, nil where it is absent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authz.engine.conditions import (
    Attr,
    Condition,
    Literal,
    Op,
    Signature,
    Value,
    is_true,
)
from authz.engine.schema import BUILT_IN, Attribute, Schema

#: Root -> attribute -> value; sets as sorted tuples.
Request = dict[str, dict[str, Any]]
#: The attributes of one signature; with a record-set, those of `record` too.
Declared = Mapping[Attr, Attribute]
_OF_SETS = {Op.IN, Op.NOT_IN, Op.OVERLAPS, Op.HOLDS, Op.LACKS, Op.HOLDS_OTHER}


def declared(schema: Schema, signature: Signature, records: str = "") -> Declared:
    """The attributes of subject, resource and context, and of a record of that set."""
    built_in = {
        name: Attribute(name, "string", "stored", required=True) for name in BUILT_IN
    }
    subject = schema.types[signature.subject].attributes
    fields = subject[records].fields if records else {}
    tables: dict[str, Mapping[str, Attribute]] = {
        "subject": {**built_in, **subject},
        "resource": {**built_in, **schema.types[signature.resource].attributes},
        "context": schema.context_attributes(),
        "record": {n: Attribute(n, kind, "stored") for n, kind in fields.items()},
    }
    return {Attr(r, n): a for r, table in tables.items() for n, a in table.items()}


def nullable(attribute: Attribute) -> bool:
    """Whether a request may have nil there."""
    if attribute.required or attribute.source == "clock":
        return False
    return attribute.default is None


@dataclass(frozen=True, slots=True)
class Style:
    """Which of the many models is wanted."""

    #: All free values are the same, instead of all different.
    collapsed: bool = False
    #: Sets hold everything that they may, instead of only what they must.
    full: bool = False
    #: Literal -> which of its values is taken first.
    chosen: Mapping[Literal, Value] = field(default_factory=dict)
    #: Declared that are nil.
    absent: frozenset[Attr] = frozenset()


def holds(literal: Literal, request: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a literal holds; a set that is absent holds nothing."""
    if literal.op not in _OF_SETS:
        return is_true(literal, request)
    values: dict[str, dict[str, Any]] = {}
    for attr in literal.attributes():
        value = request[attr.root][attr.name]
        is_set = attr != literal.left or literal.op not in (Op.IN, Op.NOT_IN)
        absent = is_set and value is None
        values.setdefault(attr.root, {})[attr.name] = () if absent else value
    return is_true(literal, values)


def satisfied(condition: Condition, request: Request) -> bool:
    """Whether a condition holds."""
    if not condition.records:
        return all(holds(literal, request) for literal in condition.literals)
    records: Sequence[Any] = request["subject"][condition.records] or ()
    return any(
        all(holds(literal, {**request, "record": record}) for literal in condition.literals)
        for record in records
    )
