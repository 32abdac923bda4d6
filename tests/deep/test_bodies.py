"""Random bodies at the decision API: no 500, no hang, and no more than the PDP allows."""

import json
import time
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from authz import config
from authz.decisions.pdp import PDP
from authz.model import Action, Caller, Entity, Request
from authz.storage.database import open_database
from authz.storage.facts import StoredFacts
from tests.api.doors import ROOT, Client, function_door
from tests.shipped import shipped
from webapp.serve import build_app

TENANT = "pwani"
SLICES = 3
CHANNELS = ("web", "android", "api")
SUBJECTS = ("amina.owner", "ops.admin", "finance", "field.mafia", "norole", "left.company")
RESOURCES = (
    ("tenant", "pwani"),
    ("tenant", "ziwa"),
    ("cluster", "mafia"),
    ("customer", "cust-1"),
    ("customer", "cust-3"),
    ("customer", "new"),
    ("user", "ops.admin@pwani.example"),
    ("transaction", "t"),
    ("metering_unit", "mu-101"),
)
#: JSON values that a caller could put in place of another.
ODD: list[Any] = json.loads(r"""
[null, true, false, 0, 1, -1, 1.0, 9223372036854775808, 1000000000000000000000000000000,
 "", "web", "owner", "\u0000", "é", "\u202e", "\ud7ff", "' OR 1=1 --", "%", "*", "../",
 [], {}, [[]], {"a": 1}, ["owner"], [null]]
""")
#: Members that somebody could hope to be believed.
WORDS = """
properties roles status tenant pages_unlocked action_role role session options id type
is_last_owner clusters
"""
#: What is put into the bytes of a body.
SCRAPS = [
    *(byte.to_bytes() for byte in b'{}",:\\\0\xff'),
    *(b"[" * 40, b"\xed\xa0\x80", b"\\ud800", b"NaN", b"1e999", b"\xef\xbb\xbf", b""),
]

pytestmark = pytest.mark.deep


@pytest.fixture
def client(path, seeded) -> Client:
    settings = config.load(ROOT / "config.yaml", {}, {"store.path": path})
    (key,) = [tenant.api_key for tenant in seeded[1].tenants if tenant.slug == TENANT]
    return Client(function_door(build_app(settings)), key)


@pytest.fixture
def pdp(path):
    policies = shipped()
    database = open_database(path, time.time)
    facts = StoredFacts(database, time.time)
    yield PDP(lambda: policies, facts, time.time), policies.schema
    facts.close()
    database.close()


def _sensible(random: Random, schema: Any) -> dict[str, Any]:
    type_name, id = random.choice(RESOURCES)
    return {
        "subject": {"type": "user", "id": f"{random.choice(SUBJECTS)}@pwani.example"},
        "action": {"name": random.choice(sorted(schema.types[type_name].actions))},
        "resource": {"type": type_name, "id": id, "properties": {"cluster": "mafia"}},
        "context": {"channel": random.choice(CHANNELS)},
    }


def _changed(random: Random, value: Any) -> Any:
    """The value with one member lost, added, or another one."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        changed = dict(value)
        name = random.choice(sorted(changed))
        kind = random.random()
        if kind < 0.1:
            del changed[name]
        elif kind < 0.25:
            extra = random.choice([*WORDS.split(), str(random.choice(ODD))])
            changed[extra] = deepcopy(random.choice(ODD))
        else:
            changed[name] = _changed(random, changed[name])
        return changed
    return deepcopy(random.choice(ODD))


def _broken(random: Random, text: bytes) -> bytes:
    """The text with some bytes lost, repeated or put in."""
    for _ in range(random.randint(1, 3)):
        at = random.randint(0, len(text))
        piece = random.choice([*SCRAPS, text[:60]])
        text = text[:at] + piece + text[at + random.choice((0, 0, 1, 5)) :]
    return text


def _asked(body: dict[str, Any]) -> tuple[Request, Caller]:
    """The question that a body holds, read by other code than the API's."""

    def entity(name: str) -> Entity:
        given = body[name]
        return Entity(given["type"], given["id"], given.get("properties") or {})

    context = body.get("context") or {}
    channel, session = context.get("channel"), context.get("session")
    action = Action(body["action"]["name"], body["action"].get("properties") or {})
    caller = Caller(
        TENANT,
        channel if isinstance(channel, str) and channel in CHANNELS else None,
        session if isinstance(session, str) else None,
    )
    return Request(entity("subject"), action, entity("resource"), context), caller


@pytest.mark.parametrize("part", range(SLICES))
def test_no_body_gets_more_than_the_pdp_gives(deep, client, pdp, part):
    decides, schema = pdp
    counts: dict[int | bool, int] = {}
    for number in deep.rounds(0.02 / SLICES):
        body: Any = _sensible(deep.random, schema)
        for _ in range(deep.random.choice((0, 1, 1, 2, 4))):
            body = _changed(deep.random, body)
        text = json.dumps(body).encode()
        if deep.random.random() < 0.2:
            text = _broken(deep.random, text)
        start = time.monotonic()
        reply = client.send(text)
        where = f"{deep.name}, body {number}: {text!r} -> {reply.status} {reply.body!r}"
        assert time.monotonic() - start < 60, where
        assert reply.status in (200, 400), where
        assert ("decision" in reply.json) == (reply.status == 200), where
        counts[reply.status] = counts.get(reply.status, 0) + 1
        if reply.status == 200:
            expected = decides.evaluate(*_asked(json.loads(text))).decision.allowed
            assert reply.json["decision"] is expected, where
    good = client.ask(
        {
            "subject": {"type": "user", "id": "amina.owner@pwani.example"},
            "action": {"name": "settings:update"},
            "resource": {"type": "tenant", "id": "pwani"},
            "context": {"channel": "web"},
        }
    )
    assert good.json == {"decision": True}
    assert counts[200] > 0
