"""The numbered facts of AuthZEN 1.0 on transport, errors and request ids, on every path.

Sources: OpenID AuthZEN Authorization API 1.0, sections 10 and 11; its certification.
"""

import json

import pytest

from tests.api.doors import Client, question
from tests.authzen.paths import ALICE_READS, POSTS

every_path = pytest.mark.parametrize("path", POSTS)


def text_of(path: str) -> str:
    return json.dumps(POSTS[path])


@every_path
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_tr_1_another_method_is_refused_with_the_one_there_is(
    client: Client, path: str, method: str
):
    reply = client.send(text_of(path).encode(), method=method, path=path)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


@every_path
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
def test_tr_2_another_content_type_is_a_bad_request(
    client: Client, path: str, kind: str | None
):
    reply = client.ask(POSTS[path], path=path, content_type=kind)
    assert reply.status == 400
    assert "`Content-Type` must be `application/json`" in reply.json["error"]["message"]


@every_path
@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"]
)
def test_tr_3_parameters_and_case_of_the_content_type_do_not_matter(
    client: Client, path: str, kind: str
):
    plain = client.ask(POSTS[path], path=path)
    assert client.ask(POSTS[path], path=path, content_type=kind).body == plain.body
    assert plain.status == 200


@every_path
def test_tr_4_an_answer_is_a_json_object(client: Client, path: str):
    reply = client.ask(POSTS[path], path=path)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert isinstance(reply.json, dict)


@every_path
@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"5", b"null", b"{", b'{"subject":'])
def test_tr_5_and_8_what_is_no_json_object_is_a_bad_request(
    client: Client, path: str, body: bytes
):
    reply = client.send(body, path=path)
    assert (reply.status, reply.json["error"]["code"]) == (400, "bad_request")


@every_path
def test_tr_6_neither_unknown_members_nor_the_order_of_members_matter(
    client: Client, path: str
):
    plain = client.ask(POSTS[path], path=path).body
    backwards = {
        part: dict(reversed(members.items())) if isinstance(members, dict) else members
        for part, members in reversed(POSTS[path].items())
    }
    assert client.ask(backwards, path=path).body == plain
    more = {
        part: members | {"_note": [1]} if isinstance(members, dict) else members
        for part, members in POSTS[path].items()
    }
    assert client.ask(more | {"_note": {"a": None}}, path=path).body == plain


@pytest.mark.parametrize("soft", ["true", 1, "1", [True], {"soft": True}])
def test_tr_7_a_boolean_is_the_literal_and_nothing_that_looks_like_it(
    client: Client, soft: object
):
    asked = question("user:alice", "delete", "record:record-1")
    action = {"name": "delete", "properties": {"soft": True}}
    assert client.decides(asked | {"action": action})
    assert not client.decides(asked | {"action": action | {"properties": {"soft": soft}}})


@every_path
def test_tr_8_a_body_that_goes_on_after_the_object_is_a_bad_request(
    client: Client, path: str
):
    assert client.send(text_of(path).encode() + b" {}", path=path).status == 400


@every_path
@pytest.mark.parametrize(
    "member",
    [
        b'"a": NaN',
        b'"a": -Infinity',
        b'"a": 1e999',
        b'"a": 1, "a": 1',
        b'"a": 1, "\\u0061": 1',
        b'"a": "\\ud800"',
        b'"a": "\xff"',
        b'"\xed\xa0\x80": 1',
    ],
)
def test_tr_9_what_is_no_i_json_is_a_bad_request(client: Client, path: str, member: bytes):
    text = text_of(path).encode()[:-1] + b', "_note": {' + member + b"}}"
    reply = client.send(text, path=path)
    assert (reply.status, reply.json["error"]["code"]) == (400, "bad_request")


@every_path
def test_tr_10_null_is_absent_where_a_member_is_optional(client: Client, path: str):
    plain = client.ask(POSTS[path], path=path).body
    nulls = {
        part: members | {"properties": None} if isinstance(members, dict) else members
        for part, members in POSTS[path].items()
    } | {"context": None, "options": None, "page": None}
    assert client.ask(nulls, path=path).body == plain


@every_path
@pytest.mark.parametrize("part", ["subject", "resource"])
def test_tr_10_null_is_missing_where_a_member_is_required(
    client: Client, path: str, part: str
):
    asked = {name: kept for name, kept in POSTS[path].items() if name != "evaluations"}
    reply = client.ask(asked | {part: None}, path=path)
    assert (reply.status, reply.json["error"]["where"]) == (400, part)
    assert reply.json["error"]["message"] == f"`{part}` is missing"


# Errors


@every_path
def test_er_1_an_error_is_an_object_with_a_message(client: Client, path: str):
    reply = client.send(b"{}", path=path, x_request_id="r-1")
    assert (reply.status, reply.headers["content-type"]) == (400, "application/json")
    assert reply.json == {
        "error": {
            "code": "bad_request",
            "message": "`subject` is missing",
            "where": "subject",
            "request_id": "r-1",
        }
    }


def test_er_2_no_outcome_of_a_decision_is_an_error(client: Client):
    for asked in (
        question("user:carol", "write", "record:record-1"),
        question("ghost:x", "fly", "ghost:y"),
        question("user:alice", "read", "record:record-1") | {"context": {"channel": 5}},
    ):
        assert client.ask(asked).status == 200


@every_path
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Basic YTpi", "Bearer gh_x_y"]
)
def test_er_3_who_has_no_key_is_told_how_to_send_one(
    client: Client, path: str, authorization: str | None
):
    reply = client.ask(POSTS[path], path=path, authorization=authorization)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="gatehouse"'


# Request ids


@pytest.mark.parametrize("sent", ["r-1", "a b  c", "{}\"'<>;,\\", "x" * 4000])
def test_ri_1_and_2_a_request_id_comes_back_with_every_answer(client: Client, sent: str):
    answered = [
        client.ask(asked, path=path, x_request_id=sent) for path, asked in POSTS.items()
    ]
    assert {reply.status for reply in answered} == {200}
    refused = [
        client.send(b"", x_request_id=sent),
        client.ask(ALICE_READS, x_request_id=sent, authorization=None),
        client.send(b"", x_request_id=sent, method="GET"),
        client.send(b"", x_request_id=sent, path="/nothing"),
        client.send(b"x" * 300_000, x_request_id=sent),
        client.ask(ALICE_READS, x_request_id=sent, host="elsewhere.example"),
        client.send(b"", x_request_id=sent, method="GET", path="/healthz"),
    ]
    assert [reply.status for reply in refused] == [400, 401, 405, 404, 413, 421, 200]
    ids = [reply.headers["x-request-id"] for reply in answered + refused]
    assert ids == [sent] * len(ids)


def test_ri_3_without_a_request_id_the_answer_has_one_of_its_own(client: Client):
    first, second = client.ask(ALICE_READS), client.ask(ALICE_READS)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@every_path
def test_an_answer_names_the_revisions_it_was_made_from(client: Client, path: str):
    reply = client.ask(POSTS[path], path=path)
    assert int(reply.headers["x-data-revision"]) >= 0
    assert int(reply.headers["x-policy-revision"], 16)
    assert reply.headers["cache-control"] == "no-store"
    assert "x-policy-revision" not in client.send(b"", path=path).headers
