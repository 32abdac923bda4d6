"""A batch of plain questions: what was answered before is told again, the rest is asked."""

from collections import ChainMap
from collections.abc import Mapping

from webapp.decision_api import access
from webapp.decision_api.endpoint import NO_ACCOUNTS, Answered, Asked
from webapp.decision_api.evaluation import Evaluate, accounts_of
from webapp.decision_api.outcome import outcome_of
from webapp.decision_api.plain import PlainBatch, Told


def plain_answer(asked: Asked, batch: PlainBatch, evaluate: Evaluate) -> Answered | None:
    """The answer; None when the facts or the policies changed while it was made.

    Raises: Unavailable.
    """
    assert asked.client is not None
    client, known = asked.client, asked.answers
    on = None if known is None else known.basis
    revisions = None if on is None else (on.policies, on.revision)
    made: dict[int, Told] = {}
    for place, request in batch.asked.items():
        answer = evaluate(request, access.caller(client, request.context), on)
        if revisions is None:
            revisions = answer.policies, answer.data_revision
        elif (answer.policies, answer.data_revision) != revisions:
            return None
        one = Told(outcome_of(answer.decision), accounts_of(request, answer))
        made[place] = one
        if known is not None and answer.basis is on is not None:
            known.keep_told(batch.texts[place], one)
    told = [one or made[place] for place, one in enumerate(batch.told)]
    assert revisions is not None
    policies, revision = revisions
    outcomes = [one.outcome for one in told]
    return Answered(
        body=b'{"evaluations":[%b]}' % b",".join([one.body for one in outcomes]),
        policy_revision=policies.revision,
        data_revision=revision,
        outcomes=outcomes,
        caller=access.caller(client, batch.context),
        accounts=_together(told),
    )


def _together(told: list[Told]) -> Mapping[str, str]:
    """The accounts that are named in any of them."""
    named = [one.accounts for one in told if one.accounts]
    return dict(ChainMap(*map(dict, named))) if named else NO_ACCOUNTS
