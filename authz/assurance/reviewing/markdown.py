"""A review as Markdown: short, for the comment on a change; the details are folded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from authz.assurance.reviewing.review import Review
from authz.assurance.reviewing.step import Level, Outcome, Remark, Step, counted, short

MARKS = {
    Outcome.PASSED: "✅",
    Outcome.FAILED: "❌",
    Outcome.UNDECIDED: "❔",
    Outcome.SKIPPED: "➖",
}
#: Findings of one step, and broken invariants, that are shown.
FINDINGS_MAX = 20
EXAMPLES_MAX = 5
#: What a comment may hold where it is put: more is refused there.
LENGTH_MAX = 60_000
#: What is read before the decision; the rest is folded.
_COMPARING = ("diff", "replay")


def markdown(review: Review) -> str:
    """The comment."""
    told = [step for step in review.steps if step.findings]
    sections = [
        _verdict(review),
        *(_section(step) for step in told if step.name in _COMPARING),
        *_examples(review.steps),
        *(_folded(step) for step in told if step.name not in _COMPARING),
        *_details(review.steps),
    ]
    text = ""
    for section in sections:
        if len(text) + len(section) > LENGTH_MAX:
            return f"{text}\nThere is more: `authz check-all` shows all of it.\n"
        text += section if not text else f"\n{section}"
    return text


def _verdict(review: Review) -> str:
    lines = [f"## Policy review: {_title(review)}", "", "| step | | |", "|---|---|---|"]
    lines += [
        f"| {step.name} | {MARKS[step.outcome]} {step.outcome} | {_cell(step.summary)} |"
        for step in review.steps
    ]
    base = f", compared with `{review.base_revision[:12]}`" if review.base_revision else ""
    lines += ["", f"Revision `{review.policy_revision[:12]}`{base}."]
    return _joined(lines)


def _title(review: Review) -> str:
    if failed := review.outcomes(Outcome.FAILED):
        return f"{_names(failed)} failed"
    if undecided := review.outcomes(Outcome.UNDECIDED):
        return f"{_names(undecided)} undecided"
    return "passed"


def _names(steps: Iterable[Step]) -> str:
    return ", ".join(f"`{step.name}`" for step in steps)


def _section(step: Step) -> str:
    titles = {"diff": "Who gains and who loses", "replay": "What was decided before"}
    return _joined([f"### {titles[step.name]}", "", *_findings(step)])


def _folded(step: Step) -> str:
    summary = f"<summary>{step.name}: {counted(len(step.findings), 'finding')}</summary>"
    return _joined(["<details>", summary, "", *_findings(step), "", "</details>"])


def _findings(step: Step) -> Iterator[str]:
    """What must be mended comes first."""
    found = sorted(step.findings, key=lambda one: list(Level).index(one.level))
    for one in found[:FINDINGS_MAX]:
        yield f"- {_finding(one)}"
    if len(found) > FINDINGS_MAX:
        yield f"- and {len(found) - FINDINGS_MAX} more"


def _finding(remark: Remark) -> str:
    place = f"{remark.file}:{remark.line}" if remark.line else remark.file
    said = f"**{remark.level}** {_inline(short(remark.message))} ({remark.rule})"
    return f"{said} at `{place}`" if place else said


def _examples(steps: Sequence[Step]) -> Iterator[str]:
    """The counterexamples of broken invariants, as tests to keep."""
    told: Mapping[str, Any] = next(
        (step.document for step in steps if step.name == "prove" and step.document), {}
    )
    shown = [one for one in told.get("invariants", ()) if one["counterexample"]]
    for one in shown[:EXAMPLES_MAX]:
        lines = [f"### Broken: {_inline(one['title'])}", ""]
        lines += ["A test that fails until this is mended:", ""]
        yield _joined([*lines, *_fenced(one["counterexample"]["test"])])


def _details(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        if step.details:
            summary = f"<summary>{step.name} in full</summary>"
            lines = ["<details>", summary, "", step.details.rstrip(), "", "</details>"]
            yield _joined(lines)


def _fenced(text: str) -> list[str]:
    """WHY so long a fence: what is inside may hold three."""
    return ["`````yaml", text.rstrip(), "`````"]


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|")


def _inline(text: str) -> str:
    """One line in which nothing but backticks is markup."""
    plain = " ".join(text.split()).replace("&", "&amp;")
    return plain.replace("<", "&lt;").replace("[", "\\[")


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
