"""A server that is killed again and again while it is asked, and what it had answered."""

import http.client
import itertools
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.api.doors import (
    RECORD,
    ROOT,
    Client,
    free_port,
    question,
    serving_command,
    socket_door,
    wait_until_ready,
    workers_of,
)

ASKED = question("user:alice", "read", "record:record-1")
ANSWERS = 150
PATIENCE_SECONDS = 60


class Askers:
    """Threads that ask without end, and remember which of their questions were answered."""

    def __init__(self, name: str, client: Client, count: int = 3):
        self.answered: list[str] = []
        self.wrong: list[bytes] = []
        self._name = name
        self._client = client
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(number,)) for number in range(count)
        ]

    def __enter__(self) -> "Askers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Waits until so many more are answered."""
        wanted, ends = len(self.answered) + more, time.monotonic() + PATIENCE_SECONDS
        while len(self.answered) < wanted:
            assert time.monotonic() < ends
            time.sleep(0.01)

    def _ask(self, asker: int) -> None:
        for number in itertools.count():
            if self._stop.is_set():
                return
            request_id = f"{self._name}-{asker}-{number}"
            try:
                reply = self._client.ask(ASKED, x_request_id=request_id)
            except (OSError, http.client.HTTPException):
                # It was killed before it had answered this one.
                time.sleep(0.01)
                continue
            if reply.body == b'{"decision":true}':
                self.answered.append(request_id)
            else:
                self.wrong.append(reply.body)


@contextmanager
def running(own: Path, port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server, once it is ready, in a process group of its own."""
    log = own / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            serving_command(own, own / "config.yaml", port),
            cwd=ROOT,
            stdout=output,
            stderr=output,
            env={
                **os.environ,
                "AUTHZ_SERVER__DECISIONS__WORKERS": str(workers),
                "AUTHZ_POLICY__RECORD": str(RECORD),
            },
            start_new_session=True,
        )
    try:
        wait_until_ready(port, process, log)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def killing_the_server(own: Path, key: str, rounds: int) -> list[Askers]:
    """Kills all processes of a server under load, and starts it again, so often."""
    port, rounds_of = free_port(), []
    for number in range(rounds):
        asking = Client(socket_door(port), key)
        with (
            running(own, port, workers=2) as process,
            Askers(f"server-{number}", asking) as askers,
        ):
            askers.wait_for(ANSWERS)
            os.killpg(process.pid, signal.SIGKILL)
        rounds_of.append(askers)
    return rounds_of


def killing_workers(own: Path, key: str, rounds: int) -> list[Askers]:
    """Kills one of two workers under load, so often; the server starts another."""
    port = free_port()
    with (
        running(own, port, workers=2),
        Askers("worker", Client(socket_door(port), key)) as askers,
    ):
        for _ in range(rounds):
            askers.wait_for(ANSWERS)
            found = _until(lambda: workers_of(own), count=2)
            os.kill(min(found), signal.SIGKILL)
        _until(lambda: workers_of(own), count=2)
        askers.wait_for(ANSWERS)
    return [askers]


def _until(numbers: Callable[[], list[int]], count: int) -> list[int]:
    ends = time.monotonic() + PATIENCE_SECONDS
    while len(found := numbers()) != count:
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found
