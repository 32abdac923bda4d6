"""What flips truly, and what a replay says flips, decision by decision."""

from collections.abc import Callable

from authz.assurance.replaying.judging import Judge, NotReplayed, Why
from authz.assurance.replaying.questions import SEARCHES, Asked, questions_of
from authz.engine.policyset import PolicySet
from authz.storage.tenants import list_tenants
from tests.replaying.recorded import Oracle, Recorded

#: Request id and item; whether it is allowed from now on.
Flip = tuple[str, int | None, bool]


def flipped(
    at: Recorded, oracle: Oracle, *, by_oso: Callable[[], bool] = lambda: True
) -> set[Flip]:
    """The decisions that the oracle makes otherwise than they are recorded.

    by_oso: which of them the engine itself makes, besides those that flip.
    """
    found = set()
    for line in at.lines():
        items = None if line.kind == "evaluation" else range(len(line.decisions))
        for item, verdict in zip(items or [None], line.decisions, strict=False):
            truth = at.truths.get((line.request_id, item))
            if truth is None and item == 0:
                truth = at.truths.get((line.request_id, item := None))
            if truth is None:
                continue
            allowed = oracle.allows(line, truth, by_oso=by_oso())
            if allowed != verdict.decision:
                assert oracle.allows(line, truth, by_oso=True) == allowed, line
                found.add((line.request_id, item, allowed))
    return found


def outcomes(
    at: Recorded, candidate: PolicySet, base: PolicySet
) -> tuple[set[Flip], dict[tuple[str, int | None], tuple[str, str]]]:
    """The flips of a replay, and why others were not replayed."""
    flips, left = set(), {}
    with at.database.reading():
        revisions = {one.slug: one.revision for one in list_tenants(at.database)}
        judge = Judge(candidate, [base], at.database, revisions)
        for line in at.lines():
            if line.kind in SEARCHES:
                left[line.request_id, None] = (Why.SEARCH.value, "")
            for asked in questions_of(line):
                assert isinstance(asked, Asked)
                found, name = judge.judge(asked), (line.request_id, asked.item)
                if isinstance(found, NotReplayed):
                    left[name] = (found.why.value, found.attribute)
                elif found.decision.allowed != asked.verdict.decision:
                    flips.add((*name, found.decision.allowed))
    return flips, left
