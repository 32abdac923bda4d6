"""Do the conditions of a policy set say what its text says?

Everything is decided twice: by the compiled conditions, and by the reference, which is oso
itself on the text. For every kind of request the two are asked about requests that are made
to tell them apart (`models`), and compared policy by policy. One difference refuses the
set, with the smallest request that shows it.
"""

import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from authz.engine.combine import Evaluation, combine
from authz.engine.compiled import Compiled
from authz.engine.conditions import Condition, Signature, Ways
from authz.engine.gate.aimed import About, requests
from authz.engine.gate.counterexample import as_test, smallest
from authz.engine.gate.keys import key, policy_keys
from authz.engine.gate.known import Known
from authz.engine.gate.reach import Reach, reaches, strings
from authz.engine.gate.requests import Request, declared, satisfied
from authz.engine.polar import EvaluationFailed
from authz.engine.prepared import prepared
from authz.engine.records import Record
from authz.engine.schema import Schema
from authz.errors import PolicyCheckError
from authz.model import Effect

#: Called with how many signatures are done and how many there are.
Progress = Callable[[int, int], None]


class Twice(Protocol):
    """A policy set that decides in two ways."""

    @property
    def schema(self) -> Schema:
        """Its vocabulary."""
        ...

    def ways(self, signature: Signature) -> Ways:
        """Its conditions."""
        ...

    def visited(self, signature: Signature) -> tuple[str, ...]:
        """The texts of the clauses that the conditions were made from."""
        ...

    def compiled(self, signature: Signature) -> Compiled:
        """Its conditions as functions."""
        ...

    def record(self, type: str, values: Mapping[str, object]) -> Record:
        """A subject or resource for the reference."""
        ...

    def context(self, values: Mapping[str, object]) -> Record:
        """A context for the reference."""
        ...

    def ids(self, effect: Effect, args: tuple[object, ...]) -> set[str]:
        """The policies that hold by the reference. Raises: EvaluationFailed."""
        ...

    def holds(self, effect: Effect, policy_id: str, args: tuple[object, ...]) -> bool:
        """Whether that one does. Raises: EvaluationFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A request on which the two differ."""

    signature: Signature
    #: The smallest that was found.
    request: Request
    #: Ids of the policies about which they differ, sorted; empty when only the answer does.
    policies: tuple[str, ...]
    #: What the reference and the compiled conditions say, in words.
    reference: str
    compiled: str
    #: A test file that asks just this and expects what the reference says; one line.
    test: str

    def __str__(self) -> str:
        asked = f"`{self.signature.action}` on a `{self.signature.resource}`"
        return (
            f"the conditions differ from the policies about {asked}: the policies say "
            f"{self.reference}, the conditions {self.compiled}; as a policy test: "
            f"{self.test}"
        )


@dataclass(frozen=True, slots=True)
class GateResult:
    """What came of a comparison."""

    #: Requests that both were asked about.
    compared: int
    #: Conditions for which no satisfying request was found.
    skipped: int
    #: Keys of the signatures and of their policies on which they agree, sorted; those known
    #: before too.
    passed: tuple[str, ...]
    mismatch: Mismatch | None


def compare(
    policies: Twice,
    signatures: Sequence[Signature],
    budget_s: float,
    progress: Progress | None = None,
    known: Container[str] = (),
) -> GateResult:
    """What came of asking both about every signature whose key is not known.

    It ends at the first mismatch. Signatures with the same key are compared once, and so
    are policies that have the same key for several signatures.
    Units: budget_s is processor time. Raises: PolicyCheckError when that is used up.
    """
    end = time.process_time() + budget_s
    texts = {text for signature in signatures for text in policies.visited(signature)}
    values = Known(map(policies.ways, signatures), strings(texts))
    passed: set[str] = set()
    tried: set[object] = set()
    compared = skipped = 0
    for done, signature in enumerate(signatures):
        if progress:
            progress(done, len(signatures))
        ways, seen = policies.ways(signature), policies.visited(signature)
        reach = reaches(seen)
        this = key(signature, policies.schema, seen, ways)
        each = policy_keys(signature, policies.schema, reach, ways)
        if this not in known and this not in passed:
            both = _Both(policies, signature, reach)
            agreed = {p for p, one in each.items() if one in known or one in passed}
            for aimed in requests(
                signature, ways, policies.schema, values, reach, agreed, tried
            ):
                if time.process_time() > end:
                    raise PolicyCheckError(_spent(budget_s, done, len(signatures)))
                if aimed.request is None:
                    skipped += 1
                    continue
                compared += 1
                if not both.agree(aimed.request, aimed.about, aimed.policy):
                    mismatch = both.mismatch(aimed.request, aimed.about, aimed.policy)
                    return GateResult(compared, skipped, tuple(sorted(passed)), mismatch)
        passed |= {this, *each.values()}
    return GateResult(compared, skipped, tuple(sorted(passed)), None)


def _spent(budget_s: float, done: int, total: int) -> str:
    return (
        f"comparing used up its {budget_s:g} s: {done} of {total} kinds of request are "
        "done; write fewer alternatives, or raise `engine.compare_seconds`"
    )


class _Both:
    """The two ways to decide requests of one signature."""

    def __init__(self, policies: Twice, signature: Signature, reach: Mapping[str, Reach]):
        self._policies = policies
        self._signature = signature
        self._ways = policies.ways(signature)
        self._compiled = policies.compiled(signature)
        types = policies.schema.types
        self._tables = (
            ("subject", types[signature.subject].attributes),
            ("resource", types[signature.resource].attributes),
            ("context", policies.schema.context_attributes()),
        )
        self._effects = {policy: one.effect for policy, one in reach.items()}
        self._of: dict[str, list[Condition]] = {}
        for effect, conditions in _by_effect(self._ways):
            for condition in conditions:
                for policy in condition.policies:
                    self._effects[policy] = effect
                    self._of.setdefault(policy, []).append(condition)

    def agree(self, request: Request, about: About = About.ALL, policy: str = "") -> bool:
        """Whether they say the same of a request, or of one policy in it."""
        try:
            found, allowed = self._by_functions(request)
            if combine(found).allowed != allowed:
                return False
            if about is not About.POLICY:
                if found != self._by_conditions(request):
                    return False
                return about is About.FUNCTIONS or self._by_reference(request) == found
            effect = self._effects[policy]
            said = policy in (found.permits if effect is Effect.PERMIT else found.forbids)
            if said != any(satisfied(c, request) for c in self._of.get(policy, ())):
                return False
            return self._policies.holds(effect, policy, self._args(request)) == said
        except (EvaluationFailed, TypeError, KeyError, AttributeError, ValueError):
            # WHY those: what a compiled function can raise on a value that is not as it
            # expects; on such a request the two never agree.
            return False

    def mismatch(self, request: Request, about: About, policy: str) -> Mismatch:
        """The mismatch that this request shows, made as small as it gets."""
        attributes = declared(self._policies.schema, self._signature)
        small = smallest(
            request, attributes, lambda other: not self.agree(other, about, policy)
        )
        compiled: Evaluation | None = None
        reference: Evaluation | None = None
        said, meant = "that they cannot be evaluated", "that they cannot be evaluated"
        try:
            compiled, allowed = self._by_functions(small)
            said = _in_words(compiled, allowed)
        except (TypeError, KeyError, AttributeError, ValueError) as exc:
            said = f"nothing, but fail: {exc}"
        try:
            reference = self._by_reference(small)
            meant = _in_words(reference, combine(reference).allowed)
        except EvaluationFailed as exc:
            meant = f"nothing, but fail: {exc}"
        of = [x.permits | x.forbids if x else frozenset() for x in (compiled, reference)]
        test = as_test(
            self._signature,
            small,
            self._policies.schema,
            None if reference is None else combine(reference),
        )
        return Mismatch(
            self._signature, small, tuple(sorted(of[0] ^ of[1])), meant, said, test
        )

    def _by_functions(self, request: Request) -> tuple[Evaluation, bool]:
        s, r, c = (prepared(of, request[root]) for root, of in self._tables)
        return self._compiled.satisfied(s, r, c), self._compiled.allowed(s, r, c)

    def _by_conditions(self, request: Request) -> Evaluation:
        permits, forbids = (
            frozenset(c.policies[0] for c in conditions if satisfied(c, request))
            for _, conditions in _by_effect(self._ways)
        )
        return Evaluation(permits, forbids)

    def _by_reference(self, request: Request) -> Evaluation:
        ids = partial(self._policies.ids, args=self._args(request))
        return Evaluation(frozenset(ids(Effect.PERMIT)), frozenset(ids(Effect.FORBID)))

    def _args(self, request: Request) -> tuple[object, ...]:
        policies, signature = self._policies, self._signature
        return (
            policies.record(signature.subject, request["subject"]),
            signature.action,
            policies.record(signature.resource, request["resource"]),
            policies.context(request["context"]),
        )


def _by_effect(ways: Ways) -> tuple[tuple[Effect, tuple[Condition, ...]], ...]:
    return (Effect.PERMIT, ways.permits), (Effect.FORBID, ways.forbids)


def _in_words(found: Evaluation, allowed: bool) -> str:
    ids = ", ".join(f"`{one}`" for one in sorted(found.permits | found.forbids))
    return f"{'allow' if allowed else 'deny'}, with {ids or 'no policy'} satisfied"
