"""What schemathesis calls, in the process that `tests.api.fuzzing` starts.

Its own checks hold each answer against the document. Ours adds what it cannot know: a
decision is the reference's, also of a request that was mutated. Names that mean something
are put in place of some random ones, so that not everything is unknown.
"""

import json
import os
import time
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import Phase, settings

from authz import config
from authz.composition import Parts, active_policies, parts
from authz.model import Action, Caller, Entity, Request
from authz.storage.database import open_database
from tests.api.doors import CONFIG, question
from tests.api.fuzzing import COUNTS, FOLDER, decides
from tests.authzen.paths import EVALUATION, EVALUATIONS

# WHY without a target: it looks for more accepted requests of one path, without an end.
settings.register_profile("aimless", phases=set(Phase) - {Phase.target})
settings.load_profile("aimless")

TENANT = "authzen"
#: Requests that are allowed, with the right properties or without.
KNOWN = [
    question("user:alice", "read", "record:record-1"),
    question("user:bob", "read", "record:record-2"),
    question("user:alice", "write", "record:record-1"),
    question("user:carol", "view", "record:103"),
    question("user:alice", "delete", "record:record-1"),
]
#: Of so many parts one keeps its random text.
KEPT = 7


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Puts known names in place of random ones."""
    if isinstance(case.body, dict):
        case.body = filled(case.body)


def filled(body: dict[str, Any]) -> dict[str, Any]:
    """The body with other texts where it has texts; its shape stays as it is."""
    number = zlib.crc32(repr(body).encode("utf-8", "backslashreplace"))
    found = named(body, number)
    items = found.get("evaluations")
    if isinstance(items, list):
        found["evaluations"] = [
            named(item, number + 1 + place) if isinstance(item, dict) else item
            for place, item in enumerate(items)
        ]
    return found


def named(asked: dict[str, Any], number: int) -> dict[str, Any]:
    known = KNOWN[number % len(KNOWN)]
    return {
        part: texts(value, known[part])
        if part in known and isinstance(value, dict) and (number + place) % KEPT
        else value
        for place, (part, value) in enumerate(asked.items())
    }


def texts(members: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {
        name: known[name] if name in known and isinstance(value, str) else value
        for name, value in members.items()
    }


@schemathesis.check
class DecisionsAreTheReferences:
    """Fails when an answer decides otherwise than oso does."""

    def __init__(self) -> None:
        self.counts = {"answers": 0, "decisions": 0, "allowed": 0}

    def after_response(self, _context: Any, response: Any, case: Any) -> None:
        self.counts["answers"] += 1
        if response.status_code != 200:
            assert not decides(response.content)
        elif case.method == "POST" and case.path in (EVALUATION, EVALUATIONS):
            body = json.loads(response.request.body)
            told = response.json()
            for asked, answer in zip(
                questions(body, case.path), answers(told), strict=False
            ):
                self.counts["decisions"] += 1
                self.counts["allowed"] += answer["decision"]
                assert answer["decision"] == reference(asked), (asked, answer)

    def after_run(self, _context: Any) -> None:
        text = json.dumps(self.counts)
        (Path(os.environ[FOLDER]) / COUNTS).write_text(text, encoding="utf-8")


def answers(told: dict[str, Any]) -> list[dict[str, Any]]:
    return told.get("evaluations", [told])


def questions(body: dict[str, Any], path: str) -> list[Any]:
    """What is asked, as naively as the standard says it."""
    items = body.get("evaluations") if path == EVALUATIONS else None
    if not items:
        return [body]
    defaults = {n: body.get(n) for n in ("subject", "action", "resource", "context")}
    return [
        defaults | {name: value for name, value in item.items() if value is not None}
        if isinstance(item, dict)
        else None
        for item in items
    ]


def reference(asked: Any) -> bool:
    """What oso decides; false for what is no question."""
    try:
        question = Request(
            entity(asked["subject"]),
            Action(text(asked["action"]["name"]), members(asked["action"])),
            entity(asked["resource"]),
            checked(asked.get("context")),
        )
    except (KeyError, TypeError, AttributeError):
        return False
    pdp = made().pdp
    inputs = pdp.evaluate(question, Caller(TENANT)).inputs
    return inputs is not None and pdp.snapshot(TENANT).by_reference(inputs).allowed


def entity(named: Any) -> Entity:
    return Entity(text(named["type"]), text(named["id"]), members(named))


def members(named: Any) -> dict[str, Any]:
    return checked(named.get("properties"))


def checked(found: Any) -> dict[str, Any]:
    if found is not None and not isinstance(found, dict):
        raise TypeError
    return found or {}


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


@cache
def made() -> Parts:
    folder = Path(os.environ[FOLDER])
    settings = config.load(CONFIG, {}, {"store.path": folder / "gatehouse.db"})
    return parts(
        active_policies(settings), open_database(settings.store.path, time.time), time.time
    )
