"""Do live decisions agree with the reference? A small share of them is made both ways.

Where the two differ, nobody knows who is right: the answer is deny if either says so, and
the disagreement is reported, without any attribute of anybody.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from authz.engine.conditions import Signature
from authz.engine.polar import OUT_OF_TIME
from authz.errors import AuthzError
from authz.model import Decision

#: Disagreements that are told apart; beyond that, they are reported again.
SEEN_MAX = 1_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Which decision was made both ways; nothing of it identifies a person."""

    tenant: str
    signature: Signature
    policy_revision: str
    data_revision: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One decision that came out differently."""

    sampled: Sampled
    compiled: Decision
    reference: Decision

    def __str__(self) -> str:
        signature = self.sampled.signature
        return (
            f"conditions and policies differ about `{signature.action}` on a "
            f"`{signature.resource}` by a `{signature.subject}`: "
            f"{_in_words(self.compiled)} against {_in_words(self.reference)}"
        )


def _ran_out_of_time(reference: Decision, compiled: Decision) -> bool:
    """Whether nothing but a lack of time tells the two apart."""
    return all(error.message.startswith(OUT_OF_TIME) for error in reference.errors) and (
        bool(reference.errors) and set(reference.determining) <= set(compiled.determining)
    )


def _in_words(decision: Decision) -> str:
    named = [
        *decision.determining,
        *(f"{e.policy_id}: {e.message}" for e in decision.errors),
    ]
    by = ", ".join(f"`{one}`" for one in named) or "no policy"
    return f"{'allow' if decision.allowed else 'deny'} ({decision.reason}) by {by}"


class Sampler:
    """Asks the reference for a share of the decisions."""

    def __init__(
        self,
        rate: float,
        random: Callable[[], float],
        record: Callable[[Disagreement], None],
    ):
        """`random` gives numbers from 0 to 1, never 1 itself; `record` may raise an
        AuthzError when it cannot.
        """
        self._rate = rate
        self._random = random
        self._record = record
        self._seen: set[tuple[object, ...]] = set()
        #: How many there were so far.
        self.disagreements = 0

    def wants(self) -> bool:
        """Whether the next decision is to be made both ways."""
        return self._random() < self._rate

    def compare(
        self, sampled: Sampled, compiled: Decision, reference: Callable[[], Decision]
    ) -> Decision:
        """The decision to serve: the one that both made, else a deny if there is one.

        A disagreement is logged each time and recorded once; when it cannot be recorded,
        there is a decision all the same. A policy that the reference had no time for says
        nothing; the others do.
        """
        expected = reference()
        if expected == compiled:
            return compiled
        if _ran_out_of_time(expected, compiled):
            _log.warning("a sampled decision was not compared: the reference took too long")
            return compiled
        found = Disagreement(sampled, compiled, expected)
        self.disagreements += 1
        _log.error("%s", found)
        self._report(found)
        return compiled if expected.allowed else expected

    def _report(self, found: Disagreement) -> None:
        about = found.sampled
        ids = found.compiled.determining, found.reference.determining
        mark = (about.tenant, about.signature, about.policy_revision, *ids)
        if mark in self._seen:
            return
        if len(self._seen) >= SEEN_MAX:
            self._seen.clear()
        try:
            self._record(found)
        except AuthzError as exc:
            _log.error("this disagreement cannot be recorded as an event: %s", exc)
        else:
            self._seen.add(mark)
