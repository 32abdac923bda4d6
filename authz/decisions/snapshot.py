"""Decisions of one tenant at one revision of its facts, by one policy set.

What has been prepared once is used again, without any check that it still holds: whoever
asks makes sure first that the revision is the present one.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authz.decisions.attributes import of_context, of_entity
from authz.decisions.ports import Clock, Facts
from authz.engine.combine import combine
from authz.engine.conditions import Signature
from authz.engine.policyset import PolicySet
from authz.engine.prepared import Prepared
from authz.engine.schema import TypeSchema
from authz.model import Caller, Decision, Entity, Reason, Request

#: Subjects and resources kept of one tenant; the oldest go first.
PARTS_MAX = 50_000
_CHANNEL = {"channel"}
_GRAVITY = (Reason.ATTRIBUTE_TYPE, Reason.UNKNOWN, Reason.MISSING_ATTRIBUTE)
_log = logging.getLogger(__name__)


class Stale(Exception):
    """The facts are of another revision by now."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a decision was made from."""

    signature: Signature
    subject: Prepared
    resource: Prepared
    context: Prepared


@dataclass(frozen=True, slots=True)
class _Part:
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
        #: (type, id) -> attributes, of what is stored and does not end by itself.
        self._parts: dict[tuple[str, str], Prepared] = {}
        #: The same of what ends, with when: epoch seconds.
        self._ending: dict[tuple[str, str], tuple[Prepared, float]] = {}
        #: Channel -> context of a request that says nothing else.
        self._contexts: dict[object, Prepared] = {}
        self._functions = policies.functions
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
            allowed = self._functions[kind, action["name"], thing]
            s = self._parts[kind, subject["id"]]
            r = self._parts[thing, resource["id"]]
            c = self._contexts[context["channel"] if context else None]
        except (KeyError, TypeError):
            return None
        if len(subject) + len(action) + len(resource) != 5:
            return None
        if context is not None and (context != {} if not context else len(context) > 1):
            return None
        return allowed(s, r, c)

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
        signature = Signature(subject_type.name, request.action.name, resource_type.name)
        subject = self._part(subject_type, request.subject, "subject")
        resource = self._part(resource_type, request.resource, "resource")
        of_session = subject.values.get("id", request.subject.id)
        context = self._context(request, caller, str(of_session))
        if fault := _gravest(subject, resource, context):
            return Decision(False, fault[0], detail=fault[1]), None
        inputs = Inputs(signature, subject.values, resource.values, context.values)
        return self.combined(inputs), inputs

    def combined(self, inputs: Inputs) -> Decision:
        """The decision that the policies make of these inputs."""
        return combine(
            self.policies.satisfied(
                inputs.signature, inputs.subject, inputs.resource, inputs.context
            )
        )

    def by_reference(self, inputs: Inputs) -> Decision:
        """The same, by the reference."""
        return combine(
            self.policies.reference(
                inputs.signature, inputs.subject, inputs.resource, inputs.context
            )
        )

    def _part(self, kind: TypeSchema, entity: Entity, what: str) -> _Part:
        key = (entity.type, entity.id)
        if not entity.properties:
            if (values := self._parts.get(key)) is not None:
                return _Part(values)
            ending = self._ending.get(key)
            if ending is not None and self._clock() < ending[1]:
                return _Part(ending[0])
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
            self._keep(key, part.values, stored.valid_until)
        return part

    def _keep(
        self, key: tuple[str, str], values: Prepared, valid_until: float | None
    ) -> None:
        if len(self._parts) + len(self._ending) >= PARTS_MAX:
            # WHY a copy of the keys: other threads add theirs at the same time.
            for kept in (self._parts, self._ending):
                for oldest in list(kept)[: PARTS_MAX // 10]:
                    kept.pop(oldest, None)
        if valid_until is None:
            self._parts[key] = values
        else:
            self._ending[key] = (values, valid_until)

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
