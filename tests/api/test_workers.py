"""The server as processes: signals, deaths, stops, and who takes whose place."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.api.doors import (
    Client,
    Data,
    copied,
    question,
    running,
    served,
    serving_command,
    socket_door,
    workers_of,
)
from tests.api.sockets import Peer, peer_of, request

pytestmark = pytest.mark.socket

PATIENCE_SECONDS = 60
READS = json.dumps(question("user:alice", "read", "record:record-1")).encode()
#: Nobody of the fixtures may do this.
DELETES = json.dumps(question("user:nobody", "delete", "record:record-1")).encode()


@pytest.fixture
def own(data: Data, tmp_path: Path) -> Path:
    """A data folder and policies that one test may change."""
    return copied(data, tmp_path)


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(OSError, EOFError):
            if holds():
                return
        assert time.monotonic() < ends
        time.sleep(0.05)


@dataclass
class Load:
    """What clients saw who asked all the time."""

    right: int = 0
    wrong: list[object] = field(default_factory=list)
    #: Requests that were sent whole, and got no whole answer.
    lost: int = 0


@contextmanager
def load(port: int, key: str, *, clients: int = 6) -> Iterator[Load]:
    """Clients that ask on connections of their own, until they are told that it ends."""
    seen, is_over, lock = Load(), threading.Event(), threading.Lock()

    def ask() -> None:
        while not is_over.is_set():
            try:
                with peer_of(port) as peer:
                    ask_on(peer)
            except OSError:
                time.sleep(0.02)

    def ask_on(peer: Peer) -> None:
        for turn in range(1_000_000):
            wanted = turn % 2 == 0
            try:
                reply = peer.send(request(key, READS if wanted else DELETES)).reply()
            except (OSError, EOFError):
                with lock:
                    seen.lost += 1
                return
            with lock:
                if (reply.status, reply.json) == (200, {"decision": wanted}):
                    seen.right += 1
                else:
                    seen.wrong.append(reply)
            if is_over.is_set() or "connection" in reply.headers:
                return

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: seen.right > 50 or bool(seen.wrong))
        yield seen
        before = seen.right
        until(lambda: seen.right > before + 50 or is_refused(port))
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_worker_that_is_killed_under_load_is_replaced_and_every_answer_is_right(
    own, data
):
    with served(own, config=own / "config.yaml", workers=2) as port:
        with load(port, data.key) as seen:
            for _ in range(3):
                before = workers_of(own)
                assert len(before) == 2
                os.kill(before[0], signal.SIGKILL)
                until(lambda before=before: len({*workers_of(own)} - {*before}) == 1)
                until(lambda: len(workers_of(own)) == 2)
        assert (seen.wrong, seen.right > 100) == ([], True)
        # WHY so many at most: each death takes what its connections had just asked.
        assert seen.lost <= 3 * 6


def test_a_stop_under_load_loses_no_request(own, data):
    variables = {"SERVER__DECISIONS__WORKERS": 2}
    with (
        running(own, config=own / "config.yaml", **variables) as server,
        load(server.port, data.key) as seen,
    ):
        server.process.terminate()
        assert server.process.wait(PATIENCE_SECONDS) == 0
    assert (seen.wrong, seen.lost) == ([], 0)
    assert (own / "server.log").read_text().count("Traceback") == 0


def test_a_request_that_began_before_a_stop_is_answered(own, data):
    with running(own, config=own / "config.yaml") as server, peer_of(server.port) as peer:
        sent = request(data.key, READS)
        peer.send(sent[:-20])
        # WHY an answer: then the first part was read too.
        with peer_of(server.port) as other:
            other.send(request(data.key, READS)).reply()
        server.process.terminate()
        until(lambda: is_refused(server.port))
        assert peer.send(sent[-20:]).reply().json == {"decision": True}
        assert server.process.wait(PATIENCE_SECONDS) == 0


def test_before_a_stop_the_server_is_not_ready_and_answers(own, data):
    variables = {"SERVER__LIMITS__DRAIN_SECONDS": 5, "SERVER__DECISIONS__WORKERS": 1}
    with running(own, config=own / "config.yaml", **variables) as server:
        asking = Client(socket_door(server.port), data.key)
        server.process.terminate()
        until(lambda: asking.send(b"", method="GET", path="/readyz").status == 503)
        assert asking.send(b"", method="GET", path="/readyz").json["status"] == "not_ready"
        assert asking.send(READS).json == {"decision": True}
        assert server.process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_by_any_signal_ends_well_and_frees_the_port(own, data, number):
    with running(own, config=own / "config.yaml") as server:
        server.process.send_signal(number)
        server.process.send_signal(number)
        assert server.process.wait(PATIENCE_SECONDS) == 0
        assert is_refused(server.port)
    assert workers_of(own) == []


def test_a_hangup_has_every_worker_read_its_policies_again(own, data):
    variables = {"SERVER__DECISIONS__WORKERS": 2, "POLICY__WATCH": "false"}
    with running(own, config=own / "config.yaml", **variables) as server:
        before = workers_of(own)
        asking = Client(socket_door(server.port), data.key)
        file = own / "policies" / "cert.polar"
        file.write_text(file.read_text().replace('["alice", "bob"]', '["bob"]'))
        assert all(asking.send(READS).json["decision"] for _ in range(10))
        server.process.send_signal(signal.SIGHUP)
        until(lambda: not any(asking.send(READS).json["decision"] for _ in range(10)))
        assert workers_of(own) == before


def test_workers_end_when_their_parent_is_killed(own, data):
    variables = {"SERVER__DECISIONS__WORKERS": 2}
    with running(own, config=own / "config.yaml", **variables) as server:
        workers = workers_of(own)
        assert len(workers) == 2
        server.process.kill()
        server.process.wait()
        until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
        assert is_refused(server.port)


def test_a_second_server_on_the_port_is_refused(own, data):
    with served(own, config=own / "config.yaml") as port:
        second = subprocess.run(
            serving_command(own, own / "config.yaml", port),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert second.returncode == 3
        refusal = f"cannot listen on `127.0.0.1:{port}`: address already in use"
        assert refusal in second.stderr
        assert Client(socket_door(port), data.key).send(READS).status == 200
