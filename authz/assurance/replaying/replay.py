"""Recorded decisions under a candidate policy set, on the facts of a database."""

from collections.abc import Callable, Iterable

from authz.assurance.replaying.judging import Judge, NotReplayed, Why
from authz.assurance.replaying.questions import SEARCHES, Unreadable, questions_of
from authz.assurance.replaying.report import Replay
from authz.decision_log.line import Line
from authz.engine.policyset import PolicySet
from authz.storage.database import Database
from authz.storage.tenants import list_tenants

#: Lines between two words about the progress.
TOLD_EVERY = 100


def replay(
    lines: Iterable[Line],
    candidate: PolicySet,
    base: PolicySet,
    database: Database,
    *,
    others: Iterable[PolicySet] = (),
    limit: int | None = None,
    progress: Callable[[int], None] = lambda _decisions: None,
) -> Replay:
    """What the candidate answers to each recorded decision.

    base: the set in force; `others`: more sets that may have made what is recorded.
    limit: decisions at most. progress: is told how many are done, from time to time.
    Raises: Unavailable when the log or the database cannot be read.
    """
    found = Replay(candidate.revision, base.revision)
    with database.reading():
        revisions = {one.slug: one.revision for one in list_tenants(database)}
        judge = Judge(candidate, (*others, base), database, revisions)
        for number, line in enumerate(lines):
            _add(found, judge, line, limit)
            if number % TOLD_EVERY == 0:
                progress(found.decisions)
            if found.decisions == limit:
                break
    return found


def _add(found: Replay, judge: Judge, line: Line, limit: int | None) -> None:
    """One line more, up to the limit."""
    if line.kind in SEARCHES:
        found.add(line, None, NotReplayed(Why.SEARCH))
        return
    for asked in questions_of(line):
        if isinstance(asked, Unreadable):
            found.add(line, None, NotReplayed(Why.UNREADABLE, asked.hidden))
        else:
            found.add(line, asked, judge.judge(asked))
        if found.decisions == limit:
            return
