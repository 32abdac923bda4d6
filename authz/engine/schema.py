"""What may be asked, of what, and which attributes a rule can read: `policies/schema.yaml`.

The schema is closed. A type, an action or an attribute that it does not declare does not
exist, for rules and for callers alike; and every value is checked against its declared type
where it enters, so that `true` is never taken for `1` and a list never for a string.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from authz.said import said

INTEGER_MAX = 2**63 - 1
#: What a value of a type is called.
SCALARS = {
    "string": said("a string"),
    "integer": said("an integer"),
    "boolean": said("a boolean"),
}
#: Attributes of every type, which no schema declares and no caller sets.
BUILT_IN = ("id", "tenant")


class AttributeProblem(ValueError):
    """A value that is not of the type its attribute declares."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a type, of the context or of an action."""

    name: str
    type: str
    source: str
    required: bool = False
    default: object = None
    #: Of a record-set: the type of each field of a record.
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Computed by the store: true for the only live holder of one of these roles in the
    #: tenant.
    sole_holder_of: tuple[str, ...] = ()

    def check(self, value: object) -> object:
        """The value, frozen: str, int, bool, a sorted tuple of str, a tuple of dicts; None
        stays None.

        Raises: AttributeProblem when it is not of the declared type.
        """
        if value is None:
            return None
        if self.type == "string-set":
            if not isinstance(value, list | tuple | set | frozenset):
                raise AttributeProblem(
                    said("`{name}` must be a list of strings", name=self.name)
                )
            return tuple(sorted({_scalar("string", item, self.name) for item in value}))
        if self.type == "record-set":
            if not isinstance(value, list | tuple):
                raise AttributeProblem(
                    said("`{name}` must be a list of records", name=self.name)
                )
            return tuple(self._record(item) for item in value)
        return _scalar(self.type, value, self.name)

    def _record(self, item: object) -> Mapping[str, object]:
        if not isinstance(item, Mapping) or not set(item) <= set(self.fields):
            raise AttributeProblem(
                said(
                    "each of `{name}` has the fields {fields}",
                    name=self.name,
                    fields=_listed(self.fields),
                )
            )
        return MappingProxyType(
            {
                name: None
                if item.get(name) is None
                else _scalar(kind, item[name], self.name)
                for name, kind in self.fields.items()
            }
        )


def _scalar(kind: str, value: object, name: str) -> Any:
    if kind == "string" and type(value) is str:
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise AttributeProblem(
                said("`{name}` holds half of a surrogate pair", name=name)
            )
        if "\0" in value:
            # WHY: databases end a text there, so a search would see another value.
            raise AttributeProblem(said("`{name}` holds a NUL character", name=name))
        return value
    if kind == "boolean" and type(value) is bool:
        return value
    if kind == "integer" and type(value) is int:
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise AttributeProblem(said("`{name}` must fit into 64 bits", name=name))
        return value
    raise AttributeProblem(said("`{name}` must be {kind}", name=name, kind=SCALARS[kind]))


@dataclass(frozen=True, slots=True)
class TypeSchema:
    """One type of subject or resource."""

    name: str
    class_name: str
    group: str | None
    attributes: Mapping[str, Attribute]
    actions: frozenset[str]
    #: Where the store keeps it: one of FACTS.
    facts: str
    subject: bool
    #: May be asked about before it is registered.
    unregistered: bool
    registrable: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """The closed vocabulary of one policy set."""

    types: Mapping[str, TypeSchema]
    context: Mapping[str, Attribute]
    #: Declared properties of actions, by their own name; rules read them as
    #: `context.action_<name>`.
    action_properties: Mapping[str, Attribute]
    groups: tuple[str, ...] = ()

    def context_attributes(self) -> dict[str, Attribute]:
        """Everything that a rule may read of the context, action properties included."""
        return dict(self.context) | {
            f"action_{name}": attribute
            for name, attribute in self.action_properties.items()
        }

    def classes(self) -> dict[str, tuple[str, ...]]:
        """Class name -> the types it stands for: one for a type's own class, several for a
        group.
        """
        found = {
            group: tuple(t.name for t in self.types.values() if t.group == group)
            for group in self.groups
        }
        return found | {t.class_name: (t.name,) for t in self.types.values()}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
