"""The texts of the console: each is in every catalogue, whole, with its placeholders."""

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from authz.decisions.languages import LANGUAGES
from webapp.console.catalogues import DOMAIN, FOLDER
from webapp.console.labels import LANGUAGE_NAMES

OTHERS = LANGUAGES[1:]
#: What stands in a text as it is: placeholders, and code.
VERBATIM = re.compile(r"%\(\w+\)[ds]|\{\w*\}|`[^`]+`")
#: Texts that are rightly the same in English and in another language.
SAME: dict[str, set[str]] = {
    "ru": {"IMEI"},
    "uz": {"IMEI", "Model", "Monitoring", "Server", "Test"},
    "fr": {
        "%(num)d action",
        "Action",
        "Actions",
        "Administration",
        "Agents",
        "Cluster",
        "Clusters",
        "Code",
        "Console",
        "IMEI",
        "Invariants",
        "Latitude",
        "Longitude",
        "Menu",
        "Option",
        "Options",
        "Pages",
        "Permission",
        "Permissions",
        "Question",
        "Sessions",
        "Test",
        "Tests",
        "Transactions",
        "Type",
        "Village",
        "Villages",
        "Zoom",
    },
}
#: Letters and signs that do not belong into a language, as in the policies' catalogues.
FOREIGN = {
    "ru": re.compile(r"['\xa0]"),
    "uz": re.compile(r"[Ѐ-ӿ]|['’‘]"),
    "fr": re.compile(r"[Ѐ-ӿ]|'|(?<![\xa0\d])[:;?!](?!\w)"),
}


@cache
def marked() -> set[tuple[str | None, str]]:
    """What the console marks: context, and sentence, the singular where there are two."""
    with (FOLDER.parent / "babel.ini").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "_l": None}
    found = extract_from_dir(FOLDER.parent, methods, options, keywords)
    return {(context, _first(message)) for _, _, message, _, context in found}


def _first(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


@cache
def catalogue(language: str) -> Catalog:
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> list[Message]:
    return [one for one in catalogue(language) if one.id]


def texts(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else string


def test_the_console_speaks_the_languages_of_the_program():
    assert tuple(LANGUAGE_NAMES) == LANGUAGES
    assert {path.name for path in FOLDER.iterdir()} == set(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_r53_no_text_of_a_page_is_missing_in_a_language(language):
    found = messages(language)
    assert marked() - {(one.context, _first(one.id)) for one in found} == set()
    assert {(one.context, _first(one.id)) for one in found} - marked() == set()
    assert not catalogue(language).obsolete
    unfinished = [one.id for one in found if one.fuzzy or not all(texts(one.string))]
    assert unfinished == []


@pytest.mark.parametrize("language", OTHERS)
def test_r53_a_number_has_every_form_that_the_language_has(language):
    forms = catalogue(language).num_plurals
    for one in messages(language):
        if one.pluralizable:
            assert len(texts(one.string)) == forms, one.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_keeps_its_placeholders(language):
    for one in messages(language):
        wanted = {frozenset(VERBATIM.findall(text)) for text in texts(one.id)}
        for text in texts(one.string):
            # WHY: of one thing the number may be left out, as in "one person".
            assert any(
                names - {"%(num)d"} <= set(VERBATIM.findall(text)) <= names
                for names in wanted | {frozenset().union(*wanted)}
            ), (one.id, text)


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_is_translated_and_no_copy(language):
    copied = {_first(one.id) for one in messages(language) if one.id == one.string}
    assert copied == SAME[language]


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_the_letters_and_the_ends_of_its_language(language):
    for one in messages(language):
        for text in texts(one.string):
            assert FOREIGN[language].findall(VERBATIM.sub("", text)) == [], text
            spaces = [text[:1].isspace(), text[-1:].isspace()]
            first = _first(one.id)
            assert spaces == [first[:1].isspace(), first[-1:].isspace()], text
