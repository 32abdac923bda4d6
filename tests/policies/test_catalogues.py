"""What the catalogues of the shipped policies say, in every language of the program."""

import re

import pytest

from authz.decisions.languages import LANGUAGES
from authz.engine.catalogue import FALLBACK_LANGUAGE, parse_catalogue
from tests.policies.support import POLICIES

RULES = {rules.stem: rules.read_text("utf-8") for rules in POLICIES.glob("*.polar")}
ENTRIES = {
    policy_id: entry
    for domain in RULES
    for policy_id, (entry, _) in parse_catalogue(
        f"{domain}.yaml", (POLICIES / f"{domain}.yaml").read_text("utf-8")
    ).items()
}
TEXTS = {
    f"{policy_id} {field}": getattr(entry, field)
    for policy_id, entry in ENTRIES.items()
    for field in ("titles", "whys", "sentences")
}
OTHERS = [language for language in LANGUAGES if language != FALLBACK_LANGUAGE]
#: Texts that are rightly the same in English and in another language.
SAME: dict[str, set[str]] = {"ru": set(), "uz": set(), "fr": set()}
#: How the sentence of a permit and that of a forbid begin, up to the first comma.
OPENINGS = {
    "en": (r"You may\b(?! not)", r"You may not\b"),
    "ru": (r"Это разрешено\b", r"(Это|Здесь это|Пока это) не разрешено\b"),
    "uz": (r"Bunga ruxsat bor\b", r"(Bunga|Bu yerda bunga|Hozircha bunga) ruxsat yoʻq\b"),
    "fr": (r"C’est autorisé\b", r"Ce n’est pas (encore )?autorisé\b"),
}
#: What stands in a text as it is: code, placeholders, ids of policies.
VERBATIM = re.compile(r"`[^`]+`|\{\w+\}|\b[a-z_]+\.[a-z-]+\b")
#: Letters and signs that do not belong into a language; two names are written in Latin.
FOREIGN = {
    "en": re.compile(r"[^\x00-\x7f]"),
    "ru": re.compile(r"\b(?!API\b|Python\b)[A-Za-z]+|['\xa0]"),
    "uz": re.compile(r"[Ѐ-ӿ]|['’‘`\xa0]"),
    "fr": re.compile(r"[Ѐ-ӿ]|'|(?<!\xa0)[:;?!]"),
}


def test_every_policy_is_in_a_catalogue():
    ids = re.findall(r'^(?:permit|forbid)\("([^"]+)"', "".join(RULES.values()), re.M)
    assert sorted(ids) == sorted(ENTRIES)


def test_every_text_is_there_in_every_language():
    assert {name for name, texts in TEXTS.items() if tuple(texts) != LANGUAGES} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_no_copy(language):
    english = {texts[FALLBACK_LANGUAGE] for texts in TEXTS.values()}
    assert english & {texts[language] for texts in TEXTS.values()} == SAME[language]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_what_stands_there_as_it_is(language):
    for name, texts in TEXTS.items():
        found, wanted = (
            sorted(VERBATIM.findall(texts[one])) for one in (language, FALLBACK_LANGUAGE)
        )
        assert found == wanted, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_written_in_the_letters_of_its_language(language):
    for name, texts in TEXTS.items():
        rest = VERBATIM.sub("", texts[language])
        assert FOREIGN[language].findall(rest) == [], name
        assert rest == rest.strip(), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("effect", ["permit", "forbid"])
def test_a_sentence_says_first_whether_one_may(effect, language):
    opening = OPENINGS[language][effect == "forbid"]
    ids = re.findall(rf'^{effect}\("([^"]+)"', "".join(RULES.values()), re.M)
    for policy_id in ids:
        assert re.match(opening, ENTRIES[policy_id].sentences[language]), policy_id
