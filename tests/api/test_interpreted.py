"""What only the engine can decide is decided over HTTP, and never searched."""

import json
import shutil

import pytest

from authz import config
from tests.api.doors import CONFIG, Client, Data, function_door, question
from webapp.serve import build_app

RULE = """\
permit("odd.everybody-but-guests-edits", subject: User, "edit", _doc: Record, _context) if
  forall(role in subject.roles, role != "guest");
"""
ENTRY = """\
version: 1
policies:
  odd.everybody-but-guests-edits:
    title: Everybody but guests edits
    why: No condition says it.
    owner: tests
    sentence: {en: Everybody but guests edits.}
"""
ALICE, USERS, RECORDS = (
    {"type": "user", "id": "alice"},
    {"type": "user"},
    {"type": "record"},
)
RECORD = {"type": "record", "id": "101"}


@pytest.fixture(scope="module")
def odd(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A service with one such policy beside those of the fixtures."""
    folder = tmp_path_factory.mktemp("odd") / "policies"
    shutil.copytree(CONFIG.parent / "policies", folder)
    (folder / "odd.polar").write_text(RULE, "utf-8")
    (folder / "odd.yaml").write_text(ENTRY, "utf-8")
    flags = {
        "store.path": data.config.store.path,
        "policy.dir": folder,
        "policy.last_good": folder.parent / "last-good",
        "engine.interpreted": "allow",
    }
    return Client(function_door(build_app(config.load(CONFIG, {}, flags))), data.key)


def test_it_is_decided(odd: Client):
    assert odd.decides(question("user:carol", "edit", "record:101"))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/access/v1/search/subject", {"subject": USERS, "resource": RECORD}),
        ("/access/v1/search/resource", {"subject": ALICE, "resource": RECORDS}),
        ("/access/v1/search/action", {"subject": ALICE, "resource": RECORD}),
        ("/v1/filter", {"subject": ALICE, "resource": RECORDS}),
    ],
)
def test_it_is_not_searched_and_the_error_says_why(odd: Client, path: str, asked):
    body = json.dumps(asked | {"action": {"name": "edit"}}).encode()
    reply = odd.send(body, path=path)
    assert (reply.status, reply.json["error"]["code"]) == (501, "not_searchable")
    assert "can only be interpreted" in reply.json["error"]["message"]


def test_other_searches_are_answered(odd: Client):
    asked = {"subject": ALICE, "action": {"name": "delete"}, "resource": RECORDS}
    reply = odd.send(json.dumps(asked).encode(), path="/access/v1/search/resource")
    assert [one["id"] for one in reply.json["results"]] == ["101", "107", "113", "119"]
