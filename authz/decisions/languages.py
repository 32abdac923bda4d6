"""The sentences of the program itself, in other languages.

English stands in the code, marked by `_` or `N_`; every other language has a gettext
catalogue, `authz/translations/<code>/LC_MESSAGES/authz.po`. What is not translated, and a
language that nobody has written, is English. docs/translating.md says how to add one.
"""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from authz.engine.catalogue import FALLBACK_LANGUAGE, in_language

LANGUAGES = (FALLBACK_LANGUAGE, "ru", "uz", "fr")
#: Name of the catalogues.
DOMAIN = "authz"
#: Where the catalogues are.
FOLDER = Path(__file__).parents[1] / "translations"
#: Sentences as the code has them; those of another language are Words too.
Words = NullTranslations
ENGLISH = Words()


def N_(text: str) -> str:
    """The text as it is, marked: it is translated where it is said."""
    return text


def words_of(language: str) -> Words:
    """The sentences in that language, its base language (`fr` of `fr-CA`), or English."""
    return _words(in_language(language, {one: one for one in LANGUAGES}))


def catalogue(folder: Path, domain: str, language: str) -> Words:
    """The sentences of `<folder>/<language>/LC_MESSAGES/<domain>.po`."""
    # WHY here: who is only spoken to in English never waits for Babel.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    compiled = BytesIO()
    with (folder / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled, domain)


@cache
def _words(language: str) -> Words:
    if language == FALLBACK_LANGUAGE:
        return ENGLISH
    return catalogue(FOLDER, DOMAIN, language)
