"""What a text must be to be saved: there, not endless, and nothing that cannot be seen."""

import re
import unicodedata

from authz.errors import InvalidChange
from authz.said import said
from authz.terms import term

NAME_MAX = 200
#: Unicode categories of what has no look of its own, or not the same one everywhere.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"})
#: Of category Cf too, and needed to write some languages: ZWNJ and ZWJ.
JOINERS = frozenset("\u200c\u200d")
ID_MAX = 256
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
LANGUAGE = re.compile(r"[a-z]{2,3}")


def text(value: str, field: str, longest: int = NAME_MAX) -> str:
    """What people read, without spaces around it. Raises: InvalidChange with the field."""
    value = value.strip()
    if not value:
        raise InvalidChange(said("`{field}` is missing", field=term(field)), field=field)
    if len(value) > longest:
        raise InvalidChange(
            said(
                "`{field}` is longer than {most} characters",
                field=term(field),
                most=longest,
            ),
            field=field,
        )
    if any(unicodedata.category(char) in UNSEEN and char not in JOINERS for char in value):
        raise _unseen(field)
    return value


def optional_text(value: str | None, field: str, longest: int = NAME_MAX) -> str | None:
    """The same; None for nothing."""
    return text(value, field, longest) if value and value.strip() else None


def prose(value: str, field: str, longest: int) -> str:
    """The same for lines of text, which may be none. Raises: InvalidChange."""
    value = "\n".join(line.rstrip() for line in value.strip().splitlines())
    optional_text(value.replace("\n", " ").replace("\t", " "), field, longest)
    return value


def identifier(value: str, field: str = "id") -> str:
    """An id as an app or a person chose it. Raises: InvalidChange with the field."""
    if text(value, field, ID_MAX) != value:
        raise InvalidChange(
            said("`{field}` has a space around it", field=term(field)), field=field
        )
    if not JOINERS.isdisjoint(value):
        raise _unseen(field)
    return value


def slug(value: str) -> str:
    """The name of a tenant in addresses. Raises: InvalidChange."""
    return _matching(SLUG, value, "slug", said("small letters, digits and `-`"))


def key(value: str, field: str) -> str:
    """The id of a role or an option, which the policies give a meaning.

    Raises: InvalidChange.
    """
    return _matching(KEY, value, field, said("letters, digits, `_`, `-` and `.`"))


def timezone(value: str) -> str:
    """The name of a time zone, as `Asia/Tashkent`. Raises: InvalidChange."""
    return _matching(TIMEZONE, value, "timezone", said("a name as `Asia/Tashkent`"))


def language(value: str) -> str:
    """A language code, as `en`. Raises: InvalidChange."""
    return _matching(LANGUAGE, value, "language", said("a code as `en`"))


def choice(value: str, field: str, known: tuple[str, ...]) -> str:
    """One of the known values. Raises: InvalidChange with the field."""
    if value not in known:
        raise InvalidChange(
            said(
                "unknown {field} `{value}`: one of {known}",
                field=term(field),
                value=value,
                known=", ".join(known),
            ),
            field=field,
        )
    return value


def _unseen(field: str) -> InvalidChange:
    return InvalidChange(
        said("`{field}` holds a character that cannot be seen", field=term(field)),
        field=field,
    )


def _matching(pattern: re.Pattern[str], value: str, field: str, rule: str) -> str:
    if not pattern.fullmatch(value):
        raise InvalidChange(
            said(
                "`{value}` is no {field}: {rule}", value=value, field=term(field), rule=rule
            ),
            field=field,
        )
    return value
