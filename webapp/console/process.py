"""The console in a process of its own, beside the workers of the decision API.

So a slow page delays no decision, and what goes wrong in one ends neither. Its parent binds
the port, starts it, starts it again should it die, and stops it; it ends with its parent,
however that one ended.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

from waitress import create_server

from authz import logs

#: Requests that are answered at a time.
THREADS = 8
CONNECTIONS = 200
#: For a connection without a request.
IDLE_SECONDS = 60
HEADER_BYTES = 32 * 1024
#: For requests in flight, once it is told to stop; and for the process to end after that.
FINISH_SECONDS, END_SECONDS = 5, 5
#: Between two starts, when one dies after the other.
PAUSES_SECONDS = (0.5, 1, 2, 5, 10)
LOOK_SECONDS = 0.2

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """What the process serves."""

    app: Any
    #: Reads the policies again.
    reload: Callable[[], object]
    body_bytes: int
    #: Whether a proxy stands in front, which says who asks.
    has_proxy: bool


@contextmanager
def running(load: Callable[[], Served], listening: socket.socket) -> Iterator["Keeper"]:
    """The process, for as long as something happens inside.

    load: what it serves; called in the process itself, so it must be picklable.
    """
    keeper = Keeper(load, listening)
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()


class Keeper:
    """Sees in the parent that there is one process, and only one."""

    def __init__(self, load: Callable[[], Served], listening: socket.socket):
        """Nothing happens before `start`."""
        self._load = load
        self._listening = listening
        self._ends = threading.Event()
        self._process: BaseProcess | None = None
        self._thread = threading.Thread(target=self._keep, name="console", daemon=True)

    def start(self) -> None:
        """Starts the process, and watches over it from now on."""
        self._process = self._started()
        self._thread.start()

    def stop(self) -> None:
        """Tells the process to stop, and waits for its end."""
        self._ends.set()
        self._thread.join()
        process = self._process
        self._listening.close()
        if process is None:
            return
        process.terminate()
        process.join(FINISH_SECONDS + END_SECONDS)
        if process.is_alive():
            _log.error("the console %s does not end: it is killed", process.pid)
            process.kill()
            process.join()

    def hang_up(self) -> None:
        """Has the policies read again."""
        process = self._process
        if process is not None and process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGHUP)

    def _keep(self) -> None:
        died = 0
        while not self._ends.wait(LOOK_SECONDS):
            process = self._process
            if process is None or process.is_alive():
                continue
            _log.error("the console %s ended: another one takes its place", process.pid)
            self._ends.wait(PAUSES_SECONDS[min(died, len(PAUSES_SECONDS) - 1)])
            died += 1
            if not self._ends.is_set():
                self._process = self._started()

    def _started(self) -> BaseProcess:
        context = multiprocessing.get_context("spawn")
        process = context.Process(
            target=serve, args=(self._load, self._listening), name="console"
        )
        # WHY: until the process hears it, the signal would end it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return process


def serve(load: Callable[[], Served], listening: socket.socket) -> None:
    """Serves until it is told to stop, or its parent ends; runs in the process."""
    told = threading.Event()
    logs.configure()
    # WHY: whoever presses Ctrl-C tells the parent too, and that one says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _number, _frame: told.set())
    _watch_parent(told)
    served = load()
    signal.signal(signal.SIGHUP, lambda _number, _frame: _in_thread(served.reload))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    answer_until(told, served, listening)


def answer_until(told: threading.Event, served: Served, listening: socket.socket) -> None:
    """Answers until then, and what was asked before that."""
    proxy: dict[str, Any] = {}
    if served.has_proxy:
        # WHY anybody: only the proxy may reach this address, and it says who asked it.
        proxy = {"trusted_proxy": "*", "trusted_proxy_headers": {"x-forwarded-for"}}
    server: Any = create_server(
        served.app,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        max_request_header_size=HEADER_BYTES,
        # WHY a little more: the application says that it is too much, in a page.
        max_request_body_size=served.body_bytes * 4,
        ident=None,
        clear_untrusted_proxy_headers=True,
        **proxy,
    )
    while not told.is_set():
        _turn(server)
    server.accepting = False
    ends = time.monotonic() + FINISH_SECONDS
    while _is_busy(server) and time.monotonic() < ends:
        _turn(server)
    server.close()


def _turn(server: Any) -> None:
    server.asyncore.loop(timeout=LOOK_SECONDS, map=server._map, count=1)


def _is_busy(server: Any) -> bool:
    """Whether somebody waits for an answer, or for the rest of one."""
    channels = list(server.active_channels.values())
    return any(channel.requests or channel.total_outbufs_len for channel in channels)


def _watch_parent(told: threading.Event) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            told.set()

        threading.Thread(target=wait, name="parent", daemon=True).start()


def _in_thread(reload: Callable[[], object]) -> None:
    """WHY a thread: a second signal may come while the first one is obeyed."""
    threading.Thread(target=reload, name="reload", daemon=True).start()
