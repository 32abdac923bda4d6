"""What may fail around a running server: policies, the database file, workers, senders."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.doors import Client, Data, copied, served, socket_door, workers_of
from tests.api.test_access import ALICE_READS

pytestmark = pytest.mark.socket
PATIENCE_SECONDS = 60


@pytest.fixture
def own(data: Data, tmp_path: Path) -> Path:
    """A data folder and policies that one test may spoil."""
    return copied(data, tmp_path)


def until(holds: Callable[[], bool]) -> None:
    """Waits for it, however busy the machine is."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if holds():
                return
        except OSError:
            pass
        assert time.monotonic() < ends
        time.sleep(0.1)


def statuses(client: Client, times: int = 12) -> set[int]:
    return {client.ask(ALICE_READS).status for _ in range(times)}


def replace_a_worker(folder: Path) -> None:
    """Kills one of two workers and waits for the one that takes its place."""
    before = set(workers_of(folder))
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(set(workers_of(folder)) - before) == 1)


def readiness(client: Client) -> set[str]:
    return {
        client.send(b"", method="GET", path="/readyz").json["status"] for _ in range(12)
    }


def test_a_worker_that_is_replaced_beside_broken_policies_serves_the_last_good(own, data):
    file = own / "policies" / "cert.polar"
    good = file.read_text()
    with served(own, config=own / "config.yaml", workers=2) as port:
        asking = Client(socket_door(port), data.key)
        file.write_text("this is no policy")
        until(lambda: readiness(asking) == {"degraded"})
        replace_a_worker(own)
        until(lambda: readiness(asking) == {"degraded"})
        assert statuses(asking) == {200}
        file.write_text(good)
        until(lambda: readiness(asking) == {"ready"})
        assert all(asking.decides(ALICE_READS) for _ in range(12))


def test_a_worker_that_is_replaced_without_any_good_policies_takes_nothing_down(own, data):
    file = own / "policies" / "cert.polar"
    good = file.read_text()
    with served(own, config=own / "config.yaml", workers=2) as port:
        asking = Client(socket_door(port), data.key)
        file.write_text("this is no policy")
        until(lambda: readiness(asking) == {"degraded"})
        shutil.rmtree(own / "last-good")
        replace_a_worker(own)
        until(lambda: readiness(asking) == {"degraded", "not_ready"})
        assert statuses(asking) == {200, 503}
        file.write_text(good)
        until(lambda: readiness(asking) == {"ready"})
        assert all(asking.decides(ALICE_READS) for _ in range(12))


def test_a_server_that_starts_beside_broken_policies_serves_the_last_good(own, data):
    with served(own, config=own / "config.yaml") as port:
        assert Client(socket_door(port), data.key).decides(ALICE_READS)
    file = own / "policies" / "cert.polar"
    good = file.read_text()
    file.write_text("\nthis is no policy")
    with served(own, config=own / "config.yaml") as port:
        asking = Client(socket_door(port), data.key)
        assert asking.decides(ALICE_READS)
        said = asking.send(b"", method="GET", path="/readyz").json
        assert said["status"] == "degraded"
        assert said["reason"].startswith("cert.polar:2: ")
        assert said["reason"].endswith(
            f"; the last good set decides, from `{own}/last-good`"
        )
        file.write_text(good)
        until(lambda: readiness(asking) == {"ready"})
    assert "warning: cert.polar:2: " in (own / "server.log").read_text()


def test_a_replaced_database_is_refused_by_a_new_worker_too(own, data):
    with served(own, config=own / "config.yaml", workers=2) as port:
        asking = Client(socket_door(port), data.key)
        assert statuses(asking) == {200}
        shutil.copy(own / "gatehouse.db", own / "other.db")
        (own / "other.db").replace(own / "gatehouse.db")
        assert statuses(asking) == {503}
        replace_a_worker(own)
        for _ in range(5):
            assert statuses(asking) == {503}
            time.sleep(0.2)
        assert readiness(asking) == {"not_ready"}


def test_a_variable_of_the_environment_is_no_header(own, data, monkeypatch):
    monkeypatch.setenv("HTTP_AUTHORIZATION", f"Bearer {data.key}")
    with served(own, config=own / "config.yaml") as port:
        asking = Client(socket_door(port), data.key)
        assert asking.ask(ALICE_READS, authorization=None).status == 401
        assert asking.decides(ALICE_READS)
