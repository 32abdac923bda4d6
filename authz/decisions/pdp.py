"""The policy decision point (PDP): one question in, one answer out.

It knows no HTTP and no database. What it cannot know for certain, it denies, and says why.
"""

from collections.abc import Callable
from dataclasses import dataclass

from authz.decisions.attributes import of_context, of_entity
from authz.decisions.ports import Clock, Facts
from authz.engine.combine import combine
from authz.engine.policyset import PolicySet
from authz.errors import Unavailable
from authz.model import Caller, Decision, Entity, Reason, Request


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, with what it was made from."""

    decision: Decision
    #: The policy set that decided.
    policies: PolicySet
    #: Revision of the tenant's facts.
    data_revision: int

    @property
    def policy_revision(self) -> str:
        """Revision of the policy set that decided."""
        return self.policies.revision


#: How often a decision is begun again because the facts changed under it.
ATTEMPTS = 10


class PDP:
    """Decides by the policies that are active now and the facts as they are now."""

    def __init__(self, policies: Callable[[], PolicySet], facts: Facts, clock: Clock):
        self._policies = policies
        self._facts = facts
        self._clock = clock

    def evaluate(self, request: Request, caller: Caller) -> Answer:
        """The answer for one tenant, that of the caller.

        Raises: Unavailable when the facts cannot be reached or trusted; NotFound for an
        unknown tenant.
        """
        for _ in range(ATTEMPTS):
            policies = self._policies()
            revision = self._facts.revision(caller.tenant)
            decision = self._decide(policies, request, caller)
            # WHY: a subject of one revision and a resource of the next can allow together
            # what neither revision allows.
            if self._facts.held_revision(caller.tenant) == revision:
                return Answer(decision, policies, revision)
        raise Unavailable("the facts keep changing while the decision is made: ask again")

    def _decide(self, policies: PolicySet, request: Request, caller: Caller) -> Decision:
        types = policies.schema.types
        subject_type, resource_type = (
            types.get(request.subject.type),
            types.get(request.resource.type),
        )
        if subject_type is None or not subject_type.subject:
            return _unknown(f"no subject is of the type `{request.subject.type}`")
        if resource_type is None:
            return _unknown(f"no resource is of the type `{request.resource.type}`")
        if request.action.name not in resource_type.actions:
            return _unknown(
                f"`{request.action.name}` is no action of `{resource_type.name}`"
            )
        gathered = []
        for kind, entity, what in (
            (subject_type, request.subject, "subject"),
            (resource_type, request.resource, "resource"),
        ):
            stored = self._facts.find(caller.tenant, entity.type, entity.id)
            if stored is None and not kind.unregistered:
                return _unknown(f"the {what} {_named(entity)} is not known")
            gathered.append(of_entity(kind, entity, stored, caller.tenant))
        subject, resource = gathered
        context = of_context(
            policies.schema,
            request,
            caller,
            str(subject.values["id"]),
            self._facts,
            self._clock,
        )
        for part, what in (
            (subject, "subject"),
            (resource, "resource"),
            (context, "context"),
        ):
            if fault := part.fault(what):
                return Decision(False, fault[0], detail=fault[1])
        return combine(
            policies.evaluate(
                policies.record(subject_type.name, subject.values),
                request.action.name,
                policies.record(resource_type.name, resource.values),
                policies.context(context.values),
            )
        )


def _named(entity: Entity) -> str:
    return f"`{entity.type}:{entity.id}`"


def _unknown(detail: str) -> Decision:
    return Decision(False, Reason.UNKNOWN, detail=detail)
