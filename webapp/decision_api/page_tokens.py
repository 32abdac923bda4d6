"""The tokens of pages: where the next page begins, so that nobody else can say so.

A token holds the size of the pages and the id that the page before ended with, and a MAC
over both and over the whole query: tenant, endpoint, and the body without its `page`. So a
token goes with the query that it was made for, and with no other.
Source: AuthZEN 1.0, section 8.2.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from authz.errors import RequestError

#: The first byte of what a token holds; another meaning of the rest gets another one.
VERSION = b"\x01"
#: What the key is used for; WHY: a MAC made for another purpose is no token.
PURPOSE = b"gatehouse page token"
MAC_BYTES = 32
LIMIT_BYTES = 2
PAGE_MEMBER = "page"


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of all results a page holds."""

    #: The results after this one; empty: from the first one on.
    after: str
    #: How many at most.
    limit: int


def query_of(tenant: str, endpoint: str, body: Mapping[str, object]) -> bytes:
    """What a query is told from others by.

    The order of members makes no difference; any other value does.
    """
    rest = {name: value for name, value in body.items() if name != PAGE_MEMBER}
    text = json.dumps([tenant, endpoint, rest], sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


class PageTokens:
    """Makes tokens and believes only its own."""

    def __init__(self, key: bytes):
        self._key = key

    def text(self, query: bytes, window: Window) -> str:
        """The token by which the query goes on."""
        held = VERSION + window.limit.to_bytes(LIMIT_BYTES) + window.after.encode()
        return _encoded(self._mac(query, held) + held)

    def window(self, query: bytes, text: str) -> Window:
        """What the token says. Raises: RequestError for any that is not of this query."""
        content = _decoded(text)
        mac, held = content[:MAC_BYTES], content[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(query, held)):
            raise RequestError(
                "`page.token` is none of this query: send it as it was given, with the "
                "query that it was given for, or begin without a token",
                where="page.token",
            )
        limit, after = held[1 : 1 + LIMIT_BYTES], held[1 + LIMIT_BYTES :]
        return Window(after.decode(), int.from_bytes(limit))

    def _mac(self, query: bytes, held: bytes) -> bytes:
        return hmac.digest(self._key, PURPOSE + query + held, "sha256")


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """The bytes; none where the text is not exactly how they are written."""
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return content if _encoded(content) == text else b""
