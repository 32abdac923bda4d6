"""What a review document says, as far as rules are made of it: whether all was well, and
which gains somebody must tick who approves.

A gain is something that is allowed from then on and was not before, or a promise against it
that is not made any more: those come first. Then come the people who gain something today;
then the kinds of requests that are more open for people who may come; then whatever could
not be found out, which may be a gain too.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from authz.assurance.reviewing.promises import RULE as DROPPED
from authz.said import said

Document = Mapping[str, Any]
#: Steps without which nothing is known; they are never left out.
NEEDED = ("load", "lint", "test")
#: Steps that say what changes, whatever that is; people judge it.
TELLING = ("diff", "replay")
PASSED, UNDECIDED, SKIPPED, FAILED = "passed", "undecided", "skipped", "failed"
#: Members of a review that say which policies it compared.
SIDES = ("policy_revision", "base_revision")
#: What a gain is known by.
ID_LENGTH = 16


class Gain(Struct, frozen=True):
    """Something that is allowed from then on."""

    id: str
    #: `people`, `possible` (a kind of requests), `promise` (an invariant that is dropped),
    #: `undecided` or `unknown`.
    kind: str
    #: The group of `authz.diff/1` for people; else what it is about.
    group: Mapping[str, Any]


def step(document: Document | None, name: str) -> Document | None:
    """One step of a review."""
    steps: Sequence[Document] = document.get("steps", ()) if document else ()
    return next((one for one in steps if one.get("step") == name), None)


def outcome(document: Document) -> str:
    """How a review ended: `passed`, `failed` or `undecided`.

    A step that nobody could decide is no pass, and neither is one that is not known.
    """
    found = [*_outcomes(document)]
    if FAILED in found:
        return FAILED
    return PASSED if set(found) == {PASSED} else UNDECIDED


def _outcomes(document: Document) -> Iterator[str]:
    for name in NEEDED:
        there = step(document, name)
        yield PASSED if there and there.get("outcome") == PASSED else FAILED
    for one in document.get("steps", ()):
        came = one.get("outcome")
        if came == SKIPPED and one.get("step") not in NEEDED:
            continue
        if one.get("step") in TELLING and came == UNDECIDED:
            continue
        yield came if came in (PASSED, FAILED, UNDECIDED) else FAILED


def gains(document: Document | None) -> tuple[Gain, ...]:
    """What must be ticked: dropped promises first, then people."""
    told = step(document, "diff")
    difference: Document | None = told.get("document") if told else None
    # WHY: what was ticked of one candidate says nothing of another. Groups of people have
    # ids of their own, which stand for all that they are.
    sides = {side: (document or {}).get(side) for side in SIDES}
    if difference is None:
        text = said("who gains and who loses could not be found out")
        return (_gain("unknown", {"text": text}, sides), *_promises(document, sides))
    return (
        *_promises(document, sides),
        *_people(difference),
        *_possible(difference, sides),
        *_undecided(difference, sides),
    )


def _promises(document: Document | None, sides: Document) -> Iterator[Gain]:
    """Whoever drops a promise may gain by it later, and no proof would tell."""
    told = step(document, "prove") or {}
    for found in told.get("findings", ()):
        if found.get("rule") == DROPPED:
            text = str(found["message"])
            yield _gain("promise", {"text": text}, {"text": text, **sides})


def _people(difference: Document) -> Iterator[Gain]:
    for group in (difference.get("people") or {}).get("groups", ()):
        if group.get("change") != "loss":
            yield Gain(str(group["id"]), "people", group)


def _possible(difference: Document, sides: Document) -> Iterator[Gain]:
    """One for each subject and resource, of all actions that are more open."""
    of: dict[tuple[str, str], list[Document]] = {}
    for kind in difference.get("kinds", ()):
        if kind.get("verdict") not in ("equal", "stricter"):
            of.setdefault((kind["subject"], kind["resource"]), []).append(kind)
    for (subject, resource), kinds in sorted(of.items()):
        told = sorted((kind["action"], kind["verdict"]) for kind in kinds)
        key = {"subject": subject, "resource": resource, "told": told, **sides}
        about = {
            "subject": subject,
            "resource": resource,
            "actions": [action for action, _ in told],
            "kinds": kinds,
        }
        yield _gain("possible", about, key)


def _undecided(difference: Document, sides: Document) -> Iterator[Gain]:
    people = difference.get("people")
    texts: Iterable[str] = (people or {}).get("undecided", ())
    if people is None:
        texts = (said("who of the people gains or loses could not be found out"),)
    for text in texts:
        yield _gain("undecided", {"text": text}, {"text": text, **sides})


def _gain(kind: str, about: Document, key: Document) -> Gain:
    text = json.dumps([kind, key], sort_keys=True, default=str)
    return Gain(hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH], kind, about)
