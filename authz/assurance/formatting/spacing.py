"""What stands between two words in one line: a space, or nothing."""

from collections.abc import Sequence

from authz.assurance.formatting.items import Word
from authz.assurance.formatting.tokens import Kind

_OPENING = frozenset("([{")
_CLOSING = frozenset(")]},;")
_SIGNS = frozenset("-+*")


def flat(words: Sequence[Word]) -> str:
    """The words in one line, without their comments."""
    line = ""
    for index, word in enumerate(words):
        line += (gap(words, index) if index else "") + word.text
    return line


def gap(words: Sequence[Word], index: int) -> str:
    """What stands between a word and the one before it."""
    before, word = words[index - 1], words[index]
    if _is_mark(before, _OPENING | {"."}) or _is_mark(word, _CLOSING | {".", ":"}):
        return ""
    if _is_mark(word, _OPENING) and before.kind is Kind.NAME:
        return ""
    if _is_mark(before, _SIGNS) and (index == 1 or _awaits_value(words[index - 2])):
        return ""
    return " "


def _awaits_value(word: Word) -> bool:
    """Whether a sign behind it belongs to the value that follows."""
    if word.kind is Kind.MARK:
        return word.text not in (")", "]", "}")
    return word.kind is Kind.KEYWORD


def _is_mark(word: Word, marks: frozenset[str]) -> bool:
    return word.kind is Kind.MARK and word.text in marks
