"""Answers that are kept are those that would be made: no change is missed for them."""

import gc
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from authz import config
from authz.composition import active_policies
from authz.decisions.active import ActivePolicies
from authz.decisions.snapshot import Snapshot
from authz.engine.source import read_directory
from authz.storage import access, clients
from authz.storage.database import Database, open_database
from authz.storage.events import SERVICE
from authz.storage.seed import SeedResult
from tests.api.doors import Client, function_door, question
from tests.freshness.conftest import ROOT
from tests.freshness.worker import ROLE, TENANT, WHO
from webapp.decision_api import kept
from webapp.decision_api.app import DecisionApi
from webapp.decision_api.messages import HttpRequest, Note
from webapp.decision_api.outcome import ALLOWED, DENIED
from webapp.serve import build_app

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
#: Asked so often, an answer is kept: first all is prepared, then it is decided once more.
OFTEN = 4
SCOPES = {"decision:check", "decision:batch", "channel:assert", "session:assert"}
QUESTION = question(f"user:{WHO}", "transaction:read", f"tenant:{TENANT}", channel="web")


@dataclass(frozen=True)
class World:
    """A server that was asked nothing yet, beside what changes its facts and policies."""

    api: DecisionApi
    client: Client
    database: Database
    policies: ActivePolicies
    folder: Path

    def caller(self, **more: Any) -> Client:
        """Another client at the same server."""
        name = f"app {time.monotonic_ns()}"
        _, key = clients.create(self.database, TENANT, name, SCOPES, actor=SERVICE, **more)
        return Client(self.client.door, key.text)


@pytest.fixture
def world(path: Path, seeded: tuple[Path, SeedResult]) -> Iterator[World]:
    folder = path.parent / "policies"
    folder.mkdir()
    for name, content in read_directory(ROOT / "policies").files.items():
        (folder / name).write_bytes(content)
    record = ROOT / "var" / "passed.json"
    given = {
        "store.path": path,
        "policy.dir": folder,
        "policy.record": record,
        "decisions.log.dir": path.parent / "decisions",
    }
    settings = config.load(ROOT / "config.yaml", {}, given)
    policies = active_policies(settings)
    api = build_app(settings, policies)
    (key,) = [tenant.api_key for tenant in seeded[1].tenants if tenant.slug == TENANT]
    database = open_database(path, time.time)
    yield World(api, Client(function_door(api), key), database, policies, folder)
    database.close()


def often(client: Client, asked: dict[str, Any] = QUESTION) -> set[bool]:
    return {client.decides(asked) for _ in range(OFTEN)}


def sent(client: Client, asked: dict[str, Any]) -> HttpRequest:
    """The question as a request, with a head of its own."""
    headers = {
        "host": "127.0.0.1",
        "authorization": f"Bearer {client.key}",
        "content-type": "application/json",
    }
    body = json.dumps(asked).encode()
    return HttpRequest("POST", EVALUATION, headers, body, note=Note())


def batch(client: Client, body: dict[str, Any]) -> list[bool]:
    answer = client.send(json.dumps(body).encode(), path=EVALUATIONS)
    assert answer.status == 200, answer.body
    return [one["decision"] for one in answer.json["evaluations"]]


def test_what_is_asked_often_is_kept(world: World):
    assert often(world.client) == {True}
    assert world.api.kept_answers() == 1


def test_a_revoke_is_seen_by_the_next_question_and_so_is_a_grant(world: World):
    for _ in range(3):
        assert often(world.client) == {True}
        assert {batch(world.client, {"evaluations": [QUESTION]})[0]} == {True}
        access.revoke_role(world.database, TENANT, WHO, ROLE, actor=SERVICE)
        assert batch(world.client, {"evaluations": [QUESTION]}) == [False]
        assert not world.client.decides(QUESTION)
        assert often(world.client) == {False}
        access.grant_role(world.database, TENANT, WHO, ROLE, actor=SERVICE)
        assert world.client.decides(QUESTION)


def test_a_role_that_ends_by_itself_ends_where_it_was_asked_about_before(world: World):
    ends = time.time() + 1.5
    access.grant_role(world.database, TENANT, WHO, ROLE, actor=SERVICE, expires_at=ends)
    assert often(world.client) == {True}
    assert world.api.kept_answers() == 0
    time.sleep(max(0, ends - time.time()))
    assert often(world.client) == {False}


def test_a_key_that_ends_or_is_revoked_opens_no_kept_answer(world: World):
    ends = time.time() + 1.5
    short, revoked = world.caller(expires_at=ends), world.caller()
    assert often(short) | often(revoked) == {True}
    time.sleep(max(0, ends - time.time()))
    assert short.ask(QUESTION).status == 401
    assert revoked.decides(QUESTION)
    clients.revoke(world.database, TENANT, revoked.key[3:19], actor=SERVICE)
    assert revoked.ask(QUESTION).status == 401


def test_clients_with_other_channels_have_other_answers(world: World):
    web, android = world.caller(channel="web"), world.caller(channel="android")
    asked = {name: QUESTION[name] for name in ("subject", "action", "resource")}
    for _ in range(OFTEN):
        assert (web.decides(asked), android.decides(asked)) == (True, False)
        assert batch(web, {"evaluations": [asked]}) == [True]
        assert batch(android, {"evaluations": [asked]}) == [False]


def test_other_policies_have_other_answers(world: World):
    assert often(world.client) == {True}
    before = world.client.ask(QUESTION).headers["x-policy-revision"]
    for file in world.folder.glob("*.polar"):
        text = file.read_text().replace(
            f'role_permission("{ROLE}", "transaction:read")',
            f'role_permission("{ROLE}", "transaction:reads")',
        )
        file.write_text(text + "\n# Another set.\n")
    assert world.policies.reload()
    reply = world.client.ask(QUESTION)
    assert reply.headers["x-policy-revision"] != before
    assert world.api.kept_answers() == 0


def test_the_answer_to_a_session_is_not_kept(world: World):
    asked = QUESTION | {"context": {"channel": "web", "session": "none of ours"}}
    often(world.client, asked)
    assert world.api.kept_answers() == 0


def test_a_long_question_is_answered_and_not_kept(world: World):
    text = json.dumps(QUESTION).encode() + b" " * kept.QUESTION_BYTES
    said = {world.client.send(text).json["decision"] for _ in range(OFTEN)}
    assert (said, world.api.kept_answers()) == ({True}, 0)


def test_an_item_of_a_batch_is_no_whole_body(world: World):
    text = json.dumps(QUESTION).encode()
    for _ in range(OFTEN):
        assert batch(world.client, {"evaluations": [QUESTION]}) == [True]
    alone = world.client.send(text, path=EVALUATIONS)
    assert alone.json == {"decision": True}
    assert world.client.send(text).body == b'{"decision":true}'


def test_an_item_means_what_the_defaults_beside_it_say(world: World):
    other = {"type": "user", "id": "nobody@pwani.example"}
    item = {name: QUESTION[name] for name in ("action", "resource")}
    for _ in range(OFTEN):
        for subject, decision in ((QUESTION["subject"], True), (other, False)):
            body = {"subject": subject, "context": {"channel": "web"}}
            assert batch(world.client, body | {"evaluations": [item] * 2}) == [decision] * 2
        body = {"context": {"channel": "android"}, "subject": QUESTION["subject"]}
        android = batch(world.client, body | {"evaluations": [item, QUESTION]})
        assert android == [world.client.decides(QUESTION | body), True]
    assert world.api.kept_answers() == 4


@pytest.mark.parametrize(
    "text",
    [
        '{"evaluations": [%s, %s], "evaluations": [%s]}',
        '{"evaluations": [%s], "subject": {"type": "user", "id": "x", "id": "y"}}',
        '{"subject": {"type": "user", "id": "x"}, "subject": {}, "evaluations": [%s]}',
        '{"evaluations" : [%s], "evaluations": []}',
        '{"evaluations": [%s, {"action": {"name": "a", "name": "b"}}]}',
        '{"evaluations": [%s] , "\\u0065valuations": []}',
    ],
)
def test_a_member_that_is_there_twice_is_refused_beside_kept_answers(
    world: World, text: str
):
    item = json.dumps(QUESTION)
    for _ in range(OFTEN):
        assert batch(world.client, {"evaluations": [QUESTION]}) == [True]
    body = text.replace("%s", item).encode()
    reply = world.client.send(body, path=EVALUATIONS)
    assert (reply.status, reply.json["error"]["code"]) == (400, "bad_request")


def test_when_there_is_no_more_room_all_are_made_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kept, "KEPT_MAX", 10)
    text = json.dumps(QUESTION).encode()
    for spaces in range(25):
        body = text + b" " * spaces
        for _ in range(OFTEN):
            assert world.client.send(body).json == {"decision": True}
        assert 0 < world.api.kept_answers() <= 10


def test_what_is_logged_of_a_kept_answer_is_what_was_logged_of_the_first(
    world: World, path: Path
):
    for spaces in (0, 1):
        for _ in range(OFTEN):
            world.client.send(json.dumps(QUESTION).encode() + b" " * spaces)
    lines = []
    for file in (path.parent / "decisions").glob("*.jsonl"):
        lines += [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 2 * OFTEN
    moment = ("time", "request_id", "micros")
    assert len({line["request_id"] for line in lines}) == len(lines)
    about = [{n: v for n, v in line.items() if n not in moment} for line in lines]
    assert about == [about[0]] * len(lines)
    assert WHO not in json.dumps(about)


def test_a_head_that_was_let_in_is_checked_again_where_its_client_changes(world: World):
    client = world.caller()
    headers = {"x_request_id": "mine"}
    for _ in range(OFTEN):
        reply = client.ask(QUESTION, **headers)
        assert (reply.status, reply.headers["x-request-id"]) == (200, "mine")
    clients.rotate(world.database, TENANT, client.key[3:19], actor=SERVICE, expires_at=None)
    assert client.ask(QUESTION, **headers).status == 401
    assert replace(client, key="none").ask(QUESTION).status == 401


def test_clients_that_ask_no_more_keep_nothing_alive(world: World):
    for number in range(3):
        client = world.caller()
        often(client)
        batch(client, {"evaluations": [QUESTION]})
        change = (access.revoke_role, access.grant_role)[number % 2]
        change(world.database, TENANT, WHO, ROLE, actor=SERVICE)
    often(world.client)
    gc.collect()
    snapshots = [one for one in gc.get_objects() if isinstance(one, Snapshot)]
    mine = [one for one in snapshots if one.policies is world.policies.current()]
    assert [one.tenant for one in mine] == [TENANT]
    assert world.api.kept_answers() == 1


def test_answers_of_one_turn_never_go_back_to_an_older_revision(world: World):
    assert often(world.client) == {True}
    first = sent(world.client, QUESTION)
    # Answered by what is kept; then facts are read that a change has come before.
    other = question("user:ops.admin@pwani.example", "user:read", f"user:{WHO}")

    class Turn(list[HttpRequest]):
        """Requests, with a change before the second of them is answered."""

        def __iter__(self) -> Iterator[HttpRequest]:
            yield first
            access.revoke_role(world.database, TENANT, WHO, ROLE, actor=SERVICE)
            yield sent(world.client, other)
            yield first

    answers = world.api.respond_all(Turn([first, first, first]))
    revisions = [int(dict(one.headers)["X-Data-Revision"]) for one in answers]
    assert revisions == sorted(revisions)
    assert revisions[0] < revisions[1]
    assert [answers[0].body, answers[2].body] == [ALLOWED, DENIED]


def test_a_name_stands_for_an_account_only_where_it_names_one(world: World, path: Path):
    asked = question(f"user:{WHO}", "payment:read", f"payment:{WHO}", channel="web")
    world.client.ask(asked)
    (file,) = (path.parent / "decisions").glob("*.jsonl")
    (line,) = [json.loads(text) for text in file.read_text().splitlines()]
    assert line["request"]["subject"]["id"].startswith("u_")
