"""A decision as it leaves the API: to the caller, the decision log and the metrics."""

from msgspec import Struct

from authz.decision_log import verdict
from authz.model import Decision

ALLOWED, DENIED = b'{"decision":true}', b'{"decision":false}'

#: By what a decision is counted: its reason and its first determining policy, if any.
Tally = tuple[str, str]


class Outcome(Struct, frozen=True):
    """One decision."""

    #: What a caller is told who asked for no more.
    body: bytes
    #: How it stands in a line of the decision log.
    verdict: bytes
    tally: Tally


def outcome_of(decision: Decision) -> Outcome:
    """How that decision is told, written down and counted."""
    policies = decision.determining
    return Outcome(
        ALLOWED if decision.allowed else DENIED,
        verdict(decision),
        (decision.reason.value, policies[0] if policies else ""),
    )
