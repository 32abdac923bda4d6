"""Which value of an attribute counts: the stored one, the caller's, or neither (the sources
of the schema).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authz.decisions.ports import Clock, Facts, Stored
from authz.engine.records import fill_defaults
from authz.engine.schema import Attribute, AttributeProblem, Schema, TypeSchema
from authz.model import Caller, Entity, Reason, Request


@dataclass(slots=True)
class Gathered:
    """The attributes of one subject, resource or context, and what is wrong with them."""

    values: dict[str, object] = field(default_factory=dict)
    #: Attributes of the wrong type, in words.
    problems: list[str] = field(default_factory=list)
    #: Those of them that are stored so, and not said by the caller.
    malformed: list[str] = field(default_factory=list)
    #: Required attributes that are not there.
    missing: list[str] = field(default_factory=list)

    def fault(self, what: str) -> tuple[Reason, str] | None:
        """Why no decision can rest on these, or None; `what` names them for people."""
        if self.problems:
            return Reason.ATTRIBUTE_TYPE, f"{what}: {self.problems[0]}"
        if self.missing:
            return Reason.MISSING_ATTRIBUTE, f"{what}: `{self.missing[0]}` is missing"
        return None


def of_entity(
    kind: TypeSchema, entity: Entity, stored: Stored | None, tenant: str
) -> Gathered:
    """The attributes of a subject or resource, with `id` and `tenant`, defaults taken."""
    gathered = Gathered()
    if stored is not None and stored.malformed:
        gathered.problems.append(stored.malformed)
        gathered.malformed.append(stored.malformed)
    given: dict[str, object] = {}
    for name, attribute in kind.attributes.items():
        sent = _sent(attribute, entity.properties, gathered)
        kept = stored.attributes.get(name) if stored else None
        if _stored_counts(attribute, sent, stored is not None):
            before = len(gathered.problems)
            given[name] = _checked(attribute, kept, gathered)
            gathered.malformed += gathered.problems[before:]
        else:
            given[name] = sent
    gathered.values, gathered.missing = fill_defaults(kind.attributes, given)
    gathered.values["id"] = stored.id if stored else entity.id
    gathered.values["tenant"] = (
        stored.attributes.get("tenant", tenant) if stored else tenant
    )
    return gathered


def _stored_counts(attribute: Attribute, sent: object, registered: bool) -> bool:
    match attribute.source:
        case "stored":
            return True
        case "vouched":
            return registered
        case "any":
            return sent is None
    return False


def of_context(
    schema: Schema,
    request: Request,
    caller: Caller,
    subject: str,
    facts: Facts,
    clock: Clock,
) -> Gathered:
    """The attributes of the context, those of the action among them as `action_<name>`."""
    gathered = Gathered()
    given: dict[str, object] = {}
    for name, attribute in schema.context.items():
        if attribute.source == "request":
            given[name] = _sent(attribute, request.context, gathered)
        elif attribute.source == "caller":
            given[name] = caller.channel
        elif attribute.source == "clock":
            given[name] = int(clock())
        elif caller.session is not None:
            given[name] = facts.pages_unlocked(caller.tenant, caller.session, subject)
    for name, attribute in schema.action_properties.items():
        given[f"action_{name}"] = _sent(attribute, request.action.properties, gathered)
    gathered.values, gathered.missing = fill_defaults(schema.context_attributes(), given)
    return gathered


def _sent(
    attribute: Attribute, properties: Mapping[str, object], gathered: Gathered
) -> object:
    """The caller's value; one that is ignored is not even checked."""
    if attribute.source == "stored":
        return None
    return _checked(attribute, properties.get(attribute.name), gathered)


def _checked(attribute: Attribute, value: object, gathered: Gathered) -> object:
    try:
        return attribute.check(value)
    except AttributeProblem as exc:
        gathered.problems.append(str(exc))
        return None
