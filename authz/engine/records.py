"""What rules see of a subject, a resource or a context: complete, frozen records.

Every attribute that the schema declares is there (nil when it is absent), and nothing else
is. So a rule can neither trip over a missing attribute, nor read what nobody declared, nor
change anything.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from authz.engine.schema import BUILT_IN, Attribute, Schema


class Record:
    """The base of all records; rules read `FIELDS` of it and nothing else."""

    __slots__ = ("_values",)
    FIELDS: ClassVar[frozenset[str]] = frozenset()
    _values: Mapping[str, Any]

    def __init__(self, values: Mapping[str, object]):
        object.__setattr__(
            self, "_values", {name: _frozen(values.get(name)) for name in self.FIELDS}
        )

    def read(self, name: str) -> Any:
        """The value of a declared attribute. Raises: KeyError for any other name."""
        return self._values[name]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a record is frozen; `{name}` cannot be set")

    def __repr__(self) -> str:
        return type(self).__name__


def _frozen(value: object) -> object:
    if isinstance(value, tuple) and value and isinstance(value[0], Mapping):
        return tuple(Element(item) for item in value)
    return value


class Element(Record):
    """One element of a record-set: no rule can name its class, only read its fields."""

    __slots__ = ()

    def __init__(self, fields: Mapping[str, object]):
        object.__setattr__(self, "_values", dict(fields))


def _record_class(name: str, base: type[Record], fields: Any) -> type[Record]:
    return type(name, (base,), {"__slots__": (), "FIELDS": frozenset(fields)})


def record_classes(schema: Schema) -> dict[str, type[Record]]:
    """Polar class name -> class: one a type, one a group of types, and `Context`."""
    classes = {group: _record_class(group, Record, ()) for group in schema.groups}
    for kind in schema.types.values():
        base = classes[kind.group] if kind.group else Record
        fields = (*BUILT_IN, *kind.attributes)
        classes[kind.class_name] = _record_class(kind.class_name, base, fields)
    classes["Context"] = _record_class("Context", Record, schema.context_attributes())
    return classes


def fill_defaults(
    attributes: Mapping[str, Attribute], values: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """All declared attributes, defaults taken, and the names of required ones that are
    missing.
    """
    filled: dict[str, object] = {}
    missing = []
    for name, attribute in attributes.items():
        value = values.get(name)
        if value is None:
            value = attribute.default
            if attribute.required:
                missing.append(name)
        filled[name] = value
    return filled, missing
