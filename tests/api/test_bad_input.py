"""Whatever is sent: no permit, no internal error, and the next request is answered."""

import json

import pytest

from tests.api.doors import EVALUATION, Client, question

GOOD = question("user:alice", "read", "record:record-1")
BODY = json.dumps(GOOD).encode()


def spoilt(old: str, new: str) -> bytes:
    text = json.dumps(GOOD)
    assert old in text
    return text.replace(old, new, 1).encode("utf-8", "surrogatepass")


BAD_BODIES = {
    "empty": b"",
    "blank": b" \n",
    "not json": b"subject=alice",
    "array": b"[" + BODY + b"]",
    "null": b"null",
    "two objects": BODY + BODY,
    "comment": BODY + b"// x",
    "trailing comma": BODY[:-1] + b",}",
    "cut off": BODY[:-1],
    "nul byte": BODY.replace(b"alice", b"al\x00ice"),
    "byte order mark": b"\xef\xbb\xbf" + BODY,
    "utf-16": json.dumps(GOOD).encode("utf-16"),
    "latin-1": BODY.replace(b"alice", b"\xe9lice"),
    "overlong utf-8": BODY.replace(b"alice", b"\xc0\xafalice"),
    "surrogate in utf-8": spoilt("alice", "\ud800"),
    "lone surrogate": spoilt("alice", "\\ud800"),
    "swapped surrogates": spoilt("alice", "\\ude00\\ud83d"),
    "lone surrogate in a name": spoilt('"type"', '"\\udfff": 1, "type"'),
    "duplicate member": spoilt('"type": "user"', '"type": "user", "type": "user"'),
    "duplicate after unescaping": spoilt(
        '"type": "user"', '"type": "user", "\\u0074ype": "x"'
    ),
    "duplicate deep inside": spoilt(
        '"alice"', '"alice", "properties": {"a": [{"b":1,"b":1}]}'
    ),
    "nan": spoilt('"alice"', '"alice", "properties": {"a": NaN}'),
    "infinity": spoilt('"alice"', '"alice", "properties": {"a": -Infinity}'),
    "huge float": spoilt('"alice"', '"alice", "properties": {"a": 1e400}'),
    "huge integer": spoilt('"alice"', '"alice", "properties": {"a": ' + "9" * 400 + "}"),
    "endless integer": spoilt(
        '"alice"', '"alice", "properties": {"a": ' + "9" * 9000 + "}"
    ),
    "nesting 17": b'{"a":' * 17 + b"1" + b"}" * 17,
    "nesting 17 in properties": spoilt(
        '"alice"', '"alice", "properties": ' + '{"a":' * 15 + "1" + "}" * 15
    ),
    "nesting 100,000 arrays": b"[" * 100_000,
    "nesting 100,000 objects": b'{"a":' * 40_000,
    "brackets closed before opened": b"]" * 100 + b"[" * 100,
    "id a number": spoilt('"alice"', "1"),
    "id a boolean": spoilt('"alice"', "true"),
    "id null": spoilt('"alice"', "null"),
    "id a list": spoilt('"alice"', '["alice"]'),
    "subject a string": spoilt('{"type": "user", "id": "alice"}', '"user:alice"'),
    "context a list": BODY[:-1] + b', "context": []}',
    "properties a string": spoilt('"alice"', '"alice", "properties": "x"'),
    "explain unknown": BODY[:-1] + b', "options": {"explain": "all"}}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_with_a_message_and_the_next_request_is_answered(
    client: Client, name: str
):
    reply = client.send(BAD_BODIES[name])
    assert reply.status == 400, reply.body
    assert set(reply.json) == {"error"}
    assert set(reply.json["error"]) == {"code", "message", "where", "request_id"}
    assert client.decides(GOOD)


@pytest.mark.parametrize("size", [256 * 1024 + 1, 10 * 1024 * 1024])
@pytest.mark.parametrize("filler", [b" ", b"[", b"x"])
def test_a_body_over_the_limit_is_refused_as_such(client: Client, size: int, filler: bytes):
    reply = client.send(BODY[:-1] + filler * (size - len(BODY)) + b"}")
    assert (reply.status, reply.json["error"]["code"]) == (413, "body_too_large")
    assert client.decides(GOOD)


def test_a_body_at_the_limit_is_read(client: Client):
    assert client.send(BODY + b" " * (256 * 1024 - len(BODY))).body == b'{"decision":true}'


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip", "x"])
def test_a_compressed_body_is_refused(client: Client, encoding: str):
    reply = client.send(BODY, content_encoding=encoding)
    assert (reply.status, reply.json["error"]["code"]) == (415, "unsupported_encoding")


def test_an_encoding_that_changes_nothing_is_taken(client: Client):
    assert client.send(BODY, content_encoding="Identity").body == b'{"decision":true}'


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/access/v1/evaluation/",
        "/access/v1//evaluation",
        "//access/v1/evaluation",
        "/ACCESS/V1/EVALUATION",
        "/access/v1/evaluation;x",
        "/access/v1/evaluation/../evaluation",
        "/access/v1/evaluation%00",
        "/access/v1/evaluation%0d%0ax:y",
        "/access/v2/evaluation",
        "/console",
    ],
)
def test_a_path_that_is_not_exactly_one_of_ours_is_not_found(client: Client, path: str):
    reply = client.send(BODY, path=path)
    assert (reply.status, reply.json["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "[::2]:80", ""],
)
def test_a_host_that_we_are_not_is_refused(client: Client, host: str):
    reply = client.send(BODY, host=host)
    assert (reply.status, reply.json["error"]["code"]) == (421, "wrong_host")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080", "[::1]"]
)
def test_every_name_of_the_loopback_is_ours(client: Client, host: str):
    assert client.send(BODY, host=host).body == b'{"decision":true}'


def test_a_line_break_in_a_request_id_is_neither_reflected_nor_a_decision(function: Client):
    for sent in ("a\r\nSet-Cookie: x=y", "a\x00", "a\nb", "é", "\x7f"):
        reply = function.send(BODY, x_request_id=sent)
        assert reply.status == 400
        assert reply.headers["x-request-id"] not in ("", sent)


@pytest.mark.parametrize("path", [EVALUATION, "/healthz", "/nothing"])
def test_every_error_has_the_one_shape(client: Client, path: str):
    replies = [
        client.send(BODY, path=path, method="BREW"),
        client.send(BODY, path=path, host="evil.example"),
        client.send(BODY, path=path, authorization="Bearer x", content_type="x"),
    ]
    for reply in replies:
        assert 400 <= reply.status < 500
        assert set(reply.json["error"]) == {"code", "message", "where", "request_id"}
        assert reply.json["error"]["request_id"] == reply.headers["x-request-id"]
        assert reply.headers["cache-control"] == "no-store"
