"""The tokens of Polar text: words, strings, numbers, marks and comments.

Between two tokens stands nothing but white space, so that text is laid out anew by putting
other white space there. What a token means is for oso's parser alone to say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>"(?:\\.|[^"\\])*")
    |(?P<word>[^\W\d]\w*(?:::\w+)*)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)
    |(?P<mark>\?=|:=|==|!=|<=|>=|[^\s])""",
    re.S | re.X,
)
#: Words that are no names, unless a dot stands before them.
KEYWORDS = frozenset(("and", "if", "in", "matches", "mod", "not", "or", "rem"))


class Kind(Enum):
    """What sort of token it is."""

    COMMENT = "comment"
    STRING = "string"
    NUMBER = "number"
    NAME = "name"
    KEYWORD = "keyword"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of policy text, without the white space around it."""

    kind: Kind
    text: str
    #: Line breaks between the token before it and this one.
    breaks: int

    @property
    def is_comment(self) -> bool:
        """Whether it says something to people only."""
        return self.kind is Kind.COMMENT


def tokens(text: str) -> Iterator[Token]:
    """Every token of a text, in order."""
    end = 0
    before = ""
    for found in _TOKEN.finditer(text):
        piece = found[0].rstrip()
        breaks = text.count("\n", end, found.start())
        yield Token(_kind(found, before), piece, breaks)
        end, before = found.end(), piece


def _kind(found: re.Match[str], before: str) -> Kind:
    if found.lastgroup != "word":
        return Kind(found.lastgroup)
    return Kind.KEYWORD if found[0] in KEYWORDS and before != "." else Kind.NAME
