"""`GET /v1/policy`: which policies decide."""

import itertools
import shutil
from datetime import UTC, datetime
from pathlib import Path

from authz import config
from authz.composition import active_policies
from tests.api.doors import CONFIG, Client, Data, MakeClient, Reply, function_door
from webapp.serve import build_app

PATH = "/v1/policy"


def state(client: Client) -> Reply:
    return client.send(b"", method="GET", path=PATH, content_type=None)


def test_it_names_the_revision_the_health_and_every_policy(client: Client, data: Data):
    reply = state(client)
    assert reply.status == 200
    told = reply.json
    policies = active_policies(data.config).current()
    assert (
        told["policy_revision"] == policies.revision == reply.headers["x-policy-revision"]
    )
    assert told["health"] == {"status": "ok"}
    assert datetime.fromisoformat(told["loaded_at"]) <= datetime.now(UTC)
    assert told["count"] == len(told["policies"]) == len(policies.policies)
    assert told["policies"][0] == {
        "id": "cert.admins-write-what-is-archived",
        "effect": "permit",
        "title": "Admins write what is archived",
    }
    assert [one["id"] for one in told["policies"]] == sorted(policies.policies)


def test_it_tells_nothing_of_a_tenant(client: Client):
    text = state(client).body.decode()
    assert "authzen" not in text
    assert "101" not in text
    assert "x-data-revision" not in state(client).headers


def test_it_needs_the_scope_of_a_check(client: Client, make_client: MakeClient):
    checker, _ = make_client(client, {"decision:check"})
    assert state(checker).status == 200
    searcher, _ = make_client(client, {"decision:search"})
    assert state(searcher).status == 403
    assert state(Client(client.door, "gh_x_y")).status == 401
    assert client.send(b"{}", path=PATH).status == 405


def test_a_broken_edit_is_told_beside_the_policies_that_still_decide(
    data: Data, tmp_path: Path
):
    folder = tmp_path / "policies"
    shutil.copytree(CONFIG.parent / "policies", folder)
    settings = config.load(
        CONFIG, {}, {"store.path": data.config.store.path, "policy.dir": folder}
    )
    policies = active_policies(settings, clock=itertools.count(1_000_000_000).__next__)
    client = Client(function_door(build_app(settings, policies)), data.key)
    before = state(client).json
    edited = folder / "ext.polar"
    text = edited.read_text("utf-8")
    edited.write_text(text + "permit(", "utf-8")
    policies.reload()
    after = state(client).json
    assert after.pop("health") == {
        "status": "degraded",
        "message": policies.health().message,
    }
    assert "ext.polar:" in policies.health().message
    assert before.pop("health") == {"status": "ok"}
    assert after == before
    assert before["loaded_at"] == "2001-09-09T01:46:40+00:00"
    edited.write_text("# mended\n" + text, "utf-8")
    assert policies.reload()
    mended = state(client).json
    assert mended["health"] == {"status": "ok"}
    assert mended["loaded_at"] == "2001-09-09T01:46:41+00:00"
    assert mended["policy_revision"] != before["policy_revision"]
