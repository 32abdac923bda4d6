"""Which policies, facts and helpers changed, comments and layout aside?

Two clauses are the same when their syntax trees are: a line that was moved or wrapped
changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from authz.assurance.differing.sides import Side
from authz.engine.clauses import Clause
from authz.engine.text import parts

_Content = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A policy that is not as it was, or not where it was."""

    id: str
    effect: str
    #: `added`, `removed`, `changed` or `moved`: only to another line or file.
    change: str
    #: As `file:line`; None where there is none.
    old_place: str | None
    new_place: str | None


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A fact or a clause of a helper that came or went."""

    #: `added` or `removed`.
    change: str
    #: Without comments, on one line.
    text: str
    #: As `file:line`, in the set that has it.
    place: str


def policy_changes(old: Side, new: Side) -> list[PolicyChange]:
    """Every policy that is not as it was. Order: by id."""
    before, after = _policies(old), _policies(new)
    found = []
    for id in sorted(before.keys() | after.keys()):
        was, now = before.get(id), after.get(id)
        change = _change(was, now)
        effect = (now or was or after[id]).name
        if change:
            found.append(PolicyChange(id, effect, change, _place(was), _place(now)))
    return found


def clause_changes(old: Side, new: Side) -> list[ClauseChange]:
    """Facts and helpers that came or went. Order: removed ones first, as in the files."""
    before, after = _others(old), _others(new)
    gone = Counter(map(_content, before)) - Counter(map(_content, after))
    come = Counter(map(_content, after)) - Counter(map(_content, before))
    return [
        *(ClauseChange("removed", _text(c), _place(c) or "") for c in _taken(before, gone)),
        *(ClauseChange("added", _text(c), _place(c) or "") for c in _taken(after, come)),
    ]


def changed_places(old: Side, new: Side) -> tuple[frozenset[str], frozenset[str]]:
    """Where the text of each set is not that of the other, as `file:line`."""
    before, after = (Counter(map(_content, side.clauses)) for side in (old, new))
    gone = {_place(c) or "" for c in _taken(old.clauses, before - after)}
    come = {_place(c) or "" for c in _taken(new.clauses, after - before)}
    return frozenset(gone), frozenset(come)


def _policies(side: Side) -> dict[str, Clause]:
    return {clause.policy_id: clause for clause in side.clauses if clause.is_policy}


def _others(side: Side) -> list[Clause]:
    return [clause for clause in side.clauses if not clause.is_policy]


def _change(was: Clause | None, now: Clause | None) -> str:
    if was is None:
        return "added"
    if now is None:
        return "removed"
    if _content(was) != _content(now):
        return "changed"
    return "moved" if _place(was) != _place(now) else ""


def _content(clause: Clause) -> _Content:
    """What a clause says."""
    return clause.name, clause.parameters, clause.body


def _place(clause: Clause | None) -> str | None:
    return None if clause is None else f"{clause.file}:{clause.line}"


def _taken(clauses: Iterable[Clause], counts: Counter[_Content]) -> Iterator[Clause]:
    """The clauses of that content, as many as are counted."""
    left = Counter(counts)
    for clause in clauses:
        if left[_content(clause)] > 0:
            left[_content(clause)] -= 1
            yield clause


def _text(clause: Clause) -> str:
    """Without comments, on one line; strings stay as they are."""
    (part,) = parts(clause.file, clause.text)
    lines = (_uncommented(line) for line in part.text.splitlines())
    return " ".join(" ".join(lines).split())


def _uncommented(line: str) -> str:
    quoted = False
    for at, char in enumerate(line):
        if char == '"' and (at == 0 or line[at - 1] != "\\"):
            quoted = not quoted
        elif char == "#" and not quoted:
            return line[:at]
    return line
