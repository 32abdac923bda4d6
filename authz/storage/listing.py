"""What lists share: a part of a text in capitals or not, and what is behind a place."""

from collections.abc import Iterator
from typing import Any

import peewee as pw

#: Words of a search that count, and characters of each. WHY: every word is a test more.
WORDS_MAX, WORD_MAX = 8, 100


def words(text: str) -> list[str]:
    """The words that are looked for."""
    return [word[:WORD_MAX] for word in text.split()[:WORDS_MAX]]


def contains(word: str, *columns: Any) -> Any:
    """One of the columns holds the word."""
    patterns = sorted({f"%{_escaped(form)}%" for form in _forms(word)})
    found: Any = None
    for pattern in patterns:
        for column in columns:
            like = pw.NodeList((column, pw.SQL("LIKE"), pattern, pw.SQL("ESCAPE '\\'")))
            found = like if found is None else found | like
    return found


def behind(column: Any, key: Any, after: tuple[str, str], *, backwards: bool) -> Any:
    """The rows after a place in the order of a column and a key, or those before it."""
    value, id = after
    if backwards:
        return (column < value) | ((column == value) & (key < id))
    return (column > value) | ((column == value) & (key > id))


def _forms(word: str) -> Iterator[str]:
    """WHY: SQLite tells capitals of other letters than those of ASCII apart."""
    yield word
    if not word.isascii():
        yield from (word.lower(), word.upper(), word.capitalize(), word.casefold())


def _escaped(text: str) -> str:
    text = text.encode(errors="replace").decode()
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
