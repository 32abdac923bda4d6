"""Two texts beside each other: what is the same, what went, what came, and which words.

Lines that are far from every difference are left out, and where that is, is said. Whatever
the texts are, it takes a moment: somebody may hand in what is made to take longer.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Lines around a difference that are shown with it.
CONTEXT = 3
#: Two lines that have less in common are another line each: no words are marked.
ALIKE = 0.4
#: Characters of a line whose words are compared. WHY: a longer one takes too long.
LINE_MAX = 1_000
#: Pairs of equal lines that are looked at, and lines whose words are. WHY: the time grows
#: with both; with more of them the texts are told apart by their ends alone.
PAIRS_MAX, CHANGED_MAX = 100_000, 500
#: Rows that are shown of two texts.
ROWS_MAX = 5_000
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
    #: How many more rows there are than are shown.
    left_out: int = 0


def compare(old: str, new: str) -> Difference:
    """The differences, each with a few lines around it."""
    before, after = old.splitlines(), new.splitlines()
    hunks = []
    added = removed = rows_found = 0
    for group in _groups(before, after):
        rows: list[Row] = []
        for kind, old_from, old_to, new_from, new_to in group:
            if kind != "equal":
                removed += old_to - old_from
                added += new_to - new_from
            gone = [(n + 1, before[n]) for n in range(old_from, old_to)]
            come = [(n + 1, after[n]) for n in range(new_from, new_to)]
            rows += _same(gone, come) if kind == "equal" else _changed(gone, come)
        if shown := rows[: max(0, ROWS_MAX - rows_found)]:
            hunks.append(tuple(shown))
        rows_found += len(rows)
    return Difference(tuple(hunks), added, removed, max(0, rows_found - ROWS_MAX))


#: What becomes of lines, as `difflib` says it: how, and from where to where in both texts.
Change = tuple[str, int, int, int, int]


def _groups(before: list[str], after: list[str]) -> Iterable[Iterable[Change]]:
    of, seen = Counter(before), Counter(after)
    if sum(count * seen[line] for line, count in of.items()) <= PAIRS_MAX:
        return SequenceMatcher(None, before, after).get_grouped_opcodes(CONTEXT)
    return () if before == after else (_replaced(before, after),)


def _replaced(before: list[str], after: list[str]) -> Iterator[Change]:
    """All between the first and the last difference as one."""
    start = _in_common(before, after)
    end = _in_common(before[start:][::-1], after[start:][::-1])
    old_end, new_end = len(before) - end, len(after) - end
    head, tail = min(start, CONTEXT), min(end, CONTEXT)
    yield "equal", start - head, start, start - head, start
    yield "replace", start, old_end, start, new_end
    yield "equal", old_end, old_end + tail, new_end, new_end + tail


def _in_common(one: list[str], other: list[str]) -> int:
    """How many lines are the same from the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    differing = (n for n, (mine, theirs) in pairs if mine != theirs)
    return next(differing, min(len(one), len(other)))


Numbered = list[tuple[int, str]]


def _same(old: Numbered, new: Numbered) -> Iterator[Row]:
    for (number, text), (other, _) in zip(old, new, strict=True):
        pieces = ((False, text),)
        yield Row(Half(number, pieces), Half(other, pieces), is_same=True)


def _changed(old: Numbered, new: Numbered) -> Iterator[Row]:
    """Lines that are alike stand beside each other, in the order of both texts."""
    common = min(len(old), len(new))
    for (number, before), (other, after) in zip(old, new, strict=False):
        is_compared = common <= CHANGED_MAX
        mine, theirs = _words(before, after) if is_compared else _whole(before, after)
        yield Row(Half(number, mine), Half(other, theirs))
    for number, text in old[common:]:
        yield Row(Half(number, ((False, text),)), None)
    for number, text in new[common:]:
        yield Row(None, Half(number, ((False, text),)))


Pieces = tuple[Piece, ...]


def _whole(old: str, new: str) -> tuple[Pieces, Pieces]:
    return ((False, old),), ((False, new),)


def _words(old: str, new: str) -> tuple[Pieces, Pieces]:
    """The pieces of two lines, those marked that only one of them has."""
    if max(len(old), len(new)) > LINE_MAX:
        return _whole(old, new)
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after)
    if matcher.ratio() < ALIKE:
        return _whole(old, new)
    mine: list[Piece] = []
    theirs: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        differs = kind != "equal"
        if old_to > old_from:
            mine.append((differs, "".join(before[old_from:old_to])))
        if new_to > new_from:
            theirs.append((differs, "".join(after[new_from:new_to])))
    return tuple(mine), tuple(theirs)
