"""From the policies that hold to the decision. Four sentences, in this order:

1. If a forbid is satisfied, deny; the determining policies are those forbids.
2. Else, if a forbid could not be evaluated, deny, because nobody can know that it would not
have held.
3. Else, if a permit is satisfied, allow; the determining policies are those permits.
4. Else deny; no policy determined it.

A permit that could not be evaluated gives nothing. Every error is reported. Source: the
authorizer of Cedar (cedar-spec, Cedar/Spec/Authorizer.lean), but for the second sentence:
Cedar skips a policy that errs, since it validates policies against a schema first, which
Polar does not allow in full.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from authz.model import Decision, EvaluationError, Reason


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Which policies hold for one request, and which could not be evaluated."""

    permits: frozenset[str] = frozenset()
    forbids: frozenset[str] = frozenset()
    permit_errors: tuple[EvaluationError, ...] = ()
    forbid_errors: tuple[EvaluationError, ...] = ()


def combine(evaluation: Evaluation) -> Decision:
    """The decision that follows; order and repetition of policies cannot matter."""
    errors = _sorted(evaluation.forbid_errors + evaluation.permit_errors)
    if evaluation.forbids:
        determining = tuple(sorted(evaluation.forbids))
        overruled = tuple(sorted(evaluation.permits))
        return Decision(False, Reason.FORBIDDEN, determining, errors, overruled)
    if evaluation.forbid_errors:
        return Decision(False, Reason.ERROR, (), errors)
    if evaluation.permits:
        return Decision(True, Reason.PERMITTED, tuple(sorted(evaluation.permits)), errors)
    return Decision(False, Reason.NO_PERMIT, (), errors)


def _sorted(errors: Iterable[EvaluationError]) -> tuple[EvaluationError, ...]:
    return tuple(sorted(set(errors), key=lambda error: (error.policy_id, error.message)))
