"""The numbered facts of AuthZEN 1.0 that concern one evaluation, on the served fixtures.

Sources: OpenID AuthZEN Authorization API 1.0, sections 5, 6 and 10; its certification.
"""

import json

import pytest

from tests.api.doors import EVALUATION, Client, question

ALICE_READS = question("user:alice", "read", "record:record-1")


def with_properties(part: str, **properties: object) -> dict[str, object]:
    asked = question("user:alice", "write", "record:record-1")
    return asked | {part: asked[part] | {"properties": properties}}


# Information model


def test_im_1_an_id_is_unique_within_its_type(client: Client):
    assert client.decides(ALICE_READS)
    assert not client.decides(question("identity:alice", "read", "record:record-1"))


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


@pytest.mark.parametrize("options", [{"x": 1}, "x", [], 5])
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


# Transport


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_tr_1_another_method_is_refused_with_the_one_there_is(client: Client, method: str):
    reply = client.send(json.dumps(ALICE_READS).encode(), method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "json",
    ],
)
def test_tr_2_another_content_type_is_a_bad_request(client: Client, kind: str | None):
    reply = client.ask(ALICE_READS, content_type=kind)
    assert reply.status == 400
    assert "`Content-Type` must be `application/json`" in reply.json["error"]["message"]


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"]
)
def test_tr_3_parameters_and_case_of_the_content_type_do_not_matter(
    client: Client, kind: str
):
    assert client.ask(ALICE_READS, content_type=kind).body == b'{"decision":true}'


def test_tr_4_an_answer_is_json(client: Client):
    reply = client.ask(ALICE_READS)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"5", b"null", b"{", b'{"subject":'])
def test_tr_5_and_8_what_is_no_json_object_is_a_bad_request(client: Client, body: bytes):
    reply = client.send(body)
    assert (reply.status, reply.json["error"]["code"]) == (400, "bad_request")


def test_tr_6_the_order_of_members_does_not_matter(client: Client):
    backwards = {
        part: dict(reversed(ALICE_READS[part].items())) for part in reversed(ALICE_READS)
    }
    assert client.decides(backwards)


def test_tr_10_null_is_absent_where_a_member_is_optional(client: Client):
    asked = {part: members | {"properties": None} for part, members in ALICE_READS.items()}
    assert client.decides(asked | {"context": None})


# Errors and headers


def test_er_1_an_error_is_an_object_with_a_message(client: Client):
    reply = client.send(b"{}", x_request_id="r-1")
    assert reply.headers["content-type"] == "application/json"
    assert reply.json == {
        "error": {
            "code": "bad_request",
            "message": "`subject` is missing",
            "where": "subject",
            "request_id": "r-1",
        }
    }


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Basic YTpi", "Bearer gh_x_y"]
)
def test_er_3_who_has_no_key_is_told_how_to_send_one(client: Client, authorization):
    reply = client.ask(ALICE_READS, authorization=authorization)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="gatehouse"'


@pytest.mark.parametrize("sent", ["r-1", "a b  c", "{}\"'<>;,\\", "x" * 4000])
def test_ri_2_a_request_id_comes_back_with_every_answer(client: Client, sent: str):
    replies = [
        client.ask(ALICE_READS, x_request_id=sent),
        client.send(b"", x_request_id=sent),
        client.ask(ALICE_READS, x_request_id=sent, authorization=None),
        client.send(b"", x_request_id=sent, method="GET"),
        client.send(b"", x_request_id=sent, path="/nothing"),
        client.send(b"", x_request_id=sent, method="GET", path="/healthz"),
    ]
    assert [reply.status for reply in replies] == [200, 400, 401, 405, 404, 200]
    assert [reply.headers["x-request-id"] for reply in replies] == [sent] * len(replies)


def test_ri_3_without_a_request_id_the_answer_has_one_of_its_own(client: Client):
    first, second = client.ask(ALICE_READS), client.ask(ALICE_READS)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_a_decision_names_the_revisions_it_was_made_from(client: Client):
    reply = client.ask(ALICE_READS)
    assert int(reply.headers["x-data-revision"]) >= 0
    assert int(reply.headers["x-policy-revision"], 16)
    assert reply.headers["cache-control"] == "no-store"
    assert "x-policy-revision" not in client.send(b"", path=EVALUATION).headers


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
