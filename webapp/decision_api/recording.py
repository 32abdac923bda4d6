"""What is kept of a request that was answered: a record for the log, and counts."""

from collections.abc import Sequence
from typing import Protocol

from authz.decision_log import About, Record
from webapp.decision_api.endpoint import Answered, Asked
from webapp.decision_api.outcome import Tally


class Log(Protocol):
    """Where decisions are written down."""

    @property
    def required(self) -> bool:
        """Whether no decision may be given out that could not be written down."""
        ...

    def write(self, records: Sequence[Record]) -> bool:
        """Whether all of them are written."""
        ...


class Counts(Protocol):
    """What is counted of requests."""

    def answered(
        self, kind: str, status: int, tallies: Sequence[Tally], seconds: float
    ) -> None:
        """An answer was made; `tallies` has one for each decision in it."""
        ...

    def refused(self, code: str) -> None:
        """An error was answered."""
        ...


def about_of(kind: str, asked: Asked, text: bytes, answered: Answered) -> About | None:
    """What the decision log keeps; None where nothing was decided for anybody.

    text: the valid JSON that the body was read from; empty without one.
    """
    client, caller = asked.client, answered.caller
    if client is None or caller is None:
        return None
    return About(
        tenant=client.tenant,
        client=client.id,
        kind=kind,
        body=None if asked.plain is not None else asked.body,
        text=text,
        caller=caller,
        accounts=answered.accounts,
        verdicts=tuple([one.verdict for one in answered.outcomes]),
        found=answered.found,
        policy_revision=answered.policy_revision,
        data_revision=answered.data_revision or 0,
    )
