"""A sentence that remembers how it was put together, so that it can be said in another
language: the message of an error that a form shows.

It is a plain text for everybody else: logs, the API and the command line read English.
"""

from collections.abc import Mapping, Sequence
from gettext import NullTranslations


class Said(str):
    """A text in English, with the sentence and the values that it was made of."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> "Said":
        """The text; values stand for the braces of the template."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template = template
        made.values = dict(values)
        return made

    def __reduce__(self) -> tuple[type["Said"], tuple[str, Mapping[str, object]]]:
        """WHY: a copy would be made of the text alone."""
        return Said, (self.template, self.values)


def said(template: str, **values: object) -> Said:
    """The sentence with its values; it is marked for translation by this very call."""
    return Said(template, values)


def told(text: str, words: NullTranslations) -> str:
    """The text in a language; what was not put together by `said` stays as it is."""
    if not isinstance(text, Said):
        return text
    template = words.gettext(text.template)
    values = {
        name: told(value, words) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return template.format(**values) if values else template


def message(error: Exception) -> str:
    """What an error says, as it was put together: to be raised again or told."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Said) else str(error)


def each(parts: Sequence[str]) -> str:
    """`a and b and c`; at least one."""
    whole, *others = parts
    for other in others:
        whole = said("{one} and {other}", one=whole, other=other)
    return whole
