"""What could be changed about a request, by whom, and what the values are afterwards.

An atomic change touches one attribute of the subject, the resource or the context. How dear
it is says who can make it: an administrator of people first, then who looks after the
resource, then who asks, then who runs the tenant. Nobody changes what a thing is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from authz.engine.conditions import Attr, Signature, Value, Values
from authz.engine.schema import Attribute, Schema

#: One record of a record-set: its fields, sorted by name.
Fields = tuple[tuple[str, Value], ...]
#: Root -> attribute -> how it is declared; `id` and `tenant` are not among them.
Kinds = Mapping[str, Mapping[str, Attribute]]

#: What nobody can change: it says which thing it is.
FIXED = frozenset({"id", "tenant", "tenant_kind"})
#: Attributes of a person that are settings of the whole tenant.
TENANT_WIDE = frozenset({"tenant_status", "pages_protected"})
ROLES = "roles"
#: What one change costs: of a binding or an option, of a single value of the subject, ...
BINDING_COST, SUBJECT_COST, RESOURCE_COST = 1, 3, 10
#: WHY more than the resource: a role gives more than is asked for.
ROLE_COST = 15
CONTEXT_COST, TENANT_COST = 30, 100
#: WHY: a binding can narrow what a role reaches, so to be rid of one can open far more than
#: another one does.
REMOVAL_COST = 1
#: A field of a record that is only being made costs nothing beside the record.
_COSTS = {"record": 0, "resource": RESOURCE_COST, "context": CONTEXT_COST}
SETS = ("string-set", "record-set")


class Operation(StrEnum):
    """What is done to an attribute: a single value is set, a set gains or loses one."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute changed by one step."""

    root: str
    attribute: str
    operation: Operation
    value: Value | Fields

    def undoes(self, other: "Change") -> bool:
        """Whether one of the two would take back what the other does to a set."""
        same = (self.root, self.attribute, self.value) == (
            other.root,
            other.attribute,
            other.value,
        )
        return same and self.operation is not Operation.SET

    def is_overtaken(self, by: "Change") -> bool:
        """Whether the other sets the same single value."""
        single = self.operation is by.operation is Operation.SET
        return single and (self.root, self.attribute) == (by.root, by.attribute)


def kinds_of(schema: Schema, signature: Signature) -> Kinds:
    """The declared attributes of subject, resource and context of such a request."""
    return {
        "subject": schema.types[signature.subject].attributes,
        "resource": schema.types[signature.resource].attributes,
        "context": schema.context_attributes(),
    }


def cost(attribute: Attr, kinds: Kinds) -> int | None:
    """How dear one change of the attribute is; None when nobody can make it."""
    declared = kinds.get(attribute.root, {}).get(attribute.name)
    if declared is None or attribute.name in FIXED or declared.source == "clock":
        return None
    if attribute.root != "subject":
        return _COSTS[attribute.root]
    if attribute.name in TENANT_WIDE:
        return TENANT_COST
    if attribute.name == ROLES:
        return ROLE_COST
    return BINDING_COST if declared.type in SETS else SUBJECT_COST


def price(change: Change, kinds: Kinds) -> int:
    """What a change costs that somebody can make."""
    base = cost(Attr(change.root, change.attribute), kinds) or 0
    return base + (REMOVAL_COST if change.operation is Operation.REMOVE else 0)


def can_be_nil(declared: Attribute) -> bool:
    """Whether the attribute may be absent: nothing takes its place and nothing asks for
    it.
    """
    return not declared.required and declared.default is None


def mirrored(values: Values, kinds: Kinds, signature: Signature) -> frozenset[str]:
    """Attributes of the subject whose change is one of the resource: those stored, where
    somebody is asked about themselves.
    """
    who, what = values["subject"], values["resource"]
    same_id = (who["tenant"], who["id"]) == (what["tenant"], what["id"])
    if signature.subject != signature.resource or not same_id:
        return frozenset()
    return frozenset(
        name for name, kind in kinds["resource"].items() if kind.source == "stored"
    )


def applied(
    values: Values, changes: Iterable[Change], *, mirrored: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """The values after the changes, in whatever order.

    mirrored: attributes whose change of the subject is one of the resource, too.
    """
    after = {root: dict(attributes) for root, attributes in values.items()}
    for change in changes:
        name = change.attribute
        roots = [change.root]
        if change.root == "subject" and name in mirrored:
            roots.append("resource")
        for root in roots:
            after[root][name] = _changed(after[root][name], change)
    return after


def fields_of(record: Mapping[str, Value]) -> Fields:
    """The record as a change carries it."""
    return tuple(sorted(record.items()))


def _changed(held: Any, change: Change) -> Any:
    value = change.value
    if change.operation is Operation.SET:
        return value
    if isinstance(value, tuple):
        others = tuple(one for one in held if fields_of(one) != value)
        return (*others, dict(value)) if change.operation is Operation.ADD else others
    if change.operation is Operation.ADD:
        return frozenset(held) | {value}
    return frozenset(held) - {value}
