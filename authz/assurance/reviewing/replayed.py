"""The step that asks recorded decisions again."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from authz.assurance.replaying.replay import replay
from authz.assurance.replaying.report import DENY_TO_ALLOW, Replay
from authz.assurance.replaying.text import TITLES, markdown
from authz.assurance.reviewing.candidate import Candidate, Progress
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step, counted
from authz.decision_log.reading import Damage, read
from authz.storage.database import Database

Document = Mapping[str, Any]


def replayed(
    candidate: Candidate,
    base: Candidate,
    database: Database,
    log: Path | Sequence[Path],
    fail_on: str | None,
    progress: Progress,
) -> Step:
    """Which recorded decisions would come out otherwise. Raises: Unavailable."""
    damaged: list[Damage] = []
    found = replay(
        read(log, damaged.append),
        candidate.policies,
        base.policies,
        database,
        progress=lambda decisions: progress("decisions replayed", decisions, 0),
    )
    found.damaged_lines = len(damaged)
    asked = {"any": found.flipped(), "gain": found.flipped(DENY_TO_ALLOW)}
    told = found.document()
    return Step(
        "replay",
        Outcome.FAILED if asked.get(fail_on or "") else Outcome.PASSED,
        _summary(found),
        tuple(_remarks(told, fail_on)),
        told,
        markdown(found),
    )


def _summary(found: Replay) -> str:
    flips = counted(found.flipped(), "flip")
    of = counted(found.decisions, "decision")
    return f"{flips} in {of}, of which {found.percent} % could be replayed"


def _remarks(told: Document, fail_on: str | None) -> Iterator[Remark]:
    for flip in told["flips"]:
        counts = fail_on == "any" or (fail_on and flip["change"] == DENY_TO_ALLOW)
        roles = ", ".join(flip["roles"]) or "no role"
        number = counted(flip["count"], "recorded decision")
        said = f"{TITLES[flip['change']]}: {number} about `{flip['action']}` by {roles}"
        level = Level.ERROR if counts else Level.NOTE
        policy = flip["policies"][0] if flip["policies"] else ""
        yield Remark("decision-flips", level, said, policy_id=policy)
    for rest in told["not_replayed"]:
        of = f" (`{rest['attribute']}`)" if rest["attribute"] else ""
        said = f"{counted(rest['count'], 'decision')} not replayed: {rest['why']}{of}"
        yield Remark("not-replayed", Level.NOTE, said)
