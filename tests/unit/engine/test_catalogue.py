"""The catalogue of a policy file: texts in one language or in several."""

import pytest

from authz.engine.catalogue import in_language, parse_catalogue
from authz.errors import PolicyError

PLAIN = "title: T, why: W, owner: o, sentence: S"


def parsed(entry: str):
    text = f"version: 1\npolicies:\n  a.b: {{{entry}}}\n"
    return parse_catalogue("a.yaml", text)["a.b"][0]


def test_a_text_that_stands_alone_is_english():
    entry = parsed(PLAIN)
    assert (entry.titles, entry.whys, entry.sentences) == (
        {"en": "T"},
        {"en": "W"},
        {"en": "S"},
    )
    assert (entry.title, entry.why, entry.owner) == ("T", "W", "o")


def test_every_text_can_be_in_several_languages():
    entry = parsed("title: {en: T, fr: Té}, why: {fr: Wé, en: W}, owner: o, sentence: S")
    assert (entry.title, entry.titles["fr"]) == ("T", "Té")
    assert (entry.why, entry.whys["fr"]) == ("W", "Wé")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: T", "title: {fr: T}", "title: `en` is missing"),
        ("why: W", "why: {en: W, fr: 5}", "why.fr: must be text"),
        ("sentence: S", "sentence: {}", "sentence: `en` is missing"),
        ("title: T", "title: [T]", "title: must be text"),
        ("owner: o", "owner: {en: o}", "owner: must be text"),
    ],
)
def test_a_text_without_english_is_refused_with_its_place(old, new, message):
    with pytest.raises(PolicyError, match=message) as caught:
        parsed(PLAIN.replace(old, new))
    assert (caught.value.file, caught.value.line) == ("a.yaml", 3)


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "oui"), ("fr-CA", "oui"), ("en", "yes"), ("de", "yes"), ("", "yes")],
)
def test_who_asks_for_another_language_hears_its_base_language_or_english(language, text):
    assert in_language(language, {"en": "yes", "fr": "oui"}) == text
