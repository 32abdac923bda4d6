"""From the bytes that come on a connection to whole requests; knows no socket."""

from webapp.decision_api import heads
from webapp.decision_api.bodies import ChunkedBody, SizedBody
from webapp.decision_api.errors import BodyTooLarge
from webapp.decision_api.heads import END, Head, Heads


class Incoming:
    """What came and was not asked yet."""

    __slots__ = (
        "_at",
        "_body",
        "_body_limit_bytes",
        "_data",
        "_heads",
        "_searched",
        "head",
    )

    def __init__(self, known: Heads, body_limit_bytes: int):
        self._heads = known
        self._body_limit_bytes = body_limit_bytes
        self._data = b""
        #: Where in it the next request begins, and up to where no end of its head is.
        self._at = 0
        self._searched = 0
        #: Of the request whose body is not whole yet.
        self.head: Head | None = None
        self._body: SizedBody | ChunkedBody | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing of a request came."""
        return self.head is None and self._at == len(self._data)

    def whole(self, data: bytes) -> tuple[Head, bytes] | None:
        """The request that this is, where it is exactly one and its head has come before;
        it need not be added then. None: it is to be added.
        """
        end = data.find(END) + len(END)
        head = self._heads.known.get(data[:end])
        if head is None or len(data) != end + head.length or not self.is_empty:
            return None
        if head.is_chunked or head.length > self._body_limit_bytes:
            return None
        return head, data[end:]

    def add(self, data: bytes) -> None:
        """More came."""
        if self._at == len(self._data):
            self._data, self._searched = data, 0
        else:
            self._data = self._data[self._at :] + data
            self._searched = max(0, self._searched - self._at)
        self._at = 0

    def take(self) -> tuple[Head, bytes, bool] | None:
        """The next whole request, and whether more can be read after it; None: not yet.

        Raises: RequestError, BodyTooLarge, HeadTooLarge, TargetTooLong; `head` is then that
        of the request at fault, if it is known. Nothing may be taken after that.
        """
        if self._body is None:
            if self._at == len(self._data):
                return None
            whole = self._begin()
            if whole is not None or self._body is None:
                return whole
        assert self.head is not None
        self._data = self._body.take(self._data[self._at :])
        self._at = self._searched = 0
        if not self._body.is_whole:
            return None
        taken = self.head, self._body.content, not self._body.is_followed
        self.head = self._body = None
        return taken

    def _begin(self) -> tuple[Head, bytes, bool] | None:
        """A request that is all there; otherwise its body is begun once its head is."""
        data = self._data
        # WHY: an empty line before a request is not looked at (RFC 9112, 2.2).
        while data.startswith(b"\r\n", self._at):
            self._at += 2
        start = max(self._at, self._searched)
        end = data.find(END, start)
        if end < 0:
            if self._at < len(data):
                heads.check_unfinished(data[self._at :], start - self._at)
            # WHY three less: an end may come in two parts.
            self._searched = max(self._at, len(data) - len(END) + 1)
            return None
        head = self._heads.read(data[self._at : end + len(END)])
        begin = end + len(END)
        after = begin + head.length
        if head.length > self._body_limit_bytes:
            self.head = head
            raise BodyTooLarge(f"the body is larger than {self._body_limit_bytes} bytes")
        if after <= len(data) and not head.is_chunked:
            if after == len(data):
                self._data, after = b"", 0
            self._at = self._searched = after
            return head, data[begin : begin + head.length], True
        self.head = head
        limit = self._body_limit_bytes
        self._body = ChunkedBody(limit) if head.is_chunked else SizedBody(head.length)
        self._at = begin
        return None
