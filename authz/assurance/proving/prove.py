"""Is each invariant true of a policy set, for all possible requests and facts?

What was proved before is remembered by its content, so that an edit costs what it touches.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from authz.assurance.proving.counterexample import confirmed
from authz.assurance.proving.idle import Matters
from authz.assurance.proving.invariant import Invariant, Invariants
from authz.assurance.proving.proofs import Idle, Proof, Proofs, Verdict, from_document
from authz.assurance.proving.questions import Question, question
from authz.assurance.proving.statements import Statements
from authz.assurance.symbolic.formula import Formula
from authz.assurance.symbolic.possible import possible
from authz.assurance.symbolic.solver import Undecided, solver_version
from authz.assurance.symbolic.universe import Universe
from authz.assurance.symbolic.witness import TIMEOUT_MS
from authz.engine.conditions import Signature
from authz.engine.gate.passed import Passed
from authz.engine.policyset import PolicySet
from authz.errors import InterpretedOnly, PolicyCheckError

#: Called with how many questions are done and how many there are.
Progress = Callable[[int, int], None]
OUT_OF_TIME = "time: the budget was used up; raise `engine.prove_seconds`, or try again"


def prove(
    policies: PolicySet,
    invariants: Invariants,
    *,
    record: Path | None = None,
    budget_s: float = 30,
    progress: Progress | None = None,
) -> Proofs:
    """What is known of every invariant, and which policies can never matter.

    record: the file that remembers what was proved. Units: budget_s is seconds of the
    clock; what is left over then is not proved. Raises: PolicyError for a body that is no
    rule of this set.
    """
    begun = time.monotonic()
    if invariants.source.revision != policies.revision:
        raise PolicyCheckError("the policy set and its invariants are not of one revision")
    passed, key = Passed(record), _key(policies, invariants)
    remembered = passed.outcome(key)
    if remembered is not None:
        return from_document(remembered["document"], time.monotonic() - begun)
    proving = _Proving(policies, invariants, set(passed.keys()), begun + budget_s, progress)
    found = proving.proofs()
    proofs = Proofs(*found, seconds=time.monotonic() - begun)
    if proofs.complete:
        document = proofs.document()
        passed.add(key, {"document": document, "passed": sorted(proving.without)})
    return proofs


def _key(policies: PolicySet, invariants: Invariants) -> str:
    """The content that all of it depends on."""
    said = [program(), policies.revision, invariants.text]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@cache
def program() -> str:
    """The hash of what proves: these modules, and the solver."""
    total = hashlib.sha256(solver_version().encode())
    for file in sorted(Path(__file__).parents[1].glob("*/*.py")):
        if file.parent.name in ("proving", "symbolic"):
            total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


class _Proving:
    """One run over a policy set."""

    def __init__(
        self,
        policies: PolicySet,
        invariants: Invariants,
        without: set[str],
        end: float,
        progress: Progress | None,
    ):
        self._policies = policies
        self._invariants = invariants
        self._statements = Statements(invariants, policies.schema)
        #: Hashes of questions that are known to have no answer.
        self.without = without
        self._end = end
        self._progress = progress
        self._total = invariants.count + len(policies.policies)
        self._done = 0

    def proofs(self) -> tuple[str, tuple[Proof, ...], tuple[Idle, ...], str]:
        """The parts of `Proofs`, but for the time."""
        proofs = tuple(self._proof(one) for one in self._invariants.all)
        return (self._policies.revision, proofs, *self._idle())

    def _proof(self, invariant: Invariant) -> Proof:
        verdict, reason, example = Verdict.PROVED, "", None
        questions: list[Question] = []
        try:
            for signatures in invariant.questions:
                one = question(self._policies, self._statements, invariant, signatures)
                questions.append(one)
                self._step()
                found = one.request(one.broken, **self._limits())
                if found is not None:
                    example = confirmed(one, found, self._policies, self._statements)
                    verdict = Verdict.VIOLATED
                    break
            else:
                reason = self._vacuous(questions)
        except (Undecided, InterpretedOnly) as exc:
            reason = str(exc)
        if reason:
            verdict = Verdict.NOT_PROVED
        return Proof(
            invariant.id,
            invariant.title,
            invariant.kind,
            invariant.line,
            verdict,
            reason,
            len(questions),
            example,
        )

    def _vacuous(self, questions: Sequence[Question]) -> str:
        """Why nothing is said by it; empty when something is. Raises: Undecided."""
        for one in questions:
            if one.request(one.about, **self._limits()) is not None:
                return ""
        return "vacuous: `when`, without `unless`, is true of no request"

    def _idle(self) -> tuple[tuple[Idle, ...], str]:
        found = []
        try:
            matters = Matters(self._policies, self._possible)
            for policy in self._policies.policies.values():
                self._step()
                idle = matters.idle(policy)
                if idle is not None:
                    found.append(idle)
        except (Undecided, InterpretedOnly) as exc:
            return tuple(found), str(exc)
        return tuple(found), ""

    def _possible(self, formula: Formula, signature: Signature) -> bool:
        universe = Universe.of(self._policies.schema, signature)
        one_type = signature.subject == signature.resource
        found = possible(formula, universe, one_type=one_type, **self._limits())
        return found is not None

    def _step(self) -> None:
        if self._progress:
            self._progress(self._done, self._total)
        self._done += 1

    def _limits(self) -> dict[str, Any]:
        """What a question may take. Raises: Undecided when no time is left."""
        left = round((self._end - time.monotonic()) * 1000)
        if left <= 0:
            raise Undecided(OUT_OF_TIME)
        return {"timeout_ms": min(left, TIMEOUT_MS), "without": self.without}
