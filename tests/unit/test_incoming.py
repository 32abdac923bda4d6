"""Bytes become the same requests, however they are cut."""

import pytest

from authz.errors import RequestError
from webapp.decision_api.heads import Heads
from webapp.decision_api.incoming import Incoming

POST = b"POST /a?b HTTP/1.1\r\nHost: x\r\n"
SENT = (
    b"\r\n"
    + POST
    + b"Content-Length: 6\r\n\r\na\r\n\r\nb"
    + POST
    + b"X-Request-ID: 1\r\n\r\n"
    + POST
    + b"Transfer-Encoding: chunked\r\n\r\n3\r\na\r\n\r\n1;x=y\r\nb\r\n0\r\nHost: y\r\n\r\n"
)
REQUESTS = [("/a", b"a\r\n\r\nb"), ("/a", b""), ("/a", b"a\r\nb")]


def taken(incoming: Incoming, *parts: bytes) -> list[tuple[str, bytes]]:
    """Path and body of each request that these bytes make."""
    found = []
    for part in parts:
        incoming.add(part)
        while (whole := incoming.take()) is not None:
            head, body, is_followable = whole
            assert is_followable
            found.append((head.path, body))
    return found


@pytest.mark.parametrize("size", range(1, len(SENT) + 1))
def test_requests_are_the_same_in_pieces_of_any_size(size):
    incoming = Incoming(Heads(), 100)
    parts = [SENT[n : n + size] for n in range(0, len(SENT), size)]
    assert taken(incoming, *parts) == REQUESTS
    assert incoming.is_empty


@pytest.mark.parametrize("place", range(1, len(SENT)))
def test_requests_are_the_same_wherever_they_are_cut(place):
    assert taken(Incoming(Heads(), 100), SENT[:place], SENT[place:]) == REQUESTS


@pytest.mark.parametrize("place", range(1, len(POST) + 8))
def test_a_bare_line_end_is_found_wherever_it_is_cut(place):
    incoming, sent = Incoming(Heads(), 100), POST + b"X-One: a\nX-Two: b\r\n"
    with pytest.raises(RequestError, match="does not end in CR LF"):
        taken(incoming, sent[:place], sent[place:])


def test_a_head_that_was_read_before_says_the_same():
    heads, raw = Heads(), POST + b"Authorization: Bearer k\r\n\r\n"
    first = heads.read(raw)
    assert heads.read(bytes(bytearray(raw))) is first
    assert (first.path, first.headers) == ("/a", {"host": "x", "authorization": "Bearer k"})
    other = heads.read(raw.replace(b"Bearer k", b"Bearer l"))
    assert other.headers["authorization"] == "Bearer l"
