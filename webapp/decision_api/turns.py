"""Who is answered when, in one worker.

All requests that are there in one turn of the event loop are answered together: they share
one look at the facts and one write of the decision log. What may take long is answered by a
few threads beside it, so that quick requests never wait behind it.
"""

import asyncio
import logging
import uuid
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from authz.errors import Unavailable
from webapp.decision_api.errors import error_response
from webapp.decision_api.heads import Heads
from webapp.decision_api.messages import (
    Answers,
    HttpRequest,
    HttpResponse,
    is_echoable,
)

#: Answered in one go; WHY a bound: the first of a crowd need not wait for all of it.
TOGETHER = 128
#: WHY few: they compute, and share one core with the quick ones.
SLOW_THREADS = 2
#: Slow requests that are taken on at a time; more are told to come again.
SLOW_WAITING = 64
#: Connections beyond the limit that are heard, for health; the oldest of them goes first.
SPARE = 32

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a worker waits for senders, and for how many."""

    header_seconds: int
    body_seconds: int
    idle_seconds: int
    connections: int
    #: How long a worker that is to stop says that it is not ready, and still answers.
    drain_seconds: int = 0


class Peer(Protocol):
    """A connection, as the one that answers sees it."""

    def flush(self) -> None:
        """Sends the answers whose turn it is."""
        ...

    def check_patience(self) -> None:
        """Called each second: whoever is waited for too long is told so, or dropped."""
        ...

    def drop(self) -> None:
        """Makes place for others."""
        ...


class Exchange:
    """One request and its answer; `peer` is None once nobody waits for it any more."""

    __slots__ = ("keeps_alive", "peer", "request", "response")

    def __init__(self, peer: Peer, request: HttpRequest, *, keeps_alive: bool):
        self.peer: Peer | None = peer
        self.request = request
        #: Whether the connection goes on after the answer.
        self.keeps_alive = keeps_alive
        self.response: HttpResponse | None = None


class Turns:
    """What the connections of a worker share. All is called in the event loop's thread."""

    def __init__(
        self, api: Answers, patience: Patience, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.api = api
        self.patience = patience
        self.heads = Heads()
        #: Seconds since the worker began, as a clock that connections read for nothing.
        self.now = 0
        #: Whether every answer is the last one on its connection.
        self.is_stopping = False
        #: Connections beyond the limit, the oldest first.
        self.spare: dict[Peer, None] = {}
        self._dates: Sequence[tuple[bytes, bytes]] = ()
        self._date_line = ""
        self._loop = loop
        self._quick: list[Exchange] = []
        self._slow_waiting = 0
        self._threads = ThreadPoolExecutor(SLOW_THREADS, thread_name_prefix="slow")

    def ask(self, exchange: Exchange) -> bool:
        """Has it answered in its turn; tells whether that may take long."""
        if self.api.is_slow(exchange.request):
            self._ask_slowly(exchange)
            return True
        if not self._quick:
            self._loop.call_soon(self._answer)
        self._quick.append(exchange)
        return False

    def check_patience(self, peers: Collection[Peer]) -> None:
        """Looks at all connections, now and each second from now on."""
        # WHY first: whatever happens to one connection, the others are looked at again.
        self._loop.call_later(1, self.check_patience, peers)
        self.now += 1
        for peer in list(peers):
            peer.check_patience()

    def is_beyond(self, peer: Peer, count: int) -> bool:
        """Whether a new connection, one of `count`, is more than there is place for."""
        if count - len(self.spare) <= self.patience.connections:
            return False
        self.spare[peer] = None
        if len(self.spare) > SPARE:
            oldest = next(iter(self.spare))
            del self.spare[oldest]
            oldest.drop()
        return True

    def date_line(self, dates: Sequence[tuple[bytes, bytes]]) -> str:
        """The header line of the date, which uvicorn makes anew each second."""
        if dates is not self._dates:
            self._dates = dates
            self._date_line = "".join(
                f"Date: {value.decode()}\r\n" for name, value in dates if name == b"date"
            )
        return self._date_line

    def _answer(self) -> None:
        waiting, self._quick = self._quick[:TOGETHER], self._quick[TOGETHER:]
        if self._quick:
            self._loop.call_soon(self._answer)
        asked = [exchange for exchange in waiting if exchange.peer is not None]
        responses = _responses(self.api, [exchange.request for exchange in asked])
        for exchange, response in zip(asked, responses, strict=True):
            exchange.response = response
        # WHY each once: the answers to requests that came together are sent together.
        for peer in dict.fromkeys(exchange.peer for exchange in asked):
            if peer is not None:
                peer.flush()

    def _ask_slowly(self, exchange: Exchange) -> None:
        # WHY first: who has no key takes no place of those who have.
        refused = self.api.refusal(exchange.request)
        if refused is None and self._slow_waiting >= SLOW_WAITING:
            refused = error_response(
                Unavailable("too many slow requests"), id_of(exchange.request)
            )
        if refused is not None:
            exchange.response = refused
            self._loop.call_soon(_told, exchange)
            return
        self._slow_waiting += 1
        future = self._threads.submit(self._answer_slowly, exchange)
        future.add_done_callback(
            lambda done: self._loop.call_soon_threadsafe(self._answered_slowly, done)
        )

    def _answer_slowly(self, exchange: Exchange) -> Exchange:
        if exchange.peer is not None:
            exchange.response = _responses(self.api, [exchange.request])[0]
        return exchange

    def _answered_slowly(self, done: Future[Exchange]) -> None:
        self._slow_waiting -= 1
        _told(done.result())


def id_of(request: HttpRequest) -> str:
    """The identifier that an answer carries: the request's, or a new one."""
    sent = request.headers.get("x-request-id", "")
    return sent if is_echoable(sent) else new_id()


def new_id() -> str:
    """An identifier for a request that came without a readable one."""
    return str(uuid.uuid4())


def _told(exchange: Exchange) -> None:
    if exchange.peer is not None:
        exchange.peer.flush()


def _responses(api: Answers, requests: Sequence[HttpRequest]) -> Sequence[HttpResponse]:
    try:
        responses = api.respond_all(requests)
        if len(responses) == len(requests):
            return responses
        raise AssertionError(f"{len(responses)} answers to {len(requests)} requests")
    except Exception as exc:  # noqa: BLE001 - nobody is left without an answer
        _log.exception("%d requests failed", len(requests))
        return [error_response(exc, id_of(request)) for request in requests]
