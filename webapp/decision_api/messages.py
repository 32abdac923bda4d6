"""An HTTP request and a response as plain values: the API runs without a server."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from webapp.decision_api.endpoint import Limits


class Note:
    """Where the API keeps what it found out of a head; requests with the same bytes for a
    head share one.
    """

    __slots__ = ("admission", "seen_in")

    def __init__(self) -> None:
        self.admission: object = None
        #: At which look that was found to hold; see `admission.Turn`.
        self.seen_in: object = None


# WHY no dataclasses: a frozen one takes six times as long to make, and each request makes
# both.
class HttpRequest(msgspec.Struct, frozen=True, gc=False):
    """What the API looks at in a request."""

    method: str
    #: Without the query; as it was sent, but where WSGI has decoded it.
    path: str
    #: By lower-case name.
    headers: Mapping[str, str]
    #: At least the first byte past the limit where the body is larger.
    body: bytes = b""
    #: When it was complete, by `time.perf_counter`; 0: not known.
    started: float = 0.0
    #: None where it is not known which requests have the same head.
    note: Note | None = None


class Headers:
    """Headers that many answers have in common."""

    __slots__ = ("lines", "pairs")

    def __init__(self, pairs: tuple[tuple[str, str], ...]):
        self.pairs = pairs
        lines = "".join([f"{name}: {value}\r\n" for name, value in pairs])
        is_sound = lines.count("\n") == lines.count("\r") == len(pairs)
        #: As HTTP/1.1 has them; None where one of them would make a line of its own.
        self.lines = lines if is_sound else None


class HttpResponse(msgspec.Struct, frozen=True, gc=False):
    """A whole answer; its headers need no `Content-Length`."""

    status: int
    common: Headers
    request_id: str
    body: bytes

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All of them."""
        return (*self.common.pairs, ("X-Request-ID", self.request_id))


class Answers(Protocol):
    """The API as a server sees it."""

    limits: Limits
    #: Set before a stop: the service says that it is not ready, and still answers.
    draining: bool

    def refusal(self, head: HttpRequest) -> HttpResponse | None:
        """The answer to a request whose body need not be waited for; None for others."""
        ...

    def is_slow(self, request: HttpRequest) -> bool:
        """Whether the answer may take long, so that it should not hold up others."""
        ...

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to any request; never raises."""
        ...

    def respond_all(self, requests: Sequence[HttpRequest]) -> list[HttpResponse]:
        """The answers to requests that wait at the same time; never raises."""
        ...


def is_echoable(text: str) -> bool:
    """Whether a header may carry it back: any ASCII field value, however long."""
    return bool(text) and text.isascii() and text.replace("\t", " ").isprintable()
