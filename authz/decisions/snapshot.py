"""Decisions of one tenant at one revision of its facts, by one policy set.

What has been prepared once is used again, without any check that it still holds: whoever
asks makes sure first that the revision is the present one.
"""

import logging
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from authz.decisions.attributes import of_context, of_entity
from authz.decisions.kept import Kept
from authz.decisions.ports import Clock, Facts
from authz.engine.combine import combine
from authz.engine.conditions import Signature
from authz.engine.packed import ID, Layout, Packed
from authz.engine.policyset import PolicySet
from authz.engine.prepared import Prepared
from authz.engine.schema import TypeSchema
from authz.model import Caller, Decision, Entity, Reason, Request

_CHANNEL = {"channel"}
_GRAVITY = (Reason.ATTRIBUTE_TYPE, Reason.UNKNOWN, Reason.MISSING_ATTRIBUTE)
_log = logging.getLogger(__name__)


class Stale(Exception):
    """The facts are of another revision by now."""


class Inputs(Struct, frozen=True):
    """What a decision was made from."""

    #: Type of the subject, name of the action, type of the resource.
    kind: tuple[str, str, str]
    layout: Layout
    #: Attributes of subject, resource and context.
    packed: tuple[Packed, Packed, Packed]

    @property
    def signature(self) -> Signature:
        """What kind of request it was."""
        return Signature(*self.kind)

    @property
    def ids(self) -> tuple[str, str]:
        """The opaque ids of subject and resource."""
        subject, resource, _ = self.packed
        return subject[ID], resource[ID]

    @property
    def values(self) -> tuple[Prepared, Prepared, Prepared]:
        """Attributes of subject, resource and context, by name."""
        return self.layout.unpacked(*self.packed)


class _Part(Struct, frozen=True):
    """A subject or resource that a decision can rest on, or why none can."""

    values: Prepared
    fault: tuple[Reason, str] | None = None


class Snapshot:
    """The policies, and the facts of one tenant as they were at one revision."""

    def __init__(
        self, policies: PolicySet, facts: Facts, clock: Clock, tenant: str, revision: int
    ):
        self.policies = policies
        self.tenant = tenant
        self.revision = revision
        self._facts = facts
        self._clock = clock
        self._kept = Kept(policies)
        self._lasting = self._kept.lasting
        #: Channel -> context of a request that says nothing else.
        self._contexts: dict[object, Prepared] = {}
        #: The same as functions take it.
        self._packed_contexts: dict[object, Packed] = {}
        self._timeless = policies.timeless
        channel = policies.schema.context.get("channel")
        #: Whether what a request says of the channel has been taken account of at the door.
        self._channel_is_fixed = channel is None or channel.source == "caller"

    def quick(
        self,
        subject: Mapping[str, Any],
        action: Mapping[str, Any],
        resource: Mapping[str, Any],
        context: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Whether the decision is allow; None where it takes a whole `decide` to say.

        Only for requests without properties, of which everything is prepared already.
        """
        try:
            kind, thing = subject["type"], resource["type"]
            functions = self._timeless[kind][thing][action["name"]]
            s = self._lasting[kind][subject["id"]]
            r = self._lasting[thing][resource["id"]]
            c = self._packed_contexts[context["channel"] if context else None]
        except (KeyError, TypeError):
            return None
        if len(subject) + len(action) + len(resource) != 5:
            return None
        if len(context) > 1 if context else context is not None and context != {}:
            return None
        return functions.is_allowed(s, r, c)

    def known(self, request: Request, caller: Caller) -> tuple[Decision, Inputs] | None:
        """What `decide` gives, where everything is prepared already; None elsewhere.

        It depends on nothing but the request, the caller, and what this is a snapshot of.
        """
        subject, action, resource = request.subject, request.action, request.resource
        if subject.properties or resource.properties:
            return None
        if not self._says_nothing(request, caller):
            return None
        try:
            functions = self._timeless[subject.type][resource.type][action.name]
            s = self._lasting[subject.type][subject.id]
            r = self._lasting[resource.type][resource.id]
            c = self._packed_contexts[caller.channel]
        except KeyError:
            return None
        kind = (subject.type, action.name, resource.type)
        return functions.decide(s, r, c), Inputs(kind, functions.layout, (s, r, c))

    def decide(self, request: Request, caller: Caller) -> tuple[Decision, Inputs | None]:
        """The decision, and what it was made from where it got so far.

        Raises: Stale; Unavailable when the facts cannot be reached or trusted.
        """
        types = self.policies.schema.types
        subject_type = types.get(request.subject.type)
        resource_type = types.get(request.resource.type)
        if subject_type is None or not subject_type.subject:
            return _unknown(f"no subject is of the type `{request.subject.type}`"), None
        if resource_type is None:
            return _unknown(f"no resource is of the type `{request.resource.type}`"), None
        if request.action.name not in resource_type.actions:
            return _unknown(
                f"`{request.action.name}` is no action of `{resource_type.name}`"
            ), None
        kind = (subject_type.name, request.action.name, resource_type.name)
        signature = Signature(*kind)
        subject = self._part(subject_type, request.subject, "subject")
        resource = self._part(resource_type, request.resource, "resource")
        of_session = subject.values.get("id", request.subject.id)
        context = self._context(request, caller, str(of_session))
        if fault := _gravest(subject, resource, context):
            return Decision(False, fault[0], detail=fault[1]), None
        layout = self.policies.layout(signature)
        packed = layout.packed(subject.values, resource.values, context.values)
        return self.policies.decide(signature, *packed), Inputs(kind, layout, packed)

    def by_reference(self, inputs: Inputs) -> Decision:
        """The decision that the reference makes of these inputs."""
        return combine(self.policies.reference(inputs.signature, *inputs.packed))

    def _part(self, kind: TypeSchema, entity: Entity, what: str) -> _Part:
        if not entity.properties:
            values = self._kept.find(kind.name, entity.id, self._clock())
            if values is not None:
                return _Part(values)
        stored = self._facts.find(self.tenant, kind, entity.id)
        if self._facts.held_revision(self.tenant) != self.revision:
            raise Stale
        gathered = of_entity(kind, entity, stored, self.tenant)
        if stored is None and not kind.unregistered and not gathered.problems:
            return _Part({}, (Reason.UNKNOWN, f"the {what} {_named(entity)} is not known"))
        if gathered.malformed:
            _log.error(
                "the stored row of %s:%s in tenant %s cannot be used: %s",
                kind.name,
                ascii(entity.id),
                self.tenant,
                gathered.malformed[0],
            )
        values = self.policies.prepared(kind.name, gathered.values)
        part = _Part(values, gathered.fault(what))
        if stored is not None and part.fault is None and not entity.properties:
            self._kept.keep(kind.name, entity.id, part.values, stored.valid_until)
        return part

    def _context(self, request: Request, caller: Caller, subject: str) -> _Part:
        plain = self._says_nothing(request, caller)
        if plain and (kept := self._contexts.get(caller.channel)) is not None:
            return _Part({**kept, **self._time()})
        gathered = of_context(
            self.policies.schema, request, caller, subject, self._facts, self._clock
        )
        values = self.policies.prepared_context(gathered.values)
        part = _Part(values, gathered.fault("context"))
        if plain and part.fault is None:
            self._contexts[caller.channel] = values
            self._packed_contexts[caller.channel] = self.policies.packed_context(values)
        return part

    def _says_nothing(self, request: Request, caller: Caller) -> bool:
        """Whether the context follows from the channel and the time alone."""
        if request.action.properties or caller.session is not None:
            return False
        said = request.context.keys()
        return not said or (said == _CHANNEL and self._channel_is_fixed)

    def _time(self) -> dict[str, int]:
        return dict.fromkeys(self.policies.clocks, int(self._clock()))


def _gravest(*parts: _Part) -> tuple[Reason, str] | None:
    """The fault to tell of, or None.

    WHY what was sent wrongly before what is not there: else it would tell the two apart.
    """
    faults = [part.fault for part in parts if part.fault]
    return min(faults, key=lambda fault: _GRAVITY.index(fault[0]), default=None)


def _named(entity: Entity) -> str:
    return f"`{entity.type}:{entity.id}`"


def _unknown(detail: str) -> Decision:
    return Decision(False, Reason.UNKNOWN, detail=detail)
