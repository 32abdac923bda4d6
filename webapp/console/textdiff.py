"""Two texts beside each other: what is the same, what went, what came, and which words.

Lines that are far from every difference are left out, and where that is, is said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Lines around a difference that are shown with it.
CONTEXT = 3
#: Two lines that have less in common are another line each: no words are marked.
ALIKE = 0.4
#: Characters of a line whose words are compared. WHY: a longer one takes too long.
LINE_MAX = 1_000
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")

#: Whether only this side of a line that changed has it, and the text.
Piece = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Half:
    """A line as one of the two texts has it."""

    #: From 1.
    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line before and after; None where that text has no such line."""

    old: Half | None
    new: Half | None
    is_same: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is different between two texts."""

    #: Parts of the text that stand apart, each a list of rows.
    hunks: tuple[tuple[Row, ...], ...]
    added: int
    removed: int


def compare(old: str, new: str) -> Difference:
    """The differences, each with a few lines around it."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after)
    hunks = []
    added = removed = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        rows: list[Row] = []
        for kind, old_from, old_to, new_from, new_to in group:
            if kind != "equal":
                removed += old_to - old_from
                added += new_to - new_from
            gone = [(n + 1, before[n]) for n in range(old_from, old_to)]
            come = [(n + 1, after[n]) for n in range(new_from, new_to)]
            rows += _same(gone, come) if kind == "equal" else _changed(gone, come)
        hunks.append(tuple(rows))
    return Difference(tuple(hunks), added, removed)


Numbered = list[tuple[int, str]]


def _same(old: Numbered, new: Numbered) -> Iterator[Row]:
    for (number, text), (other, _) in zip(old, new, strict=True):
        pieces = ((False, text),)
        yield Row(Half(number, pieces), Half(other, pieces), is_same=True)


def _changed(old: Numbered, new: Numbered) -> Iterator[Row]:
    """Lines that are alike stand beside each other, in the order of both texts."""
    common = min(len(old), len(new))
    for (number, before), (other, after) in zip(old, new, strict=False):
        mine, theirs = _words(before, after)
        yield Row(Half(number, mine), Half(other, theirs))
    for number, text in old[common:]:
        yield Row(Half(number, ((False, text),)), None)
    for number, text in new[common:]:
        yield Row(None, Half(number, ((False, text),)))


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The pieces of two lines, those marked that only one of them has."""
    if max(len(old), len(new)) > LINE_MAX:
        return ((False, old),), ((False, new),)
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after)
    if matcher.ratio() < ALIKE:
        return ((False, old),), ((False, new),)
    mine: list[Piece] = []
    theirs: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        differs = kind != "equal"
        if old_to > old_from:
            mine.append((differs, "".join(before[old_from:old_to])))
        if new_to > new_from:
            theirs.append((differs, "".join(after[new_from:new_to])))
    return tuple(mine), tuple(theirs)
