"""One recorded decision under the candidate: replayed, or why not.

Nothing is guessed. A recorded answer counts where the facts are still those that it was
made from, or where the policies that made it are at hand and give it again. What the line
does not hold may have been anything that agrees with the recorded answer, and the candidate
must answer the same to all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import product

from msgspec import Struct

from authz.assurance.replaying.hidden import Readers, concealed, is_known, with_any_value
from authz.assurance.replaying.past import Past
from authz.assurance.replaying.questions import IDS, Asked
from authz.decisions.pdp import Answer
from authz.engine.policyset import PolicySet
from authz.model import Caller, Decision, Reason, Request
from authz.storage.database import Database

#: Attribute of a subject by which flips are grouped.
ROLES = "roles"
#: Why something is denied before any policy is asked.
BY_SCHEMA = (Reason.UNKNOWN, Reason.ATTRIBUTE_TYPE, Reason.MISSING_ATTRIBUTE)


class Why(StrEnum):
    """Why a recorded decision was not replayed."""

    SEARCH = "it is a search"
    UNREADABLE = "the line does not hold its question"
    TENANT = "there is no such tenant any more"
    STRANGE = "it was made by policies that are not at hand"
    FACTS = "the facts have changed since"
    DIFFERENT = "the policies that made it do not give it again"
    LEFT_OUT = "the line does not hold who or what was asked about"
    MASKED = "a policy reads a masked value"
    MASKED_INTERPRETED = "a value is masked, and a policy that is interpreted may read it"
    MASKED_DECLARED = "a value is masked, and the schemas do not take it alike"
    SESSION = "the session is not recorded"
    CHANNEL = "the channel of the item is not recorded"


class NotReplayed(Struct, frozen=True):
    """Why nothing is said about a recorded decision."""

    why: Why
    #: What is missing, as `resource.amount`; empty where it is no attribute.
    attribute: str = ""
    #: Ids of the policies that read it, sorted.
    policies: tuple[str, ...] = ()


class Replayed(Struct, frozen=True):
    """What the candidate answers."""

    decision: Decision
    #: Whether the facts are of the revision that the recorded answer was made from.
    same_facts: bool = True
    roles: tuple[str, ...] = ()


class Judge:
    """Judges recorded decisions; use it within one `Database.reading`."""

    def __init__(
        self,
        candidate: PolicySet,
        at_hand: Iterable[PolicySet],
        database: Database,
        revisions: Mapping[str, int],
    ):
        """at_hand: sets that may have made the recorded decisions.

        revisions: of the facts of each tenant, in the same moment.
        """
        self._revisions = revisions
        self._sets = {
            one.revision: Past(one, database, revisions) for one in (*at_hand, candidate)
        }
        self._readers = {name: Readers(one.policies) for name, one in self._sets.items()}
        self._candidate = self._sets[candidate.revision]

    def judge(self, asked: Asked) -> Replayed | NotReplayed:
        """What becomes of it. Raises: Unavailable."""
        line, request = asked.line, asked.request
        if request is None:
            return Replayed(Decision(False, Reason.ERROR))
        revision = self._revisions.get(line.tenant)
        if revision is None:
            return NotReplayed(Why.TENANT)
        same_facts = revision == line.data_revision
        made = self._sets.get(line.policy_revision)
        if asked.hidden:
            filled = self._filled(asked, request, made)
            if isinstance(filled, NotReplayed):
                reason = self._denied_anyway(asked, request, made if same_facts else None)
                return Replayed(Decision(False, reason), same_facts) if reason else filled
            request = filled
        if made is None and not same_facts:
            return NotReplayed(Why.STRANGE)
        return self._compared(asked, request, made, same_facts)

    def _compared(
        self, asked: Asked, request: Request, made: Past | None, same_facts: bool
    ) -> Replayed | NotReplayed:
        line = asked.line
        at = line.time.timestamp()
        callers = [
            Caller(line.tenant, channel, session)
            for channel, session in product(asked.channels, asked.sessions)
        ]
        before: list[Answer] = []
        if made is not None:
            tried = [(one, made.answer(request, one, at)) for one in callers]
            given = [(one, a) for one, a in tried if _is_it(a.decision, asked)]
            callers, before = [one for one, _ in given], [answer for _, answer in given]
        if not callers:
            return NotReplayed(Why.DIFFERENT if same_facts else Why.FACTS)
        after = before
        if made is not self._candidate:
            after = [self._candidate.answer(request, one, at) for one in callers]
        if len({answer.decision.allowed for answer in after}) > 1:
            return self._depends(callers, after, request, made)
        roles = _roles([*after, *before])
        return Replayed(after[0].decision, same_facts, roles)

    def _depends(
        self,
        callers: Sequence[Caller],
        after: Sequence[Answer],
        request: Request,
        made: Past | None,
    ) -> NotReplayed:
        """The answer depends on what is known of the caller."""
        by_channel: dict[str | None, set[bool]] = {}
        for caller, answer in zip(callers, after, strict=True):
            by_channel.setdefault(caller.channel, set()).add(answer.decision.allowed)
        of_session = any(len(answers) > 1 for answers in by_channel.values())
        why, source = (Why.SESSION, "session") if of_session else (Why.CHANNEL, "caller")
        name, ids = "", set[str]()
        for readers in self._readers_of(made):
            found, read_by = readers.from_source(request, source)
            name, ids = found or name, ids | read_by
        return NotReplayed(why, name, tuple(sorted(ids)))

    def _denied_anyway(
        self, asked: Asked, request: Request, made: Past | None
    ) -> Reason | None:
        """Why the candidate denies it, whatever is hidden; None where that is not certain.

        made: what made the recorded answer, from the same facts.
        """
        if made is not None and self._is_denied_alike(made.policies, asked, request):
            return Reason(asked.verdict.reason)
        if not is_known(self._candidate.policies, request):
            return Reason.UNKNOWN
        is_hopeless = self._candidate_readers.never_permits(request)
        return Reason.NO_PERMIT if is_hopeless else None

    def _is_denied_alike(self, made: PolicySet, asked: Asked, request: Request) -> bool:
        """Whether it was denied before any policy was asked, and is again on these facts.

        WHY without what is hidden: only the schema, the facts and the request decide that.
        """
        candidate = self._candidate.policies
        if asked.verdict.reason not in BY_SCHEMA:
            return False
        if not (is_known(made, request) and is_known(candidate, request)):
            return False
        kinds = [
            (made.schema.types[type], candidate.schema.types[type])
            for type in (request.subject.type, request.resource.type)
        ]
        contexts = [one.schema.context_attributes() for one in (made, candidate)]
        return contexts[0] == contexts[1] and all(
            (old.facts, old.unregistered, old.attributes)
            == (new.facts, new.unregistered, new.attributes)
            for old, new in kinds
        )

    def _filled(
        self, asked: Asked, request: Request, made: Past | None
    ) -> Request | NotReplayed:
        """The request with what no policy reads filled in, or why there is none."""
        for path in IDS:
            if path in asked.hidden:
                return NotReplayed(Why.LEFT_OUT, path)
        new = concealed(self._candidate.policies, request, asked.hidden)
        old = concealed(made.policies, request, asked.hidden) if made else {}
        for attr in {**old, **new}:
            ids: set[str] = set()
            for readers in self._readers_of(made):
                found = readers.of(request, attr)
                if found is None:
                    return NotReplayed(Why.MASKED_INTERPRETED, str(attr))
                ids |= found
            if ids:
                return NotReplayed(Why.MASKED, str(attr), tuple(sorted(ids)))
            is_fault = asked.verdict.reason in BY_SCHEMA
            if is_fault or (made is not None and old.get(attr) != new.get(attr)):
                return NotReplayed(Why.MASKED_DECLARED, str(attr))
            if made is None:
                return NotReplayed(Why.STRANGE, str(attr))
        return with_any_value(request, new)

    @property
    def _candidate_readers(self) -> Readers:
        return self._readers[self._candidate.policies.revision]

    def _readers_of(self, made: Past | None) -> list[Readers]:
        found = [self._candidate_readers]
        if made is not None and made is not self._candidate:
            found.append(self._readers[made.policies.revision])
        return found


def _is_it(decision: Decision, asked: Asked) -> bool:
    """Whether it is the recorded answer, for the recorded reason and by those policies."""
    recorded = asked.verdict
    return (decision.allowed, decision.reason, decision.determining) == (
        recorded.decision,
        recorded.reason,
        recorded.policies,
    )


def _roles(answers: Iterable[Answer]) -> tuple[str, ...]:
    """The roles that one of the answers was made from; none where no attribute says so."""
    for answer in answers:
        if answer.inputs is not None:
            roles = answer.inputs.values[0].get(ROLES)
            if isinstance(roles, tuple | frozenset | set | list):
                return tuple(sorted(map(str, roles)))
    return ()
