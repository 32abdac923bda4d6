"""A policy file in its one layout, or an error: never a file that says something else.

What a rule means is asked of oso's parser, before and after; the words, the strings and the
comments are counted too.
"""

from collections.abc import Iterable, Iterator

from authz.assurance.formatting.items import Item, items
from authz.assurance.formatting.layout import LINE_MAX, is_one_line, statement
from authz.assurance.formatting.spacing import flat
from authz.assurance.formatting.tokens import tokens
from authz.engine import clauses
from authz.engine.clauses import Goal, Parameter
from authz.engine.text import check_files, check_nesting, statements
from authz.errors import PolicySyntaxError

Meaning = tuple[str, tuple[Parameter, ...], Goal]


class LayoutError(Exception):
    """The layout would have changed what a file says. A fault of the program."""


def formatted(file: str, content: bytes) -> str:
    """The text of a policy file as it should be laid out.

    Raises: PolicySyntaxError with file and line for what is no policy text; LayoutError.
    """
    text = check_files({file: content})[file]
    check_nesting(file, text)
    meaning = list(_meaning(file, text))
    result = laid_out(text)
    if result != text:
        _compare(file, text, result, meaning)
    return result


def laid_out(text: str) -> str:
    """The same in the one layout. Every statement of the text ends with `;`."""
    found = list(items(text))
    lines: list[str] = []
    previous: Item | None = None
    for item, is_apart in zip(found, _apart(found), strict=True):
        if previous and _joins(lines[-1], previous, item):
            (line,) = statement(item.words)
            lines[-1] += f" {line}"
        else:
            lines += [""] * (is_apart and bool(lines))
            lines += [item.comment] if item.comment else statement(item.words)
        previous = item
    return "".join(f"{line}\n" for line in lines)


def _apart(found: list[Item]) -> list[bool]:
    """Which items have a blank line above: a rule always has, with the comments on it."""
    apart: list[bool] = []
    heads_rule = False
    for index in range(len(found) - 1, -1, -1):
        item = found[index]
        above = found[index - 1] if index else None
        heads_rule = item.has_body or (bool(item.comment) and heads_rule)
        told = item.breaks > 1
        below_comment = above is not None and bool(above.comment)
        after_rule = above is not None and above.has_body
        apart.append(told or after_rule or (heads_rule and not below_comment))
        heads_rule = heads_rule and not told
    return apart[::-1]


def _joins(line: str, previous: Item, item: Item) -> bool:
    """Whether a fact stays in the line of the fact before it."""
    facts = all(one.words and not one.has_body for one in (previous, item))
    if item.breaks or not facts or previous.words[-1].behind:
        return False
    return is_one_line(item.words) and len(f"{line} {flat(item.words)}") <= LINE_MAX


def _compare(file: str, text: str, result: str, meaning: list[Meaning]) -> None:
    """Raises: LayoutError unless both texts say the same."""
    same = _words(text) == _words(result) and _comments(text) == _comments(result)
    try:
        if same and list(_meaning(file, result)) == meaning:
            return
    except PolicySyntaxError as exc:
        raise PolicySyntaxError(
            f"laid out in lines, it would be refused: {exc.message}", file=file
        ) from exc
    raise LayoutError(f"`{file}` would say something else: please report it")


def _meaning(file: str, text: str) -> Iterator[Meaning]:
    """What each rule says, in order, wherever it stands."""
    for found in statements(file, text):
        clause = clauses.read(found)
        yield clause.name, clause.parameters, clause.body


def _words(text: str) -> Iterable[str]:
    return [token.text for token in tokens(text) if not token.is_comment]


def _comments(text: str) -> Iterable[str]:
    return [token.text for token in tokens(text) if token.is_comment]
