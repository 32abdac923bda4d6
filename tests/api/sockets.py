"""A peer that speaks to a server byte by byte, as no well-behaved client does."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.api.doors import EVALUATION, Reply

WAIT_SECONDS = 20


class Peer:
    """One connection."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS)
        self._came = b""

    def send(self, *parts: bytes) -> "Peer":
        for part in parts:
            self.socket.sendall(part)
        return self

    def reply(self, *, to_head: bool = False) -> Reply:
        """The next answer. Raises: EOFError where the server closed before its end."""
        while b"\r\n\r\n" not in self._came:
            self._more()
        head, _, self._came = self._came.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.split(": ", 1) for line in lines]
        headers = {name.lower(): value for name, value in pairs}
        assert len(headers) == len(lines), lines
        length = 0 if to_head else int(headers.get("content-length", "0"))
        while len(self._came) < length:
            self._more()
        body, self._came = self._came[:length], self._came[length:]
        return Reply(int(first.split()[1]), headers, body)

    def is_closed(self) -> bool:
        """Whether the server closed, with nothing more to say; waits for it."""
        try:
            return not self._came and not self.socket.recv(1)
        except ConnectionResetError:
            return True

    def _more(self) -> None:
        more = self.socket.recv(65536)
        if not more:
            raise EOFError(self._came)
        self._came += more


@contextmanager
def peer_of(port: int) -> Iterator[Peer]:
    """A connection that is closed in the end."""
    peer = Peer(port)
    with peer.socket:
        yield peer


def request(
    key: str, body: bytes, *lines: str, path: str = EVALUATION, length: bool = True
) -> bytes:
    """A whole request, as it should be, with these header lines more."""
    said = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}"]
    said += ["Content-Type: application/json", *lines]
    if length:
        said.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*said, "", ""]).encode("latin-1") + body
