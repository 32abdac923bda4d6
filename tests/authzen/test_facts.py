"""The numbered facts of AuthZEN 1.0: in general, the information model, one evaluation.

A test is named by the fact that it is broken with: `test_ev_3_...`. Sources: OpenID AuthZEN
Authorization API 1.0, sections 5, 6, 10 and 11; its certification.
"""

import json
import re
from pathlib import Path

import pytest

from authz import config
from tests.api.doors import Client, question
from tests.authzen.paths import POSTS

ALICE_READS = question("user:alice", "read", "record:record-1")


def with_properties(part: str, **properties: object) -> dict[str, object]:
    asked = question("user:alice", "write", "record:record-1")
    return asked | {part: asked[part] | {"properties": properties}}


#: Group -> its number of facts.
FACTS = {"gen": 8, "im": 8, "ev": 6, "ba": 20, "tr": 10, "er": 3, "ri": 3}
#: Fact -> why no test of ours can be broken with it.
NOT_OURS = {
    "gen-7": "answers may be signed; ours are not, and only the metadata is",
}


def test_every_fact_has_a_test_or_a_reason():
    named = set()
    for file in Path(__file__).parent.glob("test_facts*.py"):
        for group, numbers in re.findall(
            r"^def test_([a-z]+)_((?:\d+_and_)*\d+)_", file.read_text("utf-8"), re.M
        ):
            named |= {f"{group}-{number}" for number in numbers.split("_and_")}
    facts = {f"{group}-{n}" for group in FACTS for n in range(1, FACTS[group] + 1)}
    assert facts - named == set(NOT_OURS)


# In general


@pytest.mark.parametrize("path", POSTS)
def test_gen_1_and_2_requests_are_json_over_http_at_paths_of_version_1(
    client: Client, path: str
):
    assert path.startswith("/access/v1/")
    reply = client.ask(POSTS[path], path=path)
    assert reply.status == 200
    assert isinstance(reply.json, dict)


def test_gen_3_our_options_add_a_context_and_change_nothing_else(client: Client):
    for asked in (ALICE_READS, question("user:carol", "write", "record:record-1")):
        plain = client.ask(asked).json
        explained = client.ask(asked | {"options": {"explain": "full"}}).json
        assert set(explained) == {"decision", "context"}
        assert {"decision": explained["decision"]} == plain


def test_gen_4_without_tls_of_its_own_the_service_listens_on_this_machine_only():
    # WHY no more: TLS belongs to the proxy in front, which docs/ shows.
    assert config.load(None, {}).server.decisions.host == "127.0.0.1"


@pytest.mark.parametrize("path", POSTS)
def test_gen_5_who_does_not_say_who_they_are_gets_no_answer(client: Client, path: str):
    reply = client.ask(POSTS[path], path=path, authorization=None)
    assert (reply.status, set(reply.json)) == (401, {"error"})


def test_gen_6_a_value_that_the_caller_vouches_for_is_believed(client: Client):
    assert not client.decides(question("user:carol", "write", "record:record-2"))
    assert client.decides(
        question("user:carol", "write", "record:record-2")
        | {"subject": {"type": "user", "id": "carol", "properties": {"role": "admin"}}}
    )


@pytest.mark.parametrize("path", POSTS)
def test_gen_8_what_is_too_large_or_nested_too_deeply_is_refused(client: Client, path: str):
    large = client.ask(POSTS[path] | {"note": "x" * 300_000}, path=path)
    assert (large.status, large.json["error"]["code"]) == (413, "body_too_large")
    nested = client.ask(POSTS[path] | {"note": json.loads("[" * 20 + "]" * 20)}, path=path)
    assert (nested.status, nested.json["error"]["code"]) == (400, "bad_request")


# Information model


def test_im_1_an_id_is_unique_within_its_type(client: Client):
    assert client.decides(ALICE_READS)
    assert not client.decides(question("identity:alice", "read", "record:record-1"))


@pytest.mark.parametrize("part", ["subject", "resource"])
@pytest.mark.parametrize("member", ["type", "id"])
def test_im_1_and_2_an_entity_has_a_type_an_id_and_perhaps_properties(
    client: Client, part: str, member: str
):
    whole = ALICE_READS[part] | {"properties": {"x": 1}}
    assert client.decides(ALICE_READS | {part: whole})
    for members in (
        {name: value for name, value in whole.items() if name != member},
        whole | {member: 5},
        whole | {"properties": "x"},
    ):
        assert client.ask(ALICE_READS | {part: members}).status == 400


def test_im_2_an_id_of_a_resource_is_unique_within_its_type(client: Client):
    assert not client.decides(question("user:alice", "read", "route:record-1"))


def test_im_3_an_action_needs_no_type_and_no_id(client: Client):
    assert client.decides(ALICE_READS | {"action": {"name": "read", "type": 5, "id": None}})


def test_im_4_a_context_is_never_needed_and_never_harms(client: Client):
    for context in ({}, {"time": "2026-11-01T12:00:00Z", "ip": ["::1", {"a": None}]}):
        assert client.decides(ALICE_READS | {"context": context})


def test_im_5_a_property_may_be_any_value(client: Client):
    asked = ALICE_READS | {
        "subject": {
            "type": "user",
            "id": "alice",
            "properties": {"a": None, "b": [1, 2.5, {"c": []}], "d": True, "e": {"f": "é"}},
        }
    }
    assert client.decides(asked)


@pytest.mark.parametrize("subject", ["user:alice", "user:carol"])
@pytest.mark.parametrize("options", [{}, {"explain": "reasons"}, {"explain": "full"}])
def test_im_6_and_7_a_decision_is_one_of_two_booleans(
    client: Client, subject: str, options: dict[str, str]
):
    asked = question(subject, "read", "record:record-1") | {"options": options}
    answer = client.ask(asked).json
    assert answer["decision"] is (subject == "user:alice")
    assert set(answer) == ({"decision", "context"} if options else {"decision"})
    assert isinstance(answer.get("context", {}), dict)


@pytest.mark.parametrize(
    "name", ["", " ", "a" * 5000, "é\u200b\u0000", "'; DROP TABLE x; --"]
)
def test_im_8_any_string_is_a_name_and_names_nothing(client: Client, name: str):
    for part in ("subject", "resource"):
        for member in ("type", "id"):
            assert not client.decides(
                ALICE_READS | {part: ALICE_READS[part] | {member: name}}
            )
    assert not client.decides(ALICE_READS | {"action": {"name": name}})


# Evaluation


@pytest.mark.parametrize("missing", ["subject", "action", "resource"])
def test_ev_1_a_missing_entity_is_a_bad_request(client: Client, missing: str):
    reply = client.ask({part: ALICE_READS[part] for part in ALICE_READS if part != missing})
    assert reply.status == 400
    assert reply.json["error"]["where"] == missing


@pytest.mark.parametrize(
    "path", ["subject.type", "subject.id", "action.name", "resource.type", "resource.id"]
)
def test_ev_1_a_missing_member_of_an_entity_is_a_bad_request(client: Client, path: str):
    part, missing = path.split(".")
    members = {name: value for name, value in ALICE_READS[part].items() if name != missing}
    reply = client.ask(ALICE_READS | {part: members})
    assert reply.status == 400
    assert reply.json["error"]["where"] == path


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"subject": "user:alice"}, "subject"),
        ({"subject": {"type": "user", "id": 1}}, "subject.id"),
        ({"action": {"name": 5}}, "action.name"),
        ({"action": {"name": "read", "properties": []}}, "action.properties"),
        ({"resource": {"type": True, "id": "1"}}, "resource.type"),
        ({"context": "x"}, "context"),
        ({"context": [1]}, "context"),
        ({"subject": None}, "subject"),
    ],
)
def test_ev_2_a_wrong_type_is_a_bad_request_that_names_its_place(
    client: Client, change, where
):
    reply = client.ask(ALICE_READS | change)
    assert reply.status == 400
    assert reply.json["error"]["where"] == where


@pytest.mark.parametrize(
    "asked",
    [
        question("user:nobody", "read", "record:record-1"),
        question("ghost:alice", "read", "record:record-1"),
        question("user:alice", "read", "record:nothing"),
        question("user:alice", "read", "ghost:record-1"),
        question("user:alice", "fly", "record:record-1"),
    ],
)
def test_ev_3_a_deny_is_200_also_for_what_is_not_known(client: Client, asked):
    reply = client.ask(asked)
    assert (reply.status, reply.body) == (200, b'{"decision":false}')


@pytest.mark.parametrize("options", [{"evaluations_semantic": 5, "x": 1}, "x", [], 5])
def test_ev_4_unknown_members_mean_nothing(client: Client, options: object):
    more = {"evaluations": "x", "_note": 1, "page": {"limit": -1}, "options": options}
    asked = {part: members | {"_note": []} for part, members in ALICE_READS.items()} | more
    assert client.decides(asked)


def test_ev_5_the_same_request_gets_the_same_body(client: Client):
    bodies = {client.ask(ALICE_READS).body for _ in range(4)}
    assert bodies == {b'{"decision":true}'}


def test_ev_6_properties_of_the_resource_win_over_what_is_stored(client: Client):
    assert client.decides(question("user:alice", "write", "record:record-1"))
    assert not client.decides(with_properties("resource", status="archived"))
    assert client.decides(with_properties("resource", status="active"))


def test_ev_6_properties_of_the_subject_win_over_what_is_stored(client: Client):
    asked = question("user:alice", "write", "record:record-2")
    assert not client.decides(asked)
    admin = asked["subject"] | {"properties": {"role": "admin"}}
    assert client.decides(asked | {"subject": admin})


@pytest.mark.parametrize(
    ("soft", "decision"), [(True, True), (False, False), ("true", False)]
)
def test_ev_6_properties_of_the_action_take_part(
    client: Client, soft: object, decision: bool
):
    asked = question("user:alice", "delete", "record:record-1")
    action = {"name": "delete", "properties": {"soft": soft}}
    assert client.decides(asked | {"action": action}) is decision
    assert not client.decides(asked)


# The context fixture


@pytest.mark.parametrize(
    ("context", "decision"),
    [
        ({"token": "open"}, True),
        ({"token": "open", "more": 1}, True),
        ({"token": "open", "extra": ""}, False),
        ({"token": "open", "extra": 1}, False),
        ({"token": "shut"}, False),
        ({"token": ["open"]}, False),
        ({}, False),
        (None, False),
    ],
)
def test_the_context_decides_where_a_policy_reads_it(client: Client, context, decision):
    asked = question("user:alice", "probe-context", "probe:p1") | {"context": context}
    assert client.decides(asked) is decision
    assert not client.decides(asked | {"subject": {"type": "user", "id": "bob"}})
