"""docs/translating.md: its example is a catalogue, and no word lacks a language."""

import re

from authz.decisions.languages import LANGUAGES
from authz.engine.catalogue import parse_catalogue
from tests.docs.pages import ROOT
from tests.policies.test_catalogues import OPENINGS

TEXT = (ROOT / "docs" / "translating.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    part = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.lstrip().startswith("|")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def test_the_languages_are_those_of_the_program():
    said = re.search(r"script and French: (.*)\.", TEXT)
    assert said is not None
    assert tuple(re.findall(r"`(\w+)`", said[1])) == LANGUAGES


def test_the_example_is_a_catalogue():
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.S)
    found = parse_catalogue("example.yaml", "version: 1\npolicies:\n" + example)
    entry, _ = found["common.own-profile"]
    assert entry.sentences.keys() == {"en", "fr"}


def test_every_word_has_its_translation_and_is_easy_to_find():
    words = rows("Words")
    assert len(words) > 40
    assert all(len(row) == len(LANGUAGES) and all(row) for row in words)
    terms = [row[0].lower() for row in words]
    assert terms == sorted(set(terms))


def test_sentences_begin_as_the_page_says():
    for (_, may, may_not), language in zip(rows("How we say it"), LANGUAGES, strict=True):
        permit, forbid = OPENINGS[language]
        assert re.match(permit, may)
        assert re.match(forbid, may_not)
