"""Attribute values as functions take them: tuples, with each attribute at its place.

A tuple is smaller than a dict and read by position. With thousands of subjects, most of
what a decision costs is fetching their attributes from memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from authz.engine.conditions import Signature, Ways
from authz.engine.prepared import Prepared
from authz.engine.schema import BUILT_IN, Schema, TypeSchema

#: Where the id stands in every layout.
ID = BUILT_IN.index("id")
#: Prepared values in the order of a layout.
Packed = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which attributes the functions of one signature are given, in which order."""

    subject: tuple[str, ...]
    resource: tuple[str, ...]
    context: tuple[str, ...]

    def packed(
        self, s: Prepared, r: Prepared, c: Prepared
    ) -> tuple[Packed, Packed, Packed]:
        """The arguments for these values."""
        return pack(self.subject, s), pack(self.resource, r), pack(self.context, c)

    def unpacked(
        self, s: Packed, r: Packed, c: Packed
    ) -> tuple[Prepared, Prepared, Prepared]:
        """The values by name."""
        return (
            dict(zip(self.subject, s, strict=True)),
            dict(zip(self.resource, r, strict=True)),
            dict(zip(self.context, c, strict=True)),
        )


def pack(names: Iterable[str], values: Prepared) -> Packed:
    """The values of these attributes. Raises: KeyError when one is not there."""
    return tuple([values[name] for name in names])


def order(kind: TypeSchema) -> tuple[str, ...]:
    """All attributes of a type, in the order of every layout."""
    return (*BUILT_IN, *kind.attributes)


def layout_of(schema: Schema, signature: Signature) -> Layout:
    """The layout with all attributes: the same for a type wherever it takes part."""
    return Layout(
        order(schema.types[signature.subject]),
        order(schema.types[signature.resource]),
        tuple(schema.context_attributes()),
    )


def least_layout(ways: Ways) -> Layout:
    """The layout with the attributes that these ways read, by name."""
    read: dict[str, set[str]] = {"subject": set(), "resource": set(), "context": set()}
    for condition in (*ways.permits, *ways.forbids):
        if condition.records:
            read["subject"].add(condition.records)
        for literal in condition.literals:
            for attr in literal.attributes():
                if attr.root in read:
                    read[attr.root].add(attr.name)
    return Layout(*(tuple(sorted(names)) for names in read.values()))
