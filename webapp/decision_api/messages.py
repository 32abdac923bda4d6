"""An HTTP request and a response as plain values: the API runs without a server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What the API looks at in a request."""

    method: str
    #: Decoded, without the query.
    path: str
    #: By lower-case name.
    headers: Mapping[str, str]
    #: Gives the body, cut off one byte past the limit.  Called once at most, and only for a
    #: caller who is known: who has no key cannot keep a worker waiting for a body that
    #: never comes.
    read_body: Callable[[], bytes] = bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer; its headers need no `Content-Length`."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


Respond = Callable[[HttpRequest], HttpResponse]
