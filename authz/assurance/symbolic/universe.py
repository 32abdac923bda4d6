"""Which requests there are: the attributes that one has, and which of them may be nil."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from authz.engine.conditions import Attr, Signature
from authz.engine.gate.requests import declared, nullable
from authz.engine.schema import INTEGER_MAX, Attribute, Schema

#: The last second that a date can say: the end of the year 9999.
LAST_SECOND = 253_402_300_799


@dataclass(frozen=True, slots=True)
class Universe:
    """Every request with these attributes, each of its declared type.

    Roots are usually subject, resource and context; a question about two requests has more.
    """

    attributes: Mapping[Attr, Attribute]
    #: Those that may be nil. A set that is nil holds nothing.
    nullable: frozenset[Attr]

    @staticmethod
    def of(schema: Schema, signature: Signature) -> "Universe":
        """The requests of one signature."""
        attributes = declared(schema, signature)
        return Universe(
            attributes, frozenset(attr for attr, of in attributes.items() if nullable(of))
        )

    def without(self, root: str) -> "Universe":
        """The same without the attributes of that root."""
        return self.leaving_out({attr for attr in self.attributes if attr.root == root})

    def leaving_out(self, attributes: Set[Attr]) -> "Universe":
        """The same without these."""
        return Universe(
            {attr: of for attr, of in self.attributes.items() if attr not in attributes},
            self.nullable - attributes,
        )

    def also(self, other: str, as_root: str) -> "Universe":
        """The same with another thing that has what `other` has."""
        more = {
            Attr(as_root, a.name): of
            for a, of in self.attributes.items()
            if a.root == other
        }
        nil = {Attr(as_root, a.name) for a in self.nullable if a.root == other}
        return Universe({**self.attributes, **more}, self.nullable | nil)

    def joined(self, other: "Universe") -> "Universe":
        """The attributes of both."""
        return Universe(
            {**other.attributes, **self.attributes}, self.nullable | other.nullable
        )

    def type_of(self, attr: Attr, records: str = "") -> str:
        """The type of an attribute, or of a field of a record of that set."""
        if attr.root == "record":
            return self.attributes[Attr("subject", records)].fields[attr.name]
        return self.attributes[attr].type

    def may_be_nil(self, attr: Attr) -> bool:
        """Whether it may be nil; every field of a record may."""
        return attr.root == "record" or attr in self.nullable

    def range_of(self, attr: Attr) -> tuple[int, int]:
        """The least and the greatest integer that it may be."""
        if attr.root != "record" and self.attributes[attr].source == "clock":
            return 0, LAST_SECOND
        return -INTEGER_MAX, INTEGER_MAX

    def plain(self, attr: Attr) -> Any:
        """A value that it may have, where nothing is asked of it."""
        of = self.attributes[attr]
        if of.type.endswith("-set"):
            return of.default or ()
        if of.default is not None or attr in self.nullable:
            return of.default
        free = {"string": f"{attr.root}-{attr.name}", "integer": 0, "boolean": False}
        return free[of.type]
