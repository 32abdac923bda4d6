"""How changes of the policies and their checks are printed."""

from collections.abc import Iterator, Mapping
from typing import Any

import click
import msgspec

from authz.administration import policy_files
from authz.administration.policy_approvals import Standing
from authz.administration.policy_changes import Change
from authz.administration.policy_checks import Check
from authz.administration.policy_revisions import Turn
from authz.administration.policy_rules import Gain
from authz.cli.exits import Exit
from authz.cli.printing import table, time
from authz.storage.policy_sets import Files
from authz.visible import visible

CHANGES = ("change", "status", "author", "since", "title")
TURNS = ("number", "revision", "since", "how", "change", "by")
#: Enough of a revision to tell it from others.
SHORT = 12
#: How a check ended -> what the command exits with.
EXITS = {"passed": Exit.OK, "undecided": Exit.INDETERMINATE, "failed": Exit.GATE_FAILED}
#: Steps that have an exit code of their own where they fail, the worst first.
STEP_EXITS = (("load", Exit.DOES_NOT_LOAD), ("test", Exit.TESTS_FAILED))


def change_row(change: Change) -> tuple[object, ...]:
    """A row of a list."""
    status = f"{change.status}, outdated" if change.is_outdated else change.status
    since = time(change.created_at)
    return change.number, status, change.author_label, since, change.title


def turn_row(turn: Turn) -> tuple[object, ...]:
    """A row of a list."""
    how = turn.kind.replace("_", " ") if turn.is_finished else "cut off"
    how = f"{how}, in force" if turn.is_in_force else how
    return turn.number, turn.revision[:SHORT], time(turn.since), how, turn.change, turn.by


def as_json(thing: object) -> Any:
    """What a program reads of it."""
    # WHY a hook: sentences for people are texts of a kind of their own.
    return msgspec.to_builtins(thing, enc_hook=str)


def print_change(
    change: Change, base: Files, candidate: Files, check: Check | None, shown: Standing
) -> None:
    """A change with all that is known of it."""
    click.echo(table(CHANGES, [change_row(change)]))
    for text in _lines(change.description):
        click.echo(f"  {text}")
    for how, paths in policy_files.differing(base, candidate).items():
        for path in paths:
            click.echo(f"{how}: {visible(path)}")
    if check is not None:
        print_check(check)
    for gain in shown.gains:
        click.echo(gain_line(gain))
    for what in ("check", "approve", "activate"):
        for reason in getattr(shown, what) if change.is_open else ():
            click.echo(f"{what}: {visible(reason)}")


def print_check(check: Check) -> None:
    """How a check stands, step by step."""
    click.echo(f"check {check.number}: {check.status}")
    if check.message:
        click.echo(f"  {visible(check.message)}")
    for step in (check.document or {}).get("steps", ()):
        click.echo(f"  {step['step']}: {step['outcome']}: {visible(step['summary'])}")
        for finding in step.get("findings", ()):
            if finding.get("level") != "note":
                click.echo(f"    {visible(_finding(finding))}")


def gain_line(gain: Gain) -> str:
    """A gain with the id by which it is ticked."""
    ticked = ", ".join(gain.ticked_by) or "nobody"
    return visible(f"gain {gain.id}: {_about(gain)} (ticked by {ticked})")


def exit_of_check(check: Check) -> Exit:
    """What a command exits with that made the check."""
    steps = (check.document or {}).get("steps", ())
    failed = {one["step"] for one in steps if one["outcome"] == "failed"}
    for step, code in STEP_EXITS:
        if step in failed:
            return code
    return EXITS.get(check.status, Exit.INTERNAL)


def _about(gain: Gain) -> str:
    group = gain.group
    if gain.kind == "people":
        people = "1 person" if group["people"] == 1 else f"{group['people']} people"
        things = f"{group['resources']} of type {group['resource_type']}"
        return f"{people} of {group['tenant']} may {group['action']} ({things})"
    if gain.kind == "possible":
        actions = ", ".join(group["actions"])
        return f"{group['subject']} may sooner do {actions} of {group['resource']}"
    return str(group["text"])


def _finding(finding: Mapping[str, Any]) -> str:
    place = ":".join(str(finding[part]) for part in ("file", "line") if finding.get(part))
    return f"{place}: {finding['message']}" if place else str(finding["message"])


def _lines(text: str) -> Iterator[str]:
    return (visible(line) for line in text.splitlines())
