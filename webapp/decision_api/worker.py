"""One worker: a process that answers on a port that it did not open.

On SIGTERM or SIGINT it says that it is not ready, answers what was asked and ends; on
SIGHUP it reads its policies again. It ends with its parent, however that one ended.
"""

import asyncio
import gc
import logging
import multiprocessing
import queue
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

import uvloop
from uvicorn.server import Server

from webapp.decision_api.messages import Answers
from webapp.decision_api.turns import Patience, Turns

#: In which a connection in use still hears that it ends.
LAST_WORD_SECONDS = 0.5
#: Files that a worker has open besides its connections, at most.
OTHER_FILES = 256
#: How long a thread computes before another one may; WHY shorter than Python's own 5 ms: a
#: decision is asked for and answered in less, and must not wait behind a search.
SWITCH_SECONDS = 0.001

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """What a worker serves."""

    api: Answers
    #: Reads the policies again.
    reload: Callable[[], object]


class Worker(Server):
    """What runs in the process; the application of its configuration is a `Turns`."""

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves until it is told to stop."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self.serve(sockets))

    @property
    def _turns(self) -> Turns:
        return self.config.loaded_app  # type: ignore[no-any-return]

    #: What answers run in, once there is one.
    _loop: asyncio.AbstractEventLoop | None = None

    def wait_for_loop(self) -> None:
        """Returns once the loop has moved; at once where there is none. In any thread."""
        moved = threading.Event()
        if self._loop is not None:
            # WHY: one that has ended stands still for good, and keeps nobody waiting.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(moved.set)
                moved.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen, for as long as the parent lives."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._turns.check_patience(self.server_state.connections)  # type: ignore[arg-type]
        parent = multiprocessing.parent_process()
        if parent is not None:
            loop = asyncio.get_running_loop()
            loop.add_reader(parent.sentinel, self._orphaned, loop, parent.sentinel)

    async def main_loop(self) -> None:
        """Serves until it is told to stop, and then as long as others must learn of it."""
        await super().main_loop()
        self._turns.api.draining = True
        for count in range(self._turns.patience.drain_seconds * 10):
            await self.on_tick(count)
            await asyncio.sleep(0.1)
        for listening in self.servers:
            listening.close()
        # WHY: nobody is sent away from here while another worker still takes connections
        # that it will not answer.
        await asyncio.sleep(LAST_WORD_SECONDS)
        # WHY: a connection that is in use ends with an answer that says so, before those
        # without a request are closed.
        self._turns.is_stopping = True
        await asyncio.sleep(LAST_WORD_SECONDS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stops well, whichever signal it was and however often it came."""
        self.should_exit = True

    def _orphaned(self, loop: asyncio.AbstractEventLoop, sentinel: int) -> None:
        loop.remove_reader(sentinel)
        self.should_exit = True


def loaded(load: Callable[[], Served], patience: Patience) -> Turns:
    """What the connections of this worker ask; called in its process."""
    _allow_files(patience.connections + OTHER_FILES)
    served = load()
    # WHY a queue: its `put` may be interrupted by a second signal that calls it again; the
    # event that `reload` sets may not.
    hangups: queue.SimpleQueue[int] = queue.SimpleQueue()

    def reload() -> None:
        while True:
            hangups.get()
            try:
                served.reload()
            except Exception:  # noqa: BLE001 - the next signal is obeyed, whatever failed
                _log.exception("the policies could not be reloaded")

    threading.Thread(target=reload, name="reload", daemon=True).start()
    signal.signal(signal.SIGHUP, lambda number, _frame: hangups.put(number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    sys.setswitchinterval(SWITCH_SECONDS)
    # WHY: what is there now stays; looking through it again and again delays answers.
    gc.collect()
    gc.freeze()
    return Turns(served.api, patience, asyncio.get_running_loop())


def _allow_files(count: int) -> None:
    """Lets this process open that many files, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
