"""The body of a request that did not come all at once: by its length, or in chunks."""

from httptools import HttpParserError, HttpRequestParser

from authz.errors import RequestError
from webapp.decision_api.errors import BodyTooLarge
from webapp.decision_api.heads import HEAD_BYTES

#: llhttp is brought to where chunks begin.
CHUNKS_BEGIN = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


class SizedBody:
    """A body whose length was said."""

    is_followed = False

    def __init__(self, length: int):
        self._missing = length
        self._parts: list[bytes] = []

    def take(self, data: bytes) -> bytes:
        """What of this belongs to the next request."""
        part = data[: self._missing]
        self._parts.append(part)
        self._missing -= len(part)
        return data[len(part) :]

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there."""
        return not self._missing

    @property
    def content(self) -> bytes:
        """What came so far."""
        return b"".join(self._parts)


class ChunkedBody:
    """A body in chunks (RFC 9112, 7.1); extensions and trailers are not looked at."""

    def __init__(self, limit_bytes: int):
        self._limit_bytes = limit_bytes
        #: WHY: a body is not only its content, and llhttp keeps a trailer until its end.
        self._raw_bytes_left = 2 * limit_bytes + HEAD_BYTES
        self._parts: list[bytes] = []
        self._size = 0
        self.is_whole = False
        #: Whether more came after the end; WHY it is lost: llhttp does not say where the
        #: end was. The connection is closed after the answer, and it is sent again.
        self.is_followed = False
        self._parser = HttpRequestParser(self)
        self._parser.feed_data(CHUNKS_BEGIN)

    def take(self, data: bytes) -> bytes:
        """Nothing; see `is_followed`. Raises: BodyTooLarge, RequestError."""
        self._raw_bytes_left -= len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserError as exc:
            if not self.is_whole:
                raise RequestError("the chunks of the body cannot be read") from exc
        if self._size > self._limit_bytes or self._raw_bytes_left < 0:
            raise BodyTooLarge(f"the body is larger than {self._limit_bytes} bytes")
        return b""

    @property
    def content(self) -> bytes:
        """What came so far."""
        return b"".join(self._parts)

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self.is_followed = self.is_whole

    def on_body(self, part: bytes) -> None:
        """Called by the parser."""
        if not self.is_whole:
            self._parts.append(part)
            self._size += len(part)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self.is_whole = True
