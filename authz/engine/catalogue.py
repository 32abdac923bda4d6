"""The catalogue beside each policy file: what a policy is called, why it is there, and what
it says to people, in as many languages as somebody has written.

A text that stands alone is English. A text in several languages is a mapping of language
codes, and English is always among them: whoever asks for another one falls back to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from authz.engine.checks import PolicyHead
from authz.engine.place import Place, near_miss, read_text
from authz.errors import PolicyCheckError

FALLBACK_LANGUAGE = "en"
_KEYS = ("title", "why", "owner", "sentence", "requirements")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What people are told of one policy."""

    #: Language -> what it is called.
    titles: Mapping[str, str]
    #: Language -> what it is good for.
    whys: Mapping[str, str]
    #: Who answers for it: a name, the same in every language.
    owner: str
    #: Language -> the sentence for the person concerned.
    sentences: Mapping[str, str]
    #: Ids of requirements and decisions that it implements.
    requirements: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called, in English."""
        return self.titles[FALLBACK_LANGUAGE]

    @property
    def why(self) -> str:
        """What it is good for, in English."""
        return self.whys[FALLBACK_LANGUAGE]


def in_language(language: str, texts: Mapping[str, str]) -> str:
    """The text in that language, its base language (`fr` of `fr-CA`), or English."""
    for wanted in (language, language.split("-")[0]):
        if wanted in texts:
            return texts[wanted]
    return texts[FALLBACK_LANGUAGE]


def parse_catalogue(file: str, text: str) -> dict[str, tuple[CatalogueEntry, Place]]:
    """Policy id -> its entry, and where that stands.

    Raises: PolicyError with file and line.
    """
    place, value = read_text(file, text)
    top = place.mapping(value, keys=("version", "policies"))
    if top.get("version") != 1:
        raise place.at("version").breaks("must be 1")
    at = place.at("policies")
    return {
        policy_id: (_entry(at.at(policy_id), data), at.at(policy_id))
        for policy_id, data in at.mapping(top.get("policies")).items()
    }


def _entry(place: Place, value: object) -> CatalogueEntry:
    data = place.mapping(value, keys=_KEYS)
    titles, whys, sentences = (
        _by_language(place.at(key), place.of(data, key))
        for key in ("title", "why", "sentence")
    )
    owner = place.at("owner").text(place.of(data, "owner"))
    requirements = place.at("requirements").texts(data.get("requirements", []))
    return CatalogueEntry(titles, whys, owner, sentences, requirements)


def _by_language(place: Place, value: object) -> Mapping[str, str]:
    """The text in each language that it is written in."""
    if not isinstance(value, dict):
        return {FALLBACK_LANGUAGE: place.text(value)}
    texts = {
        language: place.at(language).text(text)
        for language, text in place.mapping(value).items()
    }
    place.of(texts, FALLBACK_LANGUAGE)
    return texts


def match(
    heads: Iterable[PolicyHead], catalogues: Mapping[str, str]
) -> dict[str, CatalogueEntry]:
    """Policy id -> entry: one for each policy, in the catalogue of its own file.

    Raises: PolicyCheckError for a policy without an entry and an entry without a policy.
    """
    entries = {file: parse_catalogue(file, text) for file, text in catalogues.items()}
    found: dict[str, CatalogueEntry] = {}
    for head in heads:
        file = head.file.removesuffix(".polar") + ".yaml"
        if head.id not in entries.get(file, {}):
            raise PolicyCheckError(
                f"`{head.id}` has no entry in {file}",
                file=head.file,
                line=head.line,
                policy_id=head.id,
            )
        found[head.id] = entries[file].pop(head.id)[0]
    for rest in entries.values():
        for policy_id, (_, place) in rest.items():
            raise place.breaks(
                f"no policy has this id{near_miss(policy_id, found)}", policy_id
            )
    return found
