"""The head of an HTTP/1.1 request: what it says, or why it is refused.

llhttp reads it and refuses most of what two servers could read in two ways: bare line ends,
folded lines, a length beside chunks or twice. What it lets through is refused here: another
transfer coding, a header twice that the API looks at, bytes that are not printable ASCII, a
target that is not a plain path.
Source: RFC 9112, sections 2.2, 3, 5 and 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from authz.errors import RequestError
from webapp.decision_api.errors import HeadTooLarge, TargetTooLong
from webapp.decision_api.messages import Note

END = b"\r\n\r\n"
HEAD_BYTES = 64 * 1024
TARGET_BYTES = 8 * 1024
HEADERS = 100

#: The headers that the API looks at.
READ = {
    name.encode(): name
    for name in (
        "host",
        "authorization",
        "x-request-id",
        "content-encoding",
        "content-type",
    )
}
#: The headers that say how a message goes on.
FRAMING = (b"content-length", b"transfer-encoding", b"connection", b"expect")
VERSIONS = {b" HTTP/1.1": True, b" HTTP/1.0": False}
PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
#: More digits than any body that is read.
LENGTH_DIGITS = 15

CACHED_HEADS = 512
CACHED_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a request before its body."""

    method: str
    #: As it was sent, without the query.
    path: str
    #: Those that the API looks at, by lower-case name.
    headers: Mapping[str, str]
    #: Bytes of the body; 0 where it comes in chunks.
    length: int
    is_chunked: bool
    #: Whether another request may follow on the connection.
    keeps_alive: bool
    #: Whether the sender waits for `100 Continue`.
    expects: bool
    note: Note = field(default_factory=Note, compare=False)


class _Fields:
    """What the parser finds in a head."""

    def __init__(self) -> None:
        self.target = b""
        self.fields: list[tuple[bytes, bytes]] = []

    def on_url(self, part: bytes) -> None:
        self.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name.lower(), value.strip(b" \t")))


class Heads:
    """Reads heads, and keeps the last ones: a client sends most of them again."""

    def __init__(self) -> None:
        #: The bytes of a head -> what it says.
        self.known: dict[bytes, Head] = {}

    def read(self, raw: bytes) -> Head:
        """What this head says, up to and with its empty line. Raises: as `read`."""
        head = self.known.get(raw)
        if head is None:
            head = read(raw)
            if len(raw) <= CACHED_BYTES:
                if len(self.known) >= CACHED_HEADS:
                    self.known.clear()
                self.known[raw] = head
        return head


def read(raw: bytes) -> Head:
    """What this head says, up to and with its empty line.

    Raises: RequestError, HeadTooLarge, TargetTooLong.
    """
    if len(raw) > HEAD_BYTES:
        raise HeadTooLarge(f"the headers are larger than {HEAD_BYTES} bytes")
    if raw.index(b"\r\n") > TARGET_BYTES:
        raise TargetTooLong(f"the request line is longer than {TARGET_BYTES} bytes")
    found = _Fields()
    parser = HttpRequestParser(found)
    try:
        parser.feed_data(raw)
    except HttpParserUpgrade:
        pass  # WHY: a server may go on as if no upgrade was asked for (RFC 9110, 7.8)
    except HttpParserError as exc:
        raise RequestError(f"the request is not HTTP/1.1: {_plain(exc)}") from exc
    if raw.translate(None, PRINTABLE):
        raise RequestError("a header holds bytes that are not printable ASCII")
    if len(found.fields) > HEADERS:
        raise HeadTooLarge(f"there are more than {HEADERS} headers")
    method = parser.get_method()
    is_current = _version(raw, method, found.target)
    return _head(method, found, is_current)


def check_unfinished(data: bytes, start: int) -> None:
    """Refuses what no end can make a head of; up to `start` it was looked at before.

    Raises: RequestError, HeadTooLarge, TargetTooLong.
    """
    # WHY: a line end may come in two parts.
    if data[start - 1 : start] == b"\r":
        start -= 1
    if data.count(b"\n", start) != data.count(b"\r\n", start):
        raise RequestError("a line of the head does not end in CR LF")
    if len(data) > TARGET_BYTES and b"\r\n" not in data[: TARGET_BYTES + 1]:
        raise TargetTooLong(f"the request line is longer than {TARGET_BYTES} bytes")
    if len(data) > HEAD_BYTES:
        raise HeadTooLarge(f"the headers are larger than {HEAD_BYTES} bytes")


def _version(raw: bytes, method: bytes, target: bytes) -> bool:
    """Whether the request is of HTTP/1.1, not 1.0. Raises: RequestError."""
    line = raw[: raw.index(b"\r\n")]
    start = method + b" " + target
    is_current = VERSIONS.get(line[len(start) :])
    if is_current is None or not line.startswith(start):
        raise RequestError("the request line is not `METHOD /path HTTP/1.1`")
    if not target.startswith(b"/") or b"#" in target:
        raise RequestError("the target of the request is not a path")
    return is_current


def _head(method: bytes, found: _Fields, is_current: bool) -> Head:
    headers: dict[str, str] = {}
    framing: dict[bytes, bytes] = {}
    for name, value in found.fields:
        known = READ.get(name)
        if known is not None:
            if known in headers:
                raise RequestError(f"the header `{known}` is there twice")
            headers[known] = value.decode("ascii")
        elif name in FRAMING:
            before = framing.get(name)
            if before is not None and name != b"connection":
                raise RequestError(f"the header `{name.decode()}` is there twice")
            framing[name] = value if before is None else before + b"," + value
    if "host" not in headers:
        raise RequestError("the header `Host` is missing")
    options = [option.strip() for option in framing.get(b"connection", b"").split(b",")]
    return Head(
        method=method.decode("ascii"),
        path=found.target.partition(b"?")[0].decode("ascii"),
        headers=headers,
        length=_length(framing),
        is_chunked=_is_chunked(framing, is_current),
        keeps_alive=is_current and b"close" not in [option.lower() for option in options],
        expects=is_current and framing.get(b"expect", b"").lower() == b"100-continue",
    )


def _length(framing: Mapping[bytes, bytes]) -> int:
    stated = framing.get(b"content-length", b"0")
    if not stated.isdigit() or len(stated) > LENGTH_DIGITS:
        raise RequestError("the header `Content-Length` is not a length")
    return int(stated)


def _is_chunked(framing: Mapping[bytes, bytes], is_current: bool) -> bool:
    coding = framing.get(b"transfer-encoding")
    if coding is None:
        return False
    if not is_current or coding.lower() != b"chunked" or b"content-length" in framing:
        raise RequestError("the body comes in a form that is not read: send its length")
    return True


def _plain(exc: HttpParserError) -> str:
    text = str(exc)
    return text[:1].lower() + text[1:] if text.isascii() else "it cannot be read"
