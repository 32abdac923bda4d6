"""The step that proves the invariants."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from authz.assurance.proving.invariant import FILE
from authz.assurance.proving.invariant_file import read_invariants
from authz.assurance.proving.proofs import Proofs, Verdict
from authz.assurance.proving.prove import prove
from authz.assurance.reviewing.candidate import Candidate, Progress
from authz.assurance.reviewing.promises import dropped
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step, counted, unreadable
from authz.errors import PolicyError
from authz.settings import Config

_BROKEN = Verdict.VIOLATED.value
_UNKNOWN = Verdict.NOT_PROVED.value


def proved(
    candidate: Candidate, settings: Config, progress: Progress, base: Path | None
) -> Step:
    """Which invariants are proved, which the base has besides, and which policies can
    never matter.
    """
    directory = candidate.directory
    gone = tuple(dropped(base, directory)) if base else ()
    if not (directory / FILE).exists():
        said = f"there are no invariants: no `{FILE}` in the policy directory"
        return Step("prove", Outcome.SKIPPED, said, gone)
    try:
        found = prove(
            candidate.policies,
            read_invariants(directory, candidate.policies.schema),
            record=settings.policy.proofs,
            budget_s=settings.engine.prove_seconds,
            progress=lambda done, total: progress("invariants", done, total),
        )
    except PolicyError as exc:
        return unreadable("prove", exc, "unreadable")
    told = found.document()
    return Step("prove", _outcome(found), _summary(found), (*gone, *_remarks(told)), told)


def _outcome(found: Proofs) -> Outcome:
    if found.verdicts(Verdict.VIOLATED):
        return Outcome.FAILED
    return Outcome.UNDECIDED if found.verdicts(Verdict.NOT_PROVED) else Outcome.PASSED


def _summary(found: Proofs) -> str:
    counts = {verdict: len(found.verdicts(verdict)) for verdict in Verdict}
    said = (
        f"{counts[Verdict.PROVED]} of {counted(len(found.invariants), 'invariant')} proved"
    )
    if counts[Verdict.VIOLATED]:
        said += f", {counts[Verdict.VIOLATED]} broken"
    if counts[Verdict.NOT_PROVED]:
        said += f", {counts[Verdict.NOT_PROVED]} not decided"
    if found.idle:
        said += f"; {counted(len(found.idle), 'policy', 'policies')} can never matter"
    return said


def _remarks(told: Mapping[str, Any]) -> Iterator[Remark]:
    for one in told["invariants"]:
        place = {"file": one["file"], "line": one["line"]}
        said = f"`{one['id']}`: {one['title']}"
        if one["verdict"] == _BROKEN:
            by = ", ".join(f"`{id}`" for id in one["counterexample"]["determining"])
            said += f"; broken by {by}" if by else "; broken"
            yield Remark("invariant-violated", Level.ERROR, said, **place)
        elif one["verdict"] == _UNKNOWN:
            said += f"; not proved: {one['reason']}"
            yield Remark("invariant-not-proved", Level.WARNING, said, **place)
    for idle in told["idle"]:
        by = ", ".join(f"`{id}`" for id in idle["by"])
        said = f"`{idle['policy_id']}` is {idle['why']}" + (f", by {by}" if by else "")
        yield Remark(
            "idle-policy",
            Level.WARNING,
            said,
            idle["file"],
            idle["line"],
            idle["policy_id"],
        )
    if told["idle_reason"]:
        said = f"whether every policy matters is not known: {told['idle_reason']}"
        yield Remark("idle-policy", Level.NOTE, said)
