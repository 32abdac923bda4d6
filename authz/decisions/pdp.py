"""The policy decision point (PDP): one question in, one answer out.

It knows no HTTP and no database. What it cannot know for certain, it denies, and says why.
"""

from collections.abc import Callable

from msgspec import Struct

from authz.decisions.ports import Clock, Facts
from authz.decisions.sample import Sampled, Sampler
from authz.decisions.snapshot import Inputs, Snapshot, Stale
from authz.engine.policyset import PolicySet
from authz.errors import Unavailable
from authz.model import Caller, Decision, Request


class Answer(Struct, frozen=True):
    """A decision, with what it was made from."""

    decision: Decision
    #: The policy set that decided.
    policies: PolicySet
    #: Revision of the tenant's facts.
    data_revision: int
    #: None where the decision fell before all attributes were known.
    inputs: Inputs | None = None
    #: The policies and facts, of which the same question gets the same answer at any time;
    #: None where it depends on more.
    basis: Snapshot | None = None

    @property
    def policy_revision(self) -> str:
        """Revision of the policy set that decided."""
        return self.policies.revision


#: How often a decision is begun again because the facts changed under it.
ATTEMPTS = 10


class PDP:
    """Decides by the policies that are active now and the facts as they are now."""

    def __init__(
        self,
        policies: Callable[[], PolicySet],
        facts: Facts,
        clock: Clock,
        sampler: Sampler | None = None,
    ):
        self._policies = policies
        self._facts = facts
        self._clock = clock
        self._sampler = sampler
        self._snapshots: dict[str, Snapshot] = {}

    def wants_sample(self) -> bool:
        """Whether the next decision is to be made by the reference too."""
        return self._sampler is not None and self._sampler.wants()

    def evaluate(
        self,
        request: Request,
        caller: Caller,
        *,
        sample: bool | None = None,
        on: Snapshot | None = None,
    ) -> Answer:
        """The answer for one tenant, that of the caller.

        on: what `snapshot` gave for that tenant in the same moment, so that it need not be
        asked again.
        sample: whether the reference makes it too, where `wants_sample` has been asked.
        Raises: Unavailable when the facts cannot be reached or trusted; NotFound for an
        unknown tenant.
        """
        for _ in range(ATTEMPTS):
            snapshot, on = on or self.snapshot(caller.tenant), None
            try:
                known = snapshot.known(request, caller)
                decision, inputs = known or snapshot.decide(request, caller)
            except Stale:
                # WHY: a subject of one revision and a resource of the next can allow
                # together what neither revision allows.
                continue
            basis = snapshot if known else None
            if inputs and (self.wants_sample() if sample is None else sample):
                made, decision = decision, self._sampled(snapshot, inputs, decision)
                basis = basis if made == decision else None
            return Answer(decision, snapshot.policies, snapshot.revision, inputs, basis)
        raise Unavailable("the facts keep changing while the decision is made: ask again")

    def _sampled(self, snapshot: Snapshot, inputs: Inputs, decision: Decision) -> Decision:
        assert self._sampler is not None
        revisions = snapshot.policies.revision, snapshot.revision
        sampled = Sampled(snapshot.tenant, inputs.signature, *revisions)
        return self._sampler.compare(
            sampled, decision, lambda: snapshot.by_reference(inputs)
        )

    def snapshot(self, tenant: str) -> Snapshot:
        """The policies and the tenant's facts as they are now.

        Raises: Unavailable when the facts cannot be reached or trusted; NotFound for an
        unknown tenant.
        """
        policies = self._policies()
        revision = self._facts.revision(tenant)
        snapshot = self._snapshots.get(tenant)
        if (
            snapshot is None
            or snapshot.revision != revision
            or snapshot.policies is not policies
        ):
            snapshot = Snapshot(policies, self._facts, self._clock, tenant, revision)
            self._snapshots[tenant] = snapshot
        return snapshot
