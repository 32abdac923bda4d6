"""A difference as Markdown, for a comment on a change that is under review."""

import json
import re
from collections.abc import Iterator

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

SIGNS = {"gain": "▲ gain", "loss": "▼ loss"}
#: Rows of a table: a comment must stay readable.
ROWS_MAX = 50
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def markdown(difference: Difference) -> str:
    """The whole comment."""
    return "\n".join(_lines(difference)) + "\n"


def _lines(difference: Difference) -> Iterator[str]:
    old, new = difference.old.name, difference.new.name
    yield f"## Policies: {_code(old)} → {_code(new)}"
    yield ""
    yield f"{outcome(difference).capitalize()}."
    yield from _people(difference)
    yield from _kinds(kinds_of(difference))
    yield from _texts(difference)


def _people(difference: Difference) -> Iterator[str]:
    yield ""
    yield "### Who gains and who loses"
    yield ""
    if difference.people is None:
        yield "No database was looked at."
        return
    found = groups_of(difference)
    if found:
        yield "| | Company | May | Who and what | When | Because of |"
        yield "|---|---|---|---|---|---|"
        yield from map(_group, found[:ROWS_MAX])
    else:
        yield "Nobody."
    if len(found) > ROWS_MAX:
        yield f"\n{len(found) - ROWS_MAX} further groups are in the JSON output."
    for text in (*difference.people.undecided, *difference.people.notes):
        yield f"\n{_plain(text)}"


def _group(found: Together) -> str:
    group = found.group
    actions = ", ".join(map(_code, found.actions))
    cells = (
        SIGNS[group.change],
        _plain(group.tenant),
        f"{actions} on {_code(group.signature.resource)}",
        _plain(reach(group)),
        _plain(group.when) or "always",
        "<br>".join(map(_responsible, group.policies)),
    )
    return f"| {' | '.join(cells)} |"


def _responsible(one: Responsible) -> str:
    through = f", through {', '.join(one.through)}" if one.through else ""
    dropped = " of the old set" if one.of == "old" else ""
    return f"{_code(one.id)} {_plain(one.place + through)}{dropped}"


def _kinds(found: list[Alike]) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield "### Every request that is answered otherwise"
    for alike in found[:ROWS_MAX]:
        kind = alike.kind
        actions = ", ".join(map(_code, alike.actions))
        yield ""
        yield "<details>"
        yield (
            f"<summary>{kind.verdict}: {kind.signature.subject}, {len(alike.actions)} of "
            f"{kind.signature.resource}</summary>"
        )
        yield ""
        yield actions
        if kind.reason:
            yield f"\nNot decided: {_plain(kind.reason)}"
        for said, witness in (("allowed now", kind.gain), ("denied now", kind.loss)):
            if witness:
                yield f"\n{said}, for example: {_plain(example(witness))}"
                yield f"\n```json\n{json.dumps(witness.document(), indent=2)}\n```"
        yield ""
        yield "</details>"
    if len(found) > ROWS_MAX:
        yield f"\n{len(found) - ROWS_MAX} further ones are in the JSON output."


def _texts(difference: Difference) -> Iterator[str]:
    policies = [one for one in difference.policies if one.change != "moved"]
    if not (policies or difference.clauses or difference.schema_changes):
        return
    yield ""
    yield "### What was edited"
    yield ""
    for policy in policies:
        place = policy.new_place or policy.old_place
        yield f"- {policy.change} {policy.effect} {_code(policy.id)} {place}"
    for clause in difference.clauses:
        yield f"- {clause.change} {_code(clause.text)} {clause.place}"
    for text in difference.schema_changes:
        yield f"- {text}"


def _plain(text: str) -> str:
    """WHY: what somebody was called must not become a part of the page."""
    return _SPECIAL.sub(r"\\\1", visible(text))


def _code(text: str) -> str:
    return f"`{visible(text).replace('`', chr(39)).replace('|', chr(166))}`"
