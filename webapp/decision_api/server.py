"""The decision API in processes: workers that share one port, and their parent.

The parent binds the port and starts the workers; nothing else is opened before a worker
exists. A worker that dies is replaced. Signals to the parent reach all workers.
"""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from authz.errors import ConfigError
from webapp.decision_api.protocol import Connection
from webapp.decision_api.turns import Patience
from webapp.decision_api.worker import Served, Worker, loaded

#: For requests in flight, once a worker stops; and for the worker to end after that.
FINISH_SECONDS = 10
END_SECONDS = 5
#: A worker that does not move for so long is replaced; WHY so long: it may be starting on a
#: machine with much to do.
STILL_SECONDS = 30
BACKLOG = 2048

_log = logging.getLogger(__name__)


def run(
    load: Callable[[], Served],
    *,
    host: str,
    port: int,
    workers: int,
    patience: Patience,
    hang_up: Callable[[], None] = lambda: None,
) -> None:
    """Serves until it is told to stop; `load` is called once in each worker.

    hang_up: tells others that they are to read their policies again.
    Raises: ConfigError when the port cannot be taken.
    """
    config = uvicorn.Config(
        partial(loaded, load, patience),
        factory=True,
        http=Connection,
        interface="asgi3",
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        workers=workers,
        log_config=None,
        log_level="critical",
        backlog=BACKLOG,
        timeout_graceful_shutdown=FINISH_SECONDS,
        timeout_worker_healthcheck=STILL_SECONDS,
    )
    end_seconds = patience.drain_seconds + FINISH_SECONDS + END_SECONDS
    with bound(host, port) as listening:
        _Supervisor(config, [listening], end_seconds, hang_up).run()


def check_free(host: str, port: int) -> None:
    """Raises: ConfigError when the port cannot be taken."""
    bound(host, port).close()


class _Child(Process):
    """A worker, as its parent sees it."""

    @property
    def server(self) -> Worker:
        """What runs in the process."""
        if not isinstance(self._server, Worker):
            self._server = Worker(self.config)
        return self._server

    def pong(self) -> None:
        """Tells the parent that the worker moves; WHY the thread that tells it may not say
        so of itself: it goes on while nothing is answered any more.
        """
        self.child_conn.recv()
        self.server.wait_for_loop()
        self.child_conn.send(self.server.started)


class _Supervisor(Multiprocess):
    """The parent of the workers."""

    def __init__(
        self,
        config: uvicorn.Config,
        sockets: list[socket.socket],
        end_seconds: int,
        hang_up: Callable[[], None],
    ):
        super().__init__(config, sockets)
        self._end_seconds = end_seconds
        self._hang_up = hang_up

    def init_processes(self) -> None:
        """Starts all workers."""
        self.processes = [self._started() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        """Puts another worker in the place of one that died or does not move."""
        for place, worker in enumerate(self.processes):
            if worker.is_alive(timeout=self.config.timeout_worker_healthcheck):
                continue
            worker.kill()
            worker.join()
            _log.error("worker %s ended: another one takes its place", worker.pid)
            self.processes[place] = self._started()

    def terminate_all(self) -> None:
        """Tells all workers to stop."""
        # WHY: who comes now is refused, and does not wait for an answer that never comes.
        for listening in self.sockets:
            listening.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Waits for the workers to end."""
        ends = time.monotonic() + self._end_seconds
        for worker in self.processes:
            worker.process.join(max(0, ends - time.monotonic()))
            if worker.process.is_alive():
                _log.error("worker %s does not end: it is killed", worker.pid)
                worker.kill()
                worker.join()

    def handle_hup(self) -> None:
        """Has the policies read again."""
        for worker in self.processes:
            if worker.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGHUP)
        self._hang_up()

    def handle_ttin(self) -> None:
        """Nothing: the number of workers is that of the configuration."""

    def handle_ttou(self) -> None:
        """Nothing: the number of workers is that of the configuration."""

    def _started(self) -> Process:
        worker = _Child(self.config, self.sockets)
        # WHY: until the worker hears it, the signal would end it; see `loaded`.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        try:
            worker.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return worker


def bound(host: str, port: int) -> socket.socket:
    """A socket at that address. Raises: ConfigError when it cannot be taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise ConfigError(_untaken(host, port, exc)) from exc
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError as exc:
        bound.close()
        raise ConfigError(_untaken(host, port, exc)) from exc
    return bound


def _untaken(host: str, port: int, exc: OSError) -> str:
    reason = (exc.strerror or str(exc)).lower()
    return f"cannot listen on `{host}:{port}`: {reason}"
