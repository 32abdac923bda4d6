"""Who may ask, for which tenant, and through what channel they are taken to act."""

import sqlite3
import time
from contextlib import closing

import pytest

from authz.accounts.keys import SCOPES, Key, digest
from authz.model import Caller
from authz.storage import clients, tenants
from authz.storage.clients import ApiClient
from authz.storage.database import Database
from authz.storage.events import SERVICE
from tests.api.doors import Client, Data, MakeClient, question
from webapp.decision_api import access

ALICE_READS = question("user:alice", "read", "record:record-1")
WHY = {"options": {"explain": "reasons"}}


def test_a_key_with_the_scope_may_check_and_nothing_more_is_needed(
    client: Client, make_client: MakeClient
):
    assert make_client(client, {"decision:check"})[0].decides(ALICE_READS)


def test_a_key_without_the_scope_is_forbidden_to_check(
    client: Client, make_client: MakeClient
):
    without = make_client(client, set(SCOPES) - {"decision:check"})[0]
    reply = without.ask(ALICE_READS)
    assert (reply.status, reply.json["error"]["code"]) == (403, "forbidden")
    assert reply.json["error"]["message"] == "the API key lacks the scope `decision:check`"


def test_a_key_that_is_wrong_by_one_digit_is_refused(client: Client):
    last = "0" if client.key[-1] != "0" else "1"
    for key in (
        client.key[:-1] + last,
        "gh_" + "0" * 16 + client.key[19:],
        client.key + "0",
    ):
        reply = client.ask(ALICE_READS, authorization=f"Bearer {key}")
        assert (reply.status, set(reply.json)) == (401, {"error"})
        assert reply.headers["www-authenticate"] == 'Bearer realm="gatehouse"'
        assert key not in reply.body.decode()


def test_the_scheme_of_the_key_is_written_in_any_case(client: Client):
    reply = client.ask(ALICE_READS, authorization=f"bearer {client.key}")
    assert reply.body == b'{"decision":true}'


def test_a_revoked_key_is_refused_by_the_very_next_request(
    client: Client, make_client: MakeClient, database: Database
):
    asking, row = make_client(client, {"decision:check"})
    assert asking.decides(ALICE_READS)
    clients.revoke(database, "authzen", row.id, actor=SERVICE)
    assert asking.ask(ALICE_READS).status == 401


def test_an_expired_key_is_refused(client: Client, make_client: MakeClient):
    # WHY again: on a busy machine the first answer may come after the end.
    for seconds in (0.8, 3, 12, 48):
        ends = time.time() + seconds
        asking, _ = make_client(client, {"decision:check"}, expires_at=ends)
        before = asking.ask(ALICE_READS).status
        if time.time() < ends:
            break
    assert before == 200
    time.sleep(max(0, ends - time.time()))
    assert asking.ask(ALICE_READS).status == 401


def test_a_refusal_writes_nothing(client: Client, data: Data):
    with closing(sqlite3.connect(data.config.store.path)) as watching:
        commits = watching.execute("PRAGMA data_version").fetchone()
        for _ in range(3):
            client.ask(ALICE_READS, authorization="Bearer gh_" + "0" * 16 + "_" + "0" * 64)
            client.ask(ALICE_READS, authorization=None)
        assert watching.execute("PRAGMA data_version").fetchone() == commits


def test_a_key_reaches_its_own_tenant_only(
    client: Client, make_client: MakeClient, database: Database
):
    if not any(t.slug == "other" for t in tenants.list_tenants(database)):
        tenants.create_tenant(
            database, "other", actor=SERVICE, name="Other", kind="minigrid"
        )
    stranger, _ = make_client(client, set(SCOPES), tenant="other")
    foreign = stranger.ask(ALICE_READS | WHY)
    nothing = stranger.ask(question("user:alice", "read", "record:none") | WHY)
    assert foreign.json == nothing.json
    assert foreign.json["decision"] is False


def test_reasons_come_when_asked_for(client: Client, make_client: MakeClient):
    asking, _ = make_client(client, {"decision:check"})
    reply = asking.ask(ALICE_READS | WHY)
    assert reply.json == {
        "decision": True,
        "context": {
            "reason": "permitted",
            "reason_user": "Alice and bob read.",
            "determining_policies": ["cert.alice-and-bob-read"],
        },
    }


def test_reasons_for_administrators_need_their_scope(
    client: Client, make_client: MakeClient
):
    asking, _ = make_client(client, {"decision:check", "decision:explain"})
    assert (
        "cert.alice-and-bob-read"
        in asking.ask(ALICE_READS | WHY).json["context"]["reason_admin"]
    )


def test_who_may_not_know_why_is_not_told_whether_a_thing_is_there(
    client: Client, make_client: MakeClient
):
    asking, _ = make_client(client, {"decision:check"})
    hidden = question("user:carol", "write", "record:record-1") | WHY
    missing = question("user:carol", "write", "record:none") | WHY
    assert asking.ask(hidden).body == asking.ask(missing).body
    assert client.ask(hidden).json["context"]["reason"] == "no_permit"
    assert client.ask(missing).json["context"]["reason"] == "unknown"


def api_client(*scopes: str, channel: str | None = None) -> ApiClient:
    key = Key("0" * 16, "0" * 64)
    return ApiClient(
        tenant="pwani",
        id=key.id,
        name="app",
        key_hash=digest(key.secret),
        scopes=frozenset(scopes),
        channel=channel,
        expires_at=None,
        revoked_at=None,
    )


@pytest.mark.parametrize("asserted", ["web", "android", "api", None, 5, ["web"]])
def test_a_fixed_channel_replaces_what_the_request_says(asserted: object):
    for scopes in ((), ("channel:assert",)):
        client = api_client(*scopes, channel="android")
        assert access.caller(client, {"channel": asserted}) == Caller("pwani", "android")


@pytest.mark.parametrize(
    ("asserted", "channel"),
    [("web", "web"), ("android", "android"), ("api", "api"), ("Web", None), ("", None)]
    + [(None, None), (True, None), (["web"], None), ({"web": 1}, None), ("cron", None)],
)
def test_a_channel_is_believed_with_the_scope_and_only_if_it_is_one(asserted, channel):
    assert (
        access.caller(api_client("channel:assert"), {"channel": asserted}).channel
        == channel
    )
    assert access.caller(api_client(), {"channel": asserted}).channel is None
    assert access.caller(api_client("channel:assert"), {}).channel is None


@pytest.mark.parametrize(("named", "session"), [("s-1", "s-1"), (5, None), (None, None)])
def test_a_session_counts_only_with_its_scope(named: object, session: str | None):
    assert (
        access.caller(api_client("session:assert"), {"session": named}).session == session
    )
    assert access.caller(api_client("channel:assert"), {"session": named}).session is None
