"""The catalogue beside each policy file: what a policy is called, why it is there, and what
it says to people.
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

    title: str
    why: str
    owner: str
    #: Language -> the sentence for the person concerned; English is always there.
    sentences: Mapping[str, str]
    #: Ids of requirements and decisions that it implements.
    requirements: tuple[str, ...] = ()


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
    title, why, owner = (
        place.at(key).text(place.of(data, key)) for key in ("title", "why", "owner")
    )
    at = place.at("sentence")
    sentences = {
        language: at.at(language).text(sentence)
        for language, sentence in at.mapping(place.of(data, "sentence")).items()
    }
    at.of(sentences, FALLBACK_LANGUAGE)
    requirements = place.at("requirements").texts(data.get("requirements", []))
    return CatalogueEntry(title, why, owner, sentences, requirements)


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
