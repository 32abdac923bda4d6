"""The decision log of a running server: written before the answer, or its loss is told."""

import json
import shutil
import time

import pytest

from authz import config
from authz.decision_log.reading import read
from tests.api.doors import (
    CONFIG,
    EVALUATION,
    Client,
    copied,
    function_door,
    question,
    served,
    socket_door,
)
from tests.decision_log.kills import killing_the_server, killing_workers
from tests.decision_log.records import lines
from webapp.serve import build_app

ROUNDS = 2
PATIENCE_SECONDS = 60
ALICE_READS = question("user:alice", "read", "record:record-1")

pytestmark = pytest.mark.socket


@pytest.fixture
def own(data, tmp_path):
    """A data folder that one test may spoil."""
    return copied(data, tmp_path)


@pytest.fixture
def server(own, data, monkeypatch):
    """A caller at a server, once the test has said what its environment is."""

    def start(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"AUTHZ_{name.upper()}", value)
        return served(own, config=own / "config.yaml")

    return start


def logged(own):
    damages = []
    found = {line.request_id for line in read(own / "decisions", damages.append)}
    assert all(damage.is_torn for damage in damages)
    return found


def ready(client):
    return client.send(b"", method="GET", path="/readyz")


@pytest.mark.parametrize("kills", [killing_the_server, killing_workers])
def test_what_was_answered_before_a_kill_is_in_the_log(own, data, kills):
    rounds = kills(own, data.key, ROUNDS)
    found = logged(own)
    for askers in rounds:
        assert askers.wrong == []
        assert set(askers.answered) <= found


def test_a_line_says_what_was_asked_and_answered(own, data, server):
    with server(decisions__log__mask="resource.id") as port:
        asking = Client(socket_door(port), data.key)
        reply = asking.ask(ALICE_READS | {"odd": 1}, x_request_id="mine")
        assert reply.status == 200
        assert asking.ask({}).status == 400
        assert asking.ask(ALICE_READS, authorization="Bearer odd").status == 401
    (text,) = lines(own / "decisions")
    line = json.loads(text)
    assert line.pop("micros") > 0
    assert line.pop("time")
    assert data.key.split("_")[1] == line.pop("client")
    assert line == {
        "v": 1,
        "request_id": "mine",
        "tenant": "authzen",
        "kind": "evaluation",
        "request": {**ALICE_READS, "resource": {"type": "record"}},
        "masked": ["resource.id"],
        "policy_revision": reply.headers["x-policy-revision"],
        "data_revision": int(reply.headers["x-data-revision"]),
        "decisions": [
            {
                "decision": True,
                "reason": "permitted",
                "policies": ["cert.alice-and-bob-read"],
            }
        ],
    }


def test_no_request_makes_a_line_that_is_not_one(data, tmp_path):
    moved = {"store.path": data.config.store.path, "decisions.log.dir": tmp_path / "log"}
    api = build_app(config.load(CONFIG, {}, moved))
    asking = Client(function_door(api), data.key)
    odd = ALICE_READS | {"context": {"note": "a\nb\u2028\u0085", "n": 10**300, "m": -0.0}}
    for text in (
        json.dumps(odd, indent=1),
        json.dumps(odd, ensure_ascii=False, separators=(" ,\r\n", "\t:\r")),
        f"\r\n {json.dumps(odd)}\n\n",
    ):
        assert asking.send(text.encode()).status == 200
    for path in ("/v1/policy", "/readyz", EVALUATION):
        asking.send(b"}\n{", method="GET", path=path)
    found = lines(tmp_path / "log")
    assert [json.loads(line)["request"] for line in found] == [odd] * 3
    assert b"\r" not in b"".join(found)


def test_a_required_log_that_cannot_be_written_lets_no_decision_out(own, data, server):
    with server(decisions__log__required="true") as port:
        asking = Client(socket_door(port), data.key)
        assert asking.decides(ALICE_READS)
        spoil(own)
        until(lambda: asking.ask(ALICE_READS).status == 503)
        reply = asking.ask(ALICE_READS)
        assert (reply.status, set(reply.json)) == (503, {"error"})
        assert ready(asking).json["reason"].endswith("cannot be written: file exists")
        mend(own)
        until(lambda: asking.ask(ALICE_READS).status == 200)
        assert ready(asking).json["status"] == "ready"


def test_a_log_that_is_not_required_says_that_it_loses(own, data, server):
    with server() as port:
        asking = Client(socket_door(port), data.key)
        assert asking.decides(ALICE_READS)
        spoil(own)
        until(lambda: asks(asking) and ready(asking).json["status"] == "degraded")
        assert "the decision log in" in ready(asking).json["reason"]
        mend(own)
        until(lambda: asks(asking) and ready(asking).json["status"] == "ready")


def spoil(own):
    """Puts a file in the place of the folder."""
    shutil.rmtree(own / "decisions")
    (own / "decisions").touch()


def mend(own):
    (own / "decisions").unlink()


def asks(client):
    """A decision is made, whatever becomes of the log."""
    return client.decides(ALICE_READS)


def until(holds):
    """Waits for it: a file that is gone is missed within a second."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends
