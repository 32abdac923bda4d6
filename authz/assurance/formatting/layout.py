"""How a statement is spread over lines.

A head stands in one line, else its further lines are indented by four; below it one
condition a line, indented by two, with `and` or `or` at its end. What does not fit into a
line is broken: a group after each `and` or `or`, anything else after commas.
"""

from collections.abc import Iterator, Sequence

from authz.assurance.formatting.items import END, Word
from authz.assurance.formatting.spacing import flat, gap
from authz.assurance.formatting.tokens import Kind
from authz.engine.clauses import ENTRY_POINTS

LINE_MAX = 100
#: WHY more than elsewhere: the five parameters of a policy read best in one line.
HEAD_MAX = 112
BODY_INDENT = 2
FURTHER_INDENT = 4
#: id, subject and action stand in the first line of the head of a policy.
_FIRST_PARAMETERS = 3
_OPENING = ("(", "[", "{")
_CLOSING = (")", "]", "}")

Words = Sequence[Word]


def statement(words: Words) -> list[str]:
    """The lines of a statement."""
    end = next((i for i, word in enumerate(words) if word.is_keyword("if")), None)
    if end is None:
        return _head(words)
    return _head(words[: end + 1]) + _conditions(words[end + 1 :], BODY_INDENT)


def is_one_line(words: Words) -> bool:
    """Whether a statement stands in one line, whatever its last comment."""
    return _is_plain(words) and len(flat(words)) <= HEAD_MAX


def _head(words: Words) -> list[str]:
    if is_one_line(words):
        return [_ended(flat(words), words)]
    cut = _policy_cut(words)
    first, rest = words[:cut], words[cut:]
    further = " " * FURTHER_INDENT + flat(rest)
    fits = max(len(flat(first)), len(further)) <= HEAD_MAX
    if cut and fits and _is_plain(words):
        return [flat(first), _ended(further, words)]
    return _filled(words, 0, HEAD_MAX)


def _policy_cut(words: Words) -> int:
    """Where the second line of the head of a policy begins; 0 for any other head."""
    commas = [i for i, depth in _depths(words) if depth == 1 and words[i].text == ","]
    if words[0].text not in ENTRY_POINTS or len(commas) < _FIRST_PARAMETERS:
        return 0
    return commas[_FIRST_PARAMETERS - 1] + 1


def _conditions(words: Words, indent: int) -> list[str]:
    """One condition a line, or more lines for one that does not fit."""
    lines: list[str] = []
    for condition in _split(words):
        lines += [" " * indent + comment for comment in condition[0].above]
        lines += _condition(condition, indent)
    return lines


def _condition(words: Words, indent: int) -> list[str]:
    line = " " * indent + flat(words)
    if _is_plain(words, above_first=True) and len(line) <= LINE_MAX:
        return [_ended(line, words)]
    opening, closing = _group(words)
    if closing:
        return _grouped(words, opening, closing, indent)
    return _filled(words, indent, LINE_MAX)


def _grouped(words: Words, opening: int, closing: int, indent: int) -> list[str]:
    """A group with one condition a line, each one column behind the bracket."""
    before = " " * indent + flat(words[: opening + 1])
    lines = _conditions(words[opening + 1 : closing], len(before))
    rest = flat(words[closing:])
    lines[-1] = _ended(lines[-1] + rest, words)
    if words[opening].behind or words[opening + 1].above:
        return [_ended(before, words[: opening + 1]), *lines]
    return [before + lines[0].lstrip(), *lines[1:]]


def _group(words: Words) -> tuple[int, int]:
    """The brackets of a condition that is one group and nothing else; else (0, 0).

    Behind them stand only further closing brackets, `and`, `or` or the end.
    """
    opening = next((i for i, word in enumerate(words) if not word.is_keyword("not")), 0)
    if words[opening].text != "(" or not _is_plain(words[: opening + 1], above_first=True):
        return 0, 0
    ends = [i for i, depth in _depths(words) if depth == 0 and words[i].text == ")"]
    closing = ends[0] if ends else 0
    rest = words[closing + 1 :]
    whole = all(word.is_keyword("and", "or") or word.text == END for word in rest)
    return (opening, closing) if whole and _is_plain(words[closing:]) else (0, 0)


def _filled(words: Words, indent: int, width: int) -> list[str]:
    """As much in a line as fits, broken after commas and comments."""
    lines = [" " * indent]
    further = " " * (indent + FURTHER_INDENT)
    for unit in _units(words):
        first, piece = unit[0], flat([word for _, word in unit])
        index, word = first
        if index:
            apart = gap(words, index)
            if word.above:
                lines += [*(further + comment for comment in word.above), further]
            elif not words[index - 1].behind and len(lines[-1] + apart + piece) <= width:
                piece = apart + piece
            else:
                lines.append(further)
        lines[-1] = _ended(lines[-1] + piece, [unit[-1][1]])
    return lines


def _units(words: Words) -> Iterator[list[tuple[int, Word]]]:
    """What is never torn apart, each word with its index: up to a comma or a comment."""
    unit: list[tuple[int, Word]] = []
    for index, word in enumerate(words):
        if unit and word.above:
            yield unit
            unit = []
        unit.append((index, word))
        if word.behind or (word.text == "," and word.kind is Kind.MARK):
            yield unit
            unit = []
    if unit:
        yield unit


def _split(words: Words) -> Iterator[Words]:
    """The conditions that `and` and `or` join outside brackets, each with its operator."""
    start = 0
    for index, depth in _depths(words):
        if depth == 0 and words[index].is_keyword("and", "or"):
            yield words[start : index + 1]
            start = index + 1
    if words[start:]:
        yield words[start:]


def _depths(words: Words) -> Iterator[tuple[int, int]]:
    """Each index, and in how many brackets it is; an outer bracket is in none."""
    depth = 0
    for index, word in enumerate(words):
        mark = word.kind is Kind.MARK
        if mark and word.text in _CLOSING:
            depth -= 1
        yield index, depth
        if mark and word.text in _OPENING:
            depth += 1


def _is_plain(words: Words, *, above_first: bool = False) -> bool:
    """Whether no comment ends a line within these words."""
    tops = words[1:] if above_first else words
    return not (any(w.above for w in tops) or any(w.behind for w in words[:-1]))


def _ended(line: str, words: Words) -> str:
    """The line with the comment behind its last word."""
    return f"{line} {words[-1].behind}" if words and words[-1].behind else line
