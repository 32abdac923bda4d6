"""A decision as it leaves the API: to the caller, the decision log and the metrics."""

from msgspec import Struct

from authz.decision_log import verdict
from authz.model import Decision

ALLOWED, DENIED = b'{"decision":true}', b'{"decision":false}'

#: Outcomes that are kept to be recognized.
KNOWN_MAX = 1_000

#: By what a decision is counted: its reason and its first determining policy, if any.
Tally = tuple[str, str]


class Outcome(Struct, frozen=True, gc=False):
    """One decision."""

    #: What a caller is told who asked for no more.
    body: bytes
    #: How it stands in a line of the decision log.
    verdict: bytes
    tally: Tally


#: Determining policies and reason, which together say whether it is allowed -> outcome of
#: a decision without errors.
_KNOWN: dict[tuple[tuple[str, ...], str], Outcome] = {}


def outcome_of(decision: Decision) -> Outcome:
    """How that decision is told, written down and counted."""
    policies, reason = decision.determining, decision.reason._value_
    known = None if decision.errors else _KNOWN.get((policies, reason))
    if known is not None:
        return known
    found = Outcome(
        ALLOWED if decision.allowed else DENIED,
        verdict(decision),
        (reason, policies[0] if policies else ""),
    )
    if not decision.errors:
        if len(_KNOWN) >= KNOWN_MAX:
            _KNOWN.clear()
        _KNOWN[policies, reason] = found
    return found
