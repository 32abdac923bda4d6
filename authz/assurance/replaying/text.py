"""A replay in words: for a terminal, and as Markdown for the comment of a review."""

from collections.abc import Iterator, Sequence

from authz.assurance.replaying.judging import NotReplayed
from authz.assurance.replaying.report import (
    ALLOW_TO_DENY,
    DENY_TO_ALLOW,
    FlipGroup,
    Flips,
    Replay,
)
from authz.model import Reason
from authz.visible import visible

TITLES = {DENY_TO_ALLOW: "deny to allow", ALLOW_TO_DENY: "allow to deny"}
#: Groups that are shown of each kind; the JSON document has all of them.
SHOWN_MAX = 50
#: Why the candidate denies, where no policy of it says so.
REASONS = {
    Reason.UNKNOWN: "the candidate does not know it",
    Reason.MISSING_ATTRIBUTE: "the candidate requires an attribute that is not there",
    Reason.ATTRIBUTE_TYPE: "the candidate takes an attribute for another type",
    Reason.ERROR: "a policy of the candidate could not be evaluated",
    Reason.NO_PERMIT: "no permit of the candidate holds any more",
}


def in_words(found: Replay) -> str:
    """What a person reads at the terminal."""
    lines = list(_summary(found))
    for change, title in TITLES.items():
        groups = _of(found, change)
        lines += ["", f"{title}: {found.flipped(change):,}"]
        for group, flips in groups[:SHOWN_MAX]:
            lines += _flip_lines(group, flips)
        lines += _more(groups)
    if found.not_replayed:
        lines += ["", f"not replayed: {found.decisions - found.replayed:,}"]
        for why, count in found.not_replayed[:SHOWN_MAX]:
            lines.append(f"  {count:,}  {_why(why)}")
        lines += _more(found.not_replayed)
    return "\n".join(visible(line) for line in lines)


def markdown(found: Replay) -> str:
    """A section for the comment of a review."""
    lines = ["## Replay of recorded decisions", "", *_summary(found), ""]
    for change, title in TITLES.items():
        lines += [f"### {title.capitalize()}: {found.flipped(change):,}", ""]
        groups = _of(found, change)
        if groups:
            lines += ["| count | action | roles | policies | why | last |"]
            lines += ["|---|---|---|---|---|---|"]
            lines += [_row(group, flips) for group, flips in groups[:SHOWN_MAX]]
            lines += [*_more(groups), ""]
    if found.not_replayed:
        lines += [f"### Not replayed: {found.decisions - found.replayed:,}", ""]
        lines += ["| count | why | attribute | policies |", "|---|---|---|---|"]
        lines += [_why_row(why, n) for why, n in found.not_replayed[:SHOWN_MAX]]
        lines += _more(found.not_replayed)
    return "\n".join(lines).rstrip() + "\n"


def _summary(found: Replay) -> Iterator[str]:
    if found.first is None or found.last is None:
        yield "no decision is recorded"
    else:
        span = f"{found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC"
        yield f"{found.decisions:,} recorded decisions, {span}"
        yield f"replayable: {found.percent} % ({found.replayed:,})"
    if found.from_changed_facts:
        yield (
            f"{found.from_changed_facts:,} of them rest on facts that have changed since: "
            "their policies give the recorded answer again today"
        )
    if found.damaged_lines:
        yield f"{found.damaged_lines:,} lines of the log cannot be read"


def _of(found: Replay, change: str) -> list[tuple[FlipGroup, Flips]]:
    return [(group, flips) for group, flips in found.flips if group.change == change]


def _flip_lines(group: FlipGroup, flips: Flips) -> Iterator[str]:
    roles = f" by {', '.join(group.roles)}" if group.roles else ""
    yield f"  {flips.count:,}  {group.action}{roles}: {', '.join(group.policies)}"
    if group.reason in REASONS:
        yield f"     {REASONS[Reason(group.reason)]}"
    one = flips.examples[0]
    yield (
        f"     as {one['subject']} on {one['resource']} of {one['tenant']}, {one['time']}, "
        f"request {one['request_id']}"
    )
    if flips.count > 1 and flips.first and flips.last:
        yield f"     from {flips.first:%Y-%m-%d %H:%M} to {flips.last:%Y-%m-%d %H:%M} UTC"


def _why(why: NotReplayed) -> str:
    what = f": {why.attribute}" if why.attribute else ""
    by = f", read by {', '.join(why.policies)}" if why.policies else ""
    return f"{why.why}{what}{by}"


def _row(group: FlipGroup, flips: Flips) -> str:
    why = REASONS.get(Reason(group.reason), "")
    last = f"{flips.last:%Y-%m-%d %H:%M} UTC" if flips.last else ""
    cells = (_codes([group.action]), _codes(group.roles), _codes(group.policies), why, last)
    return f"| {flips.count:,} | {' | '.join(cells)} |"


def _why_row(why: NotReplayed, count: int) -> str:
    cells = (why.why, _codes([why.attribute]), _codes(why.policies))
    return f"| {count:,} | {' | '.join(cells)} |"


def _more(groups: Sequence[object]) -> list[str]:
    left = len(groups) - SHOWN_MAX
    return [f"and {left:,} more groups: see the JSON document"] if left > 0 else []


def _codes(texts: Sequence[str]) -> str:
    return ", ".join(f"`{_in_cell(text)}`" for text in texts if text)


def _in_cell(text: str) -> str:
    """WHY: what somebody asked for must not end the cell, or the code in it."""
    return visible(text).replace("`", "'").replace("|", "\\|")
