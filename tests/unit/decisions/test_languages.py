"""The program's own sentences: each is in every catalogue, with its placeholders."""

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from authz.decisions.languages import DOMAIN, ENGLISH, FOLDER, LANGUAGES, words_of
from authz.decisions.sentences import fact, need, proposal
from authz.decisions.ways import Seen
from authz.engine.conditions import Op
from tests.unit.decisions.test_smallest import change, says
from tests.unit.decisions.test_ways import SENTENCES

OTHERS = LANGUAGES[1:]
#: Sentences that are rightly the same in English and in another language.
SAME: dict[str, set[str]] = {
    "ru": set(),
    "uz": {"Operator", "agent", "model"},
    "fr": {
        *("Export", "agent", "cluster", "latitude", "longitude", "transaction"),
        *("village", "zoom"),
    },
}
QUOTED = re.compile(r"`[^`]*`")


@cache
def marked() -> set[tuple[str | None, str]]:
    """What the code marks: context, and sentence."""
    keywords = {**DEFAULT_KEYWORDS, "said": None}
    found = extract_from_dir(FOLDER.parent, [("**.py", "python")], keywords=keywords)
    return {(context, message) for _, _, message, _, context in found}


def catalogue(language: str) -> Catalog:
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_what_the_code_says_and_nothing_else(language):
    found = catalogue(language)
    assert {(one.context, one.id) for one in found if one.id} == marked()
    assert not found.obsolete
    assert not [one.id for one in found if one.id and (one.fuzzy or not one.string)]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_its_placeholders_and_is_no_copy(language):
    for one in catalogue(language):
        if one.id:
            placeholders = [
                sorted(re.findall(r"\{\w*\}|`", text)) for text in (one.id, one.string)
            ]
            assert placeholders[0] == placeholders[1], one.id
            assert (one.id == one.string) is (one.id in SAME[language])


def test_every_folder_of_translations_is_a_language_of_the_program():
    assert {path.name for path in FOLDER.iterdir()} == set(OTHERS)


@pytest.mark.parametrize("language", ["en", "en-GB", "de", "", "../ru", "RU"])
def test_what_nobody_has_written_is_english(language):
    assert words_of(language) is ENGLISH


def test_a_language_of_a_country_is_its_base_language():
    assert words_of("fr-CA") is words_of("fr")
    assert words_of("fr").gettext("a record") == "un enregistrement"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    ("literal", "left", "right"),
    [row[:3] for row in SENTENCES],
    # WHY not their values: a set has its members in another order each time.
    ids=map(str, range(len(SENTENCES))),
)
def test_a_literal_is_said_with_the_same_names_and_values(literal, left, right, language):
    for say, holds in ((fact, True), (need, False)):
        seen = Seen(literal, holds, left, right)
        english, told = say(seen), say(seen, words_of(language))
        assert sorted(QUOTED.findall(told)) == sorted(QUOTED.findall(english))
        assert told != english


@pytest.mark.parametrize("language", OTHERS)
def test_a_change_is_proposed_in_that_language(language):
    words = words_of(language)
    record = (("kind", "gold"), ("until", None))
    for one in (
        change("subject.roles", "add", "editor"),
        change("subject.roles", "remove", "reader"),
        change("context.channel", "set", "web"),
        change("subject.badges", "add", record),
    ):
        english, told = proposal(one), proposal(one, words)
        assert sorted(QUOTED.findall(told)) == sorted(QUOTED.findall(english))
        assert told != english


def test_what_is_absent_and_what_is_empty_are_different_words_in_french():
    words = words_of("fr")
    absent = Seen(says("subject.place", Op.NONE_OF, None), False, None, None)
    assert need(absent, words) == "`place` du sujet est vide, il faut une valeur"
    empty = Seen(says("subject.roles", Op.HOLDS, "a"), False, frozenset(), None)
    assert need(empty, words) == "éléments de `roles` du sujet\xa0: aucun, il faut `a`"
