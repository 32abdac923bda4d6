"""What a load balancer and an operator are told."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from authz.decisions.active import ActivePolicies
from authz.engine import policyset
from tests.api.doors import EVALUATION, Client, Data, function_door, question
from webapp.decision_api.messages import HttpRequest
from webapp.serve import build_app

ALICE_READS = question("user:alice", "read", "record:record-1")


def test_alive_says_nothing_of_the_world(client: Client):
    reply = client.send(b"", method="GET", path="/healthz", authorization=None)
    assert (reply.status, reply.json) == (200, {"status": "alive"})


def test_ready_names_the_policies_that_decide(client: Client):
    reply = client.send(b"", method="GET", path="/readyz", authorization=None)
    revision = client.ask(ALICE_READS).headers["x-policy-revision"]
    assert (reply.status, reply.json) == (
        200,
        {"status": "ready", "policy_revision": revision},
    )


def test_health_is_read_and_not_posted(client: Client):
    reply = client.send(b"", method="HEAD", path="/healthz")
    assert reply.status == 200
    reply = client.send(b"", method="POST", path="/healthz")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


@pytest.fixture
def own(data: Data, tmp_path: Path) -> Data:
    """A copy of policies and facts that a test may break."""
    shutil.copytree(data.config.policy.dir, tmp_path / "policies")
    for file in data.folder.glob("gatehouse.db*"):
        shutil.copy(file, tmp_path)
    config = replace(
        data.config,
        policy=replace(data.config.policy, dir=tmp_path / "policies"),
        store=replace(data.config.store, path=tmp_path / "gatehouse.db"),
    )
    return Data(tmp_path, config, data.key)


def test_a_broken_edit_is_degraded_and_the_last_good_set_decides(own: Data):
    policies = ActivePolicies(own.config.policy.dir, policyset.load)
    asking = Client(function_door(build_app(own.config, policies)), own.key)
    good = asking.ask(ALICE_READS)

    file = own.config.policy.dir / "cert.polar"
    text = file.read_text()
    file.write_text(text.replace("subject.id in", "subject.idd in"))
    policies.reload()

    reply = asking.send(b"", method="GET", path="/readyz")
    assert (reply.status, reply.json["status"]) == (200, "degraded")
    assert reply.json["reason"].startswith("cert.polar:")
    assert "`idd`" in reply.json["reason"]
    still = asking.ask(ALICE_READS)
    assert still.body == good.body
    assert still.headers["x-policy-revision"] == good.headers["x-policy-revision"]

    file.write_text(text)
    policies.reload()
    assert asking.send(b"", method="GET", path="/readyz").json["status"] == "ready"


def test_an_edit_of_policies_and_schema_decides_from_the_next_request_on(own: Data):
    policies = ActivePolicies(own.config.policy.dir, policyset.load)
    asking = Client(function_door(build_app(own.config, policies)), own.key)
    before = asking.ask(ALICE_READS)

    rules, schema = (own.config.policy.dir / name for name in ("cert.polar", "schema.yaml"))
    rules.write_text(rules.read_text().replace('["alice", "bob"]', '["bob"]'))
    more = "    attributes:\n      title: {type: string}\n      fixture:"
    schema.write_text(schema.read_text().replace("    attributes:\n      fixture:", more))
    policies.reload()
    assert policies.health().message == ""

    after = asking.ask(ALICE_READS)
    assert (before.body, after.body) == (b'{"decision":true}', b'{"decision":false}')
    assert after.headers["x-policy-revision"] != before.headers["x-policy-revision"]


class Breaks(bytes):
    """A body that no one foresaw."""

    def __len__(self) -> int:
        raise ZeroDivisionError("a secret")


def test_a_failed_request_is_found_in_the_log_by_the_id_in_its_answer(
    data: Data, caplog: pytest.LogCaptureFixture
):
    headers = {
        "host": "localhost",
        "authorization": f"Bearer {data.key}",
        "content-type": "application/json",
    }
    request = HttpRequest("POST", EVALUATION, headers, Breaks())
    answer = build_app(data.config).respond(request)
    (logged,) = caplog.records
    assert logged.request_id == json.loads(answer.body)["error"]["request_id"]
    assert logged.exc_info is not None


def test_what_no_one_foresaw_is_logged_and_not_told(
    data: Data, caplog: pytest.LogCaptureFixture
):
    headers = {
        "host": "localhost",
        "authorization": f"Bearer {data.key}",
        "content-type": "application/json",
        "x-request-id": "r-7",
    }
    answer = build_app(data.config).respond(
        HttpRequest("POST", EVALUATION, headers, Breaks())
    )
    assert json.loads(answer.body) == {
        "error": {
            "code": "internal_error",
            "message": "an internal error; the server's log has it under this request id",
            "where": "",
            "request_id": "r-7",
        }
    }
    assert answer.status == 500
    assert "request 'r-7' failed" in caplog.text
    assert "ZeroDivisionError: a secret" in caplog.text


def test_a_replaced_database_gives_no_decision_and_is_not_ready(own: Data):
    asking = Client(function_door(build_app(own.config)), own.key)
    assert asking.decides(ALICE_READS)
    path = own.config.store.path
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    copy.replace(path)

    reply = asking.ask(ALICE_READS)
    assert (reply.status, reply.json["error"]["code"]) == (503, "unavailable")
    assert "decision" not in reply.json
    assert str(path) not in reply.body.decode()
    reply = asking.send(b"", method="GET", path="/readyz")
    assert (reply.status, reply.json["status"]) == (503, "not_ready")
    assert asking.send(b"", method="GET", path="/healthz").status == 200
