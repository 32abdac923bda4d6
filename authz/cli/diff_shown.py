"""A difference for people who read it on a terminal."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from authz.assurance.differing.difference import Difference
from authz.assurance.differing.groups import Responsible
from authz.assurance.differing.summary import (
    Alike,
    Together,
    example,
    groups_of,
    kinds_of,
    outcome,
    reach,
)
from authz.visible import visible

#: Change or verdict -> sign and colour.
SIGNS = {
    "added": ("+", "green"),
    "removed": ("-", "red"),
    "changed": ("~", "yellow"),
    "moved": ("→", "dim"),
    "gain": ("▲", "yellow"),
    "loss": ("▼", "blue"),
    "looser": ("▲", "yellow"),
    "stricter": ("▼", "blue"),
    "both": ("◆", "magenta"),
    "undecided": ("?", "red"),
}
_Line = tuple[str, str]


def report(difference: Difference) -> None:
    """Print it; colours only on a terminal, and not where NO_COLOR is set."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    for style, text in _lines(difference):
        console.print(Text(visible(text), style=style))


def _lines(difference: Difference) -> Iterator[_Line]:
    for name, side in (("old", difference.old), ("new", difference.new)):
        yield "", f"{name}  {side.name}  {side.policies.revision[:12]}"
    yield from _rules(difference)
    yield "bold", ""
    yield "bold", "Answers"
    yield "", f"  {outcome(difference)}"
    for alike in kinds_of(difference):
        yield from _kind(alike)
    yield from _people(difference)


def _rules(difference: Difference) -> Iterator[_Line]:
    policies = [one for one in difference.policies if one.change != "moved"]
    moved = len(difference.policies) - len(policies)
    yield "", ""
    yield "bold", "Rules"
    rows = [
        (one.change, f"{one.effect} {one.id}", one.new_place or one.old_place or "")
        for one in policies
    ]
    rows += [(one.change, one.text, one.place) for one in difference.clauses]
    width = max((len(text) for _, text, _ in rows), default=0)
    for change, text, place in rows:
        sign, style = SIGNS[change]
        yield style, f"  {sign} {text.ljust(width)}  {place}"
    for said in difference.schema_changes:
        yield SIGNS["changed"][1], f"  ~ {said}"
    if moved:
        yield "dim", f"  {moved} more say what they said, on another line"
    if not (rows or moved or difference.schema_changes):
        yield "dim", "  nothing was edited"


def _kind(alike: Alike) -> Iterator[_Line]:
    kind = alike.kind
    sign, style = SIGNS[kind.verdict]
    signature = kind.signature
    yield style, f"  {sign} {kind.verdict}: {signature.subject} on {signature.resource}"
    yield "", f"      {', '.join(alike.actions)}"
    if kind.reason:
        yield "", f"      not decided: {kind.reason}"
    for said, witness in (("allowed now", kind.gain), ("denied now", kind.loss)):
        if witness:
            yield "dim", f"      {said}: {example(witness)}"


def _people(difference: Difference) -> Iterator[_Line]:
    if difference.people is None:
        return
    yield "", ""
    yield "bold", "People"
    found = groups_of(difference)
    for together in found:
        yield from _group(together)
    if not found:
        yield "", "  nobody gains and nobody loses"
    for text in difference.people.undecided:
        yield SIGNS["undecided"][1], f"  ? {text}"
    for text in difference.people.notes:
        yield "dim", f"  {text}"


def _group(together: Together) -> Iterator[_Line]:
    group = together.group
    sign, style = SIGNS[group.change]
    actions = ", ".join(together.actions)
    on = group.signature.resource
    yield style, f"  {sign} {group.change} in {group.tenant}: {actions} on {on}"
    yield "", f"      {reach(group)}"
    if group.when:
        yield "", f"      when {group.when}"
    for policy in group.policies:
        yield "dim", f"      {_responsible(policy)}"


def _responsible(one: Responsible) -> str:
    dropped = " of the old set" if one.of == "old" else ""
    through = f", through {', '.join(one.through)}" if one.through else ""
    return f"{one.id}  {one.place}{dropped}{through}"
