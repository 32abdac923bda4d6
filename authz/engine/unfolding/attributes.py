"""What the attributes of one kind of request are: their types, and which may be nil."""

from collections.abc import Mapping

from authz.engine.conditions import Attr, Signature, Value
from authz.engine.schema import BUILT_IN, Attribute, Schema
from authz.engine.unfolding.store import ELEMENT

#: The one class of scalars that a parameter may be restricted to.
STRING_CLASS = "String"
RECORD = "record"


class Attributes:
    """The attributes that rules can read in requests of one signature."""

    def __init__(self, schema: Schema, signature: Signature):
        self.signature = signature
        self._classes: dict[str, tuple[str, ...]] = {"context": ("Context",)}
        self._types: dict[Attr, str] = {}
        self._nullable: set[Attr] = set()
        for root in ("subject", "resource"):
            kind = schema.types[getattr(signature, root)]
            self._classes[root] = (kind.class_name, *([kind.group] if kind.group else []))
            self._types |= {Attr(root, built_in): "string" for built_in in BUILT_IN}
            self._add(root, kind.attributes)
        self._add("context", schema.context_attributes())
        #: Record-set of the subject -> the type of each field.
        self._fields = {
            name: attribute.fields
            for name, attribute in schema.types[signature.subject].attributes.items()
            if attribute.fields
        }

    def _add(self, root: str, attributes: Mapping[str, Attribute]) -> None:
        for name, attribute in attributes.items():
            attr = Attr(root, name)
            self._types[attr] = attribute.type
            if not attribute.required and attribute.default is None:
                self._nullable.add(attr)

    def type_of(self, attr: Attr, records: str = "") -> str:
        """string, integer, boolean, string-set or record-set; `records` is the set that a
        record is of.

        Raises: KeyError.
        """
        if attr.root == ELEMENT:
            return "string"
        return (
            self._fields[records][attr.name] if attr.root == RECORD else self._types[attr]
        )

    def nullable(self, attr: Attr) -> bool:
        """Whether it may be nil; every field of a record may."""
        return attr.root == RECORD or attr in self._nullable

    def known(self, attr: Attr, records: str = "") -> bool:
        """Whether the schema declares it."""
        if attr.root == RECORD:
            return attr.name in self._fields.get(records, ())
        return attr in self._types

    def names(self, root: str, records: str = "") -> list[str]:
        """The attributes of the subject, the resource, the context or the record."""
        if root == RECORD:
            return sorted(self._fields.get(records, ()))
        return sorted(attr.name for attr in self._types if attr.root == root)

    def is_a(self, root: str, class_name: str) -> bool:
        """Whether the subject, resource or context is of that class."""
        return class_name in self._classes.get(root, ())


def type_of_value(value: Value) -> str:
    """The type of a constant; empty for nil, which is a value of every type."""
    if value is None:
        return ""
    return {str: "string", bool: "boolean", int: "integer"}[type(value)]
