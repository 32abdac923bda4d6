"""Policy text in colours: which piece of each line is a word, a string, a type, a comment.

Only for the eye: nothing here decides what a text means, and each piece is the text itself.
"""

import re
from collections.abc import Iterator

#: What a piece is: one of the classes below, or empty; and its text.
Piece = tuple[str, str]

WORD, STRING, TYPE, COMMENT = "tok-k", "tok-s", "tok-t", "tok-c"
_POLAR = re.compile(
    r'(?P<string>"(?:\\.|[^"\\])*"?)'
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<word>\b(?:permit|forbid|if|and|or|not|in|matches|nil|true|false)\b)"
    r"|(?P<type>\b[A-Z]\w*)",
    re.S,
)
_YAML = re.compile(
    r"(?P<string>\"(?:\\.|[^\"\\])*\"|(?<![\w'])'(?:[^'])*')"
    r"|(?P<comment>(?:^|(?<=\s))#.*)"
    r"|(?P<word>(?:^|(?<=[\s{,\[]))[\w.*:@/-]*[\w*](?=:(?:\s|$)))"
)
#: The end of a line after which deeper lines are text, as they stand.
_BLOCK = re.compile(r"(?:^|[\s:])[|>][+-]?\d?\s*(?:#.*)?$")
_CLASSES = {"string": STRING, "comment": COMMENT, "word": WORD, "type": TYPE}


def lines(file: str, text: str) -> list[list[Piece]]:
    """The lines of a file, each as its pieces; together they are the text."""
    if file.endswith(".polar"):
        return _polar(text)
    return (
        list(_yaml(text)) if file.endswith(".yaml") else [[("", one)] for one in _cut(text)]
    )


def _cut(text: str) -> list[str]:
    """The lines, without the empty one after the last end of line."""
    found = text.split("\n")
    return found[:-1] if found[-1] == "" else found


def _polar(text: str) -> list[list[Piece]]:
    """WHY the whole text at once: a string may go on in the next line."""
    found: list[list[Piece]] = [[]]
    for kind, piece in _pieces(_POLAR, text):
        first, *rest = piece.split("\n")
        if first:
            found[-1].append((kind, first))
        found += [[(kind, line)] if line else [] for line in rest]
    return found[:-1] if found[-1] == [] else found


def _yaml(text: str) -> Iterator[list[Piece]]:
    """Line by line; the lines of a text block are left as they are."""
    block: int | None = None
    for line in _cut(text):
        depth = len(line) - len(line.lstrip(" "))
        if block is not None and (depth > block or not line.strip()):
            yield [("", line)] if line else []
            continue
        block = depth if _BLOCK.search(line) else None
        yield list(_pieces(_YAML, line))


def _pieces(pattern: re.Pattern[str], text: str) -> Iterator[Piece]:
    at = 0
    for found in pattern.finditer(text):
        if found.start() > at:
            yield "", text[at : found.start()]
        yield _CLASSES[found.lastgroup or ""], found[0]
        at = found.end()
    if at < len(text):
        yield "", text[at:]
