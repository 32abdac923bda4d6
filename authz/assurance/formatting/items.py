"""A policy file as a list of items: comments that stand alone, and statements.

A comment inside a statement belongs to a word: it stands above it, or behind it at the end
of its line. So that `and`, commas and closing brackets stay at the end of their lines, a
comment in front of one of these moves behind it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from authz.assurance.formatting.tokens import Kind, Token, tokens

#: What stays in the line of the word before it, whatever stood between the two.
_STAYS = frozenset(("and", "or", "if", ",", ";", ")", "]", "}"))
END = ";"


@dataclass(slots=True)
class Word:
    """A token of a statement, with the comments that belong to it."""

    kind: Kind
    text: str
    #: Comments that stand above it.
    above: list[str] = field(default_factory=list)
    #: The comment at the end of its line; the line ends after it.
    behind: str = ""

    def is_keyword(self, *texts: str) -> bool:
        """Whether it is one of these keywords."""
        return self.kind is Kind.KEYWORD and self.text in texts


@dataclass(slots=True)
class Item:
    """A comment in a line of its own, or a statement."""

    #: Line breaks above it: 0 stands in the line of the item before it.
    breaks: int
    words: list[Word] = field(default_factory=list)
    comment: str = ""

    @property
    def has_body(self) -> bool:
        """Whether it is a rule with conditions."""
        return any(word.is_keyword("if") for word in self.words)


def items(text: str) -> Iterator[Item]:
    """The items of a file, in order. Each statement in it ends with `;`."""
    inside: list[Token] = []
    last: Item | None = None
    for token in tokens(text):
        if inside or not token.is_comment:
            inside.append(token)
            if token.text == END and token.kind is Kind.MARK:
                if last:
                    yield last
                last, *below = _statement(inside)
                for one in below:
                    yield last
                    last = one
                inside = []
        elif last and last.words and token.breaks == 0 and not last.words[-1].behind:
            last.words[-1].behind = token.text
        else:
            if last:
                yield last
            last = Item(token.breaks, comment=token.text)
    if last:
        yield last


def _statement(inside: list[Token]) -> Iterator[Item]:
    """The statement, and then the comments in it that no word is left for."""
    words, below = _words(inside)
    if below and not words[-1].behind:
        words[-1].behind = below.pop(0)
    yield Item(inside[0].breaks, words)
    for comment in below:
        yield Item(1, comment=comment)


def _words(inside: Iterable[Token]) -> tuple[list[Word], list[str]]:
    """The words of a statement, and the comments above the word that would come next."""
    words: list[Word] = []
    above: list[str] = []
    for token in inside:
        if token.is_comment:
            if token.breaks == 0 and not above and not words[-1].behind:
                words[-1].behind = token.text
            else:
                above.append(token.text)
            continue
        word = Word(token.kind, token.text)
        if token.text in _STAYS and token.kind in (Kind.KEYWORD, Kind.MARK):
            word.behind, words[-1].behind = words[-1].behind, ""
        else:
            word.above, above = above, []
        words.append(word)
    return words, above
