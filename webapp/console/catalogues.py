"""The texts of the console in other languages, beside those that the program has itself.

Its catalogues are `translations/<code>/LC_MESSAGES/console.po`, read as they are: there is
no step between writing one and seeing it.
"""

from functools import cache
from pathlib import Path

from babel.support import NullTranslations
from flask_babel import Domain, get_locale

from authz.decisions.languages import LANGUAGES, Words, catalogue, words_of
from authz.said import told

DOMAIN = "console"
FOLDER = Path(__file__).parent / "translations"


class Catalogues(Domain):  # type: ignore[misc]  # not annotated
    """Where Flask-Babel finds the texts."""

    def get_translations(self) -> Words:
        """Those of the language that the page is in."""
        return _words(_language())


def in_reader_language(text: str) -> str:
    """A text of the program, as an error says it, in the language that the page is in."""
    return told(text, _words(_language()))


def _language() -> str:
    return str(get_locale() or LANGUAGES[0])


@cache
def _words(language: str) -> Words:
    """The texts of the console, then those of the program, then English."""
    found: Words = NullTranslations()
    if language in LANGUAGES[1:]:
        found = catalogue(FOLDER, DOMAIN, language)
        found.add_fallback(words_of(language))
    return found
