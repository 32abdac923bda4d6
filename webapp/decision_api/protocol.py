"""One connection to a worker: requests in, and their answers in the same order.

It speaks HTTP/1.1, with pipelining and without a task for each request. Whoever sends too
much, too slowly or something that could be read in two ways is told so once, and the
connection is closed.
"""

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from authz.errors import AuthzError, Unavailable
from webapp.decision_api.errors import TooSlow, error_response
from webapp.decision_api.heads import Head
from webapp.decision_api.incoming import Incoming
from webapp.decision_api.messages import HttpRequest, HttpResponse
from webapp.decision_api.turns import Exchange, Turns, id_of
from webapp.decision_api.writing import CONTINUE, written

if TYPE_CHECKING:
    from uvicorn import Config
    from uvicorn.server import ServerState

#: Requests that are read before the first of them is answered.
READ_AHEAD = 16
#: How long what else a sender sends is thrown away after a refusal. WHY: closed at once, a
#: connection with unread bytes is reset, and the sender never sees the answer.
LINGER_SECONDS = 2
HEALTH = ("/healthz", "/readyz")


class Connection(asyncio.Protocol):
    """What uvicorn makes for each connection; its application is a `Turns`."""

    __slots__ = (
        "_awaited",
        "_ends",
        "_incoming",
        "_is_admitted",
        "_is_cut",
        "_is_heard",
        "_is_new",
        "_is_paused",
        "_is_spare",
        "_is_stuck",
        "_pending",
        "_room",
        "_since",
        "_state",
        "_transport",
        "_turns",
    )
    _transport: asyncio.Transport

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ):
        self._turns: Turns = config.loaded_app
        self._state = server_state
        self._incoming = Incoming(self._turns.heads, self._turns.api.limits.body_bytes)
        self._pending: deque[Exchange] = deque()
        #: How many requests may wait for an answer.
        self._room = READ_AHEAD
        #: Head of the request whose body is awaited, and whether it may come.
        self._awaited: Head | None = None
        self._is_admitted = False
        #: Whether nothing was asked yet; whether it is one more than there is place for.
        self._is_new, self._is_spare = True, False
        #: Whether no other request is read, and whether one was not read to its end.
        self._ends = self._is_cut = False
        #: Whether the peer sends no more.
        self._is_heard = False
        #: Whether the peer does not read what it is sent; whether we do not read.
        self._is_stuck = self._is_paused = False
        #: When, by the clock of the worker, what it waits for began.
        self._since = self._turns.now

    # What asyncio calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The peer is there."""
        self._transport = transport
        self._state.connections.add(self)  # type: ignore[arg-type]
        self._is_spare = self._turns.is_beyond(self, len(self._state.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone: nothing keeps what it asked."""
        self._state.connections.discard(self)
        self._turns.spare.pop(self, None)
        self._ends = True
        for exchange in self._pending:
            exchange.peer = None
        self._pending.clear()

    def data_received(self, data: bytes) -> None:
        """More came."""
        if self._ends:
            return
        if not self._pending and not self._is_stuck:
            whole = self._incoming.whole(data)
            if whole is not None:
                self._since = self._turns.now
                self._ask(*whole)
                if not self._room:
                    self._regulate()
                return
        # WHY not for line ends alone: who sends them asks nothing, and is not waited for.
        if self._incoming.is_empty and data.strip(b"\r\n"):
            self._since = self._turns.now
        self._incoming.add(data)
        self._read_on()

    def eof_received(self) -> bool:
        """The peer sends no more; it may still wait for answers."""
        self._is_heard = True
        return bool(self._pending) or self._is_stuck

    def pause_writing(self) -> None:
        """The peer does not read what it is sent: it is not asked for more."""
        self._is_stuck = True
        self._since = self._turns.now
        self._regulate()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._is_stuck = False
        self._since = self._turns.now
        self._go_on()

    # What the worker calls

    def shutdown(self) -> None:
        """The worker stops: what was asked is answered, and nothing else."""
        is_idle = not self._pending and self._incoming.is_empty
        # WHY not at once: a request may be on its way on a connection that was just made.
        if is_idle and self._turns.now > self._since:
            self._close()

    def drop(self) -> None:
        """Makes place for others."""
        self._transport.abort()

    def check_patience(self) -> None:
        """Called each second: whoever is waited for too long is told so, or dropped."""
        waited = self._turns.now - self._since
        patience = self._turns.patience
        if self._transport.is_closing() or (self._ends and not self._pending):
            if waited > LINGER_SECONDS:
                self._transport.abort()
        elif self._is_stuck:
            if waited > patience.idle_seconds:
                self._transport.abort()
        elif self._pending:
            return
        elif self._awaited is not None:
            if waited > patience.body_seconds:
                self._refuse(TooSlow(f"no body within {patience.body_seconds} seconds"))
        elif not self._incoming.is_empty:
            if waited > patience.header_seconds:
                self._refuse(
                    TooSlow(f"no headers within {patience.header_seconds} seconds")
                )
        elif self._turns.is_stopping:
            self.shutdown()
        elif waited > (patience.header_seconds if self._is_new else patience.idle_seconds):
            self._close()

    def flush(self) -> None:
        """Sends the answers whose turn it is."""
        pending = self._pending
        parts = []
        date = self._turns.date_line(self._state.default_headers)
        while pending and (response := pending[0].response) is not None:
            exchange = pending.popleft()
            is_last = not exchange.keeps_alive or (self._turns.is_stopping and not pending)
            is_head = exchange.request.method == "HEAD"
            parts.append(written(response, date, is_last=is_last, is_head=is_head))
            self._ends |= is_last
        if not parts:
            return
        self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
        if not pending:
            self._room = READ_AHEAD
            self._since = self._turns.now
            if (
                self._is_paused
                or self._is_heard
                or self._ends
                or not self._incoming.is_empty
            ):
                self._go_on()

    # Reading

    def _go_on(self) -> None:
        """Asks what came meanwhile, and closes where nothing is left to do."""
        if not self._ends and not self._incoming.is_empty:
            self._read_on()
        is_left = self._is_stuck and not self._incoming.is_empty and not self._ends
        if (self._ends or self._is_heard) and not self._pending and not is_left:
            self._close()
        if self._is_paused:
            self._regulate()

    def _read_on(self) -> None:
        """Asks what is whole, up to the number that may wait."""
        try:
            while len(self._pending) < self._room and not (self._ends or self._is_stuck):
                taken = self._incoming.take()
                if taken is None:
                    break
                self._ask(*taken)
        except AuthzError as exc:
            self._refuse(exc)
            return
        head = self._incoming.head
        if head is not None and not self._ends:
            if head is not self._awaited:
                self._awaited, self._is_admitted = head, False
                self._since = self._turns.now
            # WHY not before: answers keep the order of the requests.
            if not self._is_admitted and not self._pending:
                self._admit(head)
        if len(self._pending) >= self._room:
            self._regulate()

    def _ask(self, head: Head, body: bytes, is_followable: bool = True) -> None:
        self._awaited, self._is_new = None, False
        if self._is_spare and head.path not in HEALTH:
            self._end_with(_full(_request(head)), head)
            return
        keeps_alive = head.keeps_alive and is_followable and not self._is_spare
        exchange = Exchange(self, _request(head, body), keeps_alive=keeps_alive)
        self._pending.append(exchange)
        self._ends = not keeps_alive
        if self._turns.ask(exchange):
            # WHY: whoever waits long sends no more meanwhile.
            self._room = 0

    def _admit(self, head: Head) -> None:
        """Lets the body of a request come, or answers without it."""
        asked = _request(head)
        refused = _full(asked) if self._is_spare else self._turns.api.refusal(asked)
        if refused is not None:
            self._end_with(refused, head)
            return
        self._is_admitted = True
        if head.expects:
            self._transport.write(CONTINUE)

    def _refuse(self, exc: AuthzError) -> None:
        """Answers what cannot be read on; who asked is told first if he may not ask."""
        head = self._incoming.head
        request = _request(head)
        refused = self._turns.api.refusal(request) if head is not None else None
        self._end_with(refused or error_response(exc, id_of(request)), head)

    def _end_with(self, response: HttpResponse, head: Head | None) -> None:
        self._ends = self._is_cut = True
        exchange = Exchange(self, _request(head), keeps_alive=False)
        exchange.response = response
        self._pending.append(exchange)
        self.flush()

    def _regulate(self) -> None:
        """Reads from the peer, or leaves what it sends where it is."""
        waits = self._is_stuck or len(self._pending) >= self._room
        if waits == self._is_paused or self._transport.is_closing():
            return
        self._is_paused = waits
        if waits:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _close(self) -> None:
        self._ends = True
        self._since = self._turns.now
        if self._is_cut and self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()


def _request(head: Head | None, body: bytes = b"") -> HttpRequest:
    """What is asked; without a head, nothing that anybody knows of."""
    if head is None:
        return HttpRequest("", "", {})
    started = time.perf_counter()
    return HttpRequest(head.method, head.path, head.headers, body, started, head.note)


def _full(request: HttpRequest) -> HttpResponse:
    return error_response(Unavailable("all connections are taken"), id_of(request))
