"""A head is refused, or read as another HTTP/1.1 parser reads it."""

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authz.errors import AuthzError
from webapp.decision_api.heads import END, Head, read

LINES = [
    b"POST /access/v1/evaluation?a=b HTTP/1.1",
    b"Host: 127.0.0.1:8080",
    b"Authorization: Bearer gh_1_2",
    b"Content-Type: application/json",
    b"Content-Length: 12",
    b"Connection: keep-alive",
    b"X-Request-ID: a b",
]
#: What is known to be read in more than one way.
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b",",
    b"\x0b",
    b"\x80",
    b"12",
    b"#",
]
PIECES += [b"Transfer-Encoding: chunked\r\n", b"Content-Length: 3\r\n", b"Host: b\r\n"]
PIECES += [b"chunked", b"close", b"HTTP/1.0", b"http://b", b"%2f", b"..", b"+", b"\xff"]


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """Heads with a few pieces put in, taken out or moved."""
    lines = draw(st.permutations(LINES[1:]))[: draw(st.integers(0, 6))]
    raw = b"\r\n".join([LINES[0], *lines, b""])
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(raw)))
        cut = draw(st.integers(0, 3))
        raw = raw[:place] + draw(st.sampled_from(PIECES)) + raw[place + cut :]
    # WHY: a head goes to the first empty line, wherever that came to be.
    raw = raw.lstrip(b"\r\n") + END
    return raw[: raw.index(END) + len(END)]


@given(heads())
@example(b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \tchunked \r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost:\r\n\r\n")
def test_what_is_read_is_what_another_parser_reads(raw):
    try:
        head = read(raw)
    except AuthzError:
        return
    other = h11.Connection(h11.SERVER)
    other.receive_data(raw)
    event = other.next_event()
    assert isinstance(event, h11.Request)
    assert (event.method, event.target.partition(b"?")[0]) == (
        head.method.encode(),
        head.path.encode(),
    )
    theirs = {name.decode(): value.decode() for name, value in event.headers}
    assert {name: theirs[name] for name in head.headers} == head.headers
    assert int(theirs.get("content-length", "0")) == head.length
    assert ("transfer-encoding" in theirs) == head.is_chunked


@pytest.mark.parametrize(
    ("said", "goes_on"),
    [
        ("keep-alive", True),
        ("close", False),
        ("Close", False),
        ("keep-alive, close", False),
        ("x ,\tCLOSE", False),
        ("closed", True),
    ],
)
def test_a_connection_goes_on_unless_it_is_said_to_end(said, goes_on):
    head: Head = read(f"GET / HTTP/1.1\r\nHost: a\r\nConnection: {said}\r\n\r\n".encode())
    assert head.keeps_alive is goes_on
