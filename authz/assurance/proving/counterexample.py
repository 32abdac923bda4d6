"""A request that breaks an invariant: as small as it gets, confirmed by oso, and a test."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authz.assurance.proving.invariant import Kind
from authz.assurance.proving.layout import laid_out
from authz.assurance.proving.questions import Question
from authz.assurance.proving.statements import Statements
from authz.assurance.symbolic.formula import true_of
from authz.assurance.symbolic.possible import is_askable
from authz.assurance.symbolic.smaller import smallest_possible
from authz.assurance.symbolic.solver import Undecided
from authz.engine.combine import combine
from authz.engine.conditions import Signature
from authz.engine.gate.counterexample import as_test
from authz.engine.gate.requests import Request
from authz.engine.polar import EvaluationFailed
from authz.engine.policyset import PolicySet
from authz.model import Decision

#: The name of a counterexample's own test file.
TEST_FILE = "{id}_test.yaml"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A request that breaks an invariant; of a pair the first, and what else is done."""

    subject: Mapping[str, Any]
    action: str
    resource: Mapping[str, Any]
    context: Mapping[str, Any]
    #: Ids of the policies that decide it, sorted.
    determining: tuple[str, ...]
    #: A whole test file that fails on this set; empty where no test can ask it.
    test: str
    #: Of a pair: action, resource, context and determining of the second request.
    also: Mapping[str, Any] | None = field(default=None)


def confirmed(
    question: Question, request: Request, policies: PolicySet, statements: Statements
) -> Counterexample:
    """The smallest request that breaks it, as oso itself says.

    Raises: Undecided, where oso says otherwise or cannot say.
    """
    small = _smallest(question, request)
    decisions = [
        _decided(policies, statements, question, n, small)
        for n in range(len(question.signatures))
    ]
    singles = [question.single(small, n) for n in range(len(decisions))]
    rows = [
        _row(signature, single, decision)
        for signature, single, decision in zip(
            question.signatures, singles, decisions, strict=True
        )
    ]
    return Counterexample(
        subject={"type": question.signatures[0].subject, **small["subject"]},
        **rows[0],
        test=_test(question, singles[-1], policies),
        also=rows[1] if len(rows) > 1 else None,
    )


def _row(signature: Signature, request: Request, decision: Decision) -> dict[str, Any]:
    return {
        "action": signature.action,
        "resource": {"type": signature.resource, **request["resource"]},
        "context": request["context"],
        "determining": decision.determining,
    }


def _smallest(question: Question, request: Request) -> Request:
    def shows(found: Request) -> bool:
        return question.can_be(found) and true_of(question.broken, found)

    universe = question.universe
    return smallest_possible(request, universe, shows, one_type=question.one_type)


def _decided(
    policies: PolicySet,
    statements: Statements,
    question: Question,
    number: int,
    request: Request,
) -> Decision:
    """What oso decides, and that the request is one that the invariant is about."""
    signature, invariant = question.signatures[number], question.invariant
    single = question.single(request, number)
    subject = policies.record(signature.subject, single["subject"])
    resource = policies.record(signature.resource, single["resource"])
    args = subject, signature.action, resource, policies.context(single["context"])
    decision = combine(policies.evaluate(*args))
    wanted = invariant.kind is not Kind.ALWAYS
    try:
        about = statements.holds(
            invariant.when, args, absent=True
        ) and not statements.holds(invariant.unless, args, absent=False)
    except EvaluationFailed as exc:
        raise Undecided(f"oso cannot evaluate `when` or `unless`: {exc}") from exc
    if decision.errors or not about or decision.allowed is not wanted:
        raise Undecided("a counterexample was found, and oso says otherwise about it")
    return decision


def _test(question: Question, request: Request, policies: PolicySet) -> str:
    """A test of the last request that expects what the invariant wants."""
    signature, invariant = question.signatures[-1], question.invariant
    if not is_askable(request, signature):
        return ""
    data = json.loads(as_test(signature, request, policies.schema, None))
    data["suite"] = invariant.id
    test = data["tests"][0]
    test["name"] = f"{invariant.title}: {signature.action}"
    test["expect"] = "allow" if invariant.kind is Kind.ALWAYS else "deny"
    return laid_out(data)
