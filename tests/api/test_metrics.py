"""What Prometheus reads: the sums over all workers, also over those that were killed."""

import fcntl
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from authz.decisions.active import Health
from authz.errors import ConfigError
from authz.model import Decision, Reason
from tests.api.doors import (
    ROOT,
    Client,
    Data,
    copied,
    free_port,
    question,
    served,
    socket_door,
)
from tests.api.test_failures import until
from webapp.decision_api.metrics import Metrics, NoMetrics, Standing, open_metrics
from webapp.decision_api.outcome import outcome_of
from webapp.decision_api.readiness import Readiness
from webapp.decision_api.standing import Standings
from webapp.metrics_server import READERS, Page, counting

ALLOWED = outcome_of(
    Decision(True, Reason.PERMITTED, ("docs.owner-reads", "docs.reader-reads"))
).tally
FORBIDDEN = outcome_of(Decision(False, Reason.FORBIDDEN, ("docs.locked",))).tally
NOTHING = outcome_of(Decision(False, Reason.NO_PERMIT)).tally
UNSHARE = ("unshare", "--map-root-user", "--mount", "sh", "-ec")
HOSTS = frozenset({"127.0.0.1", "localhost"})

WORKER = """
import sys, time
from pathlib import Path
from authz.errors import ConfigError
from webapp.decision_api.metrics import Metrics, Standing
metrics = Metrics(Path(sys.argv[1]), lambda: Standing("ready", "r1", log_lost=2))
made = (("no_permit", ""),)
for _ in range(7):
    metrics.answered("evaluation", 200, made, 0.001)
metrics.flush()
print("counted", flush=True)
time.sleep(600)
"""


def standing() -> Standing:
    return Standing("ready", "r1")


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Callable[..., Metrics]]:
    """Makes what a worker counts with, in this process."""
    with ExitStack() as open_ones:

        def made(
            look: Callable[[], Standing] = standing, folder: Path = tmp_path
        ) -> Metrics:
            return open_ones.enter_context(closing(Metrics(folder, look)))

        yield made


def sums(page: bytes | str) -> dict[tuple[str, frozenset[str]], float]:
    """Sample and the values of its labels -> its value."""
    text = page if isinstance(page, str) else page.decode()
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(page: bytes | str, name: str, *labels: str) -> float:
    return sums(page)[name, frozenset(labels)]


def get(
    port: int, path: str = "/metrics", method: str = "GET", host: str = "127.0.0.1"
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_decisions_are_counted_by_outcome_reason_and_first_policy(worker, tmp_path: Path):
    metrics = worker()
    metrics.answered("evaluations", 200, [ALLOWED, FORBIDDEN, NOTHING, NOTHING], 0.001)
    metrics.flush()
    page, name = Page(tmp_path).made(), "gatehouse_decisions_total"
    assert value(page, name, "allow", "permitted", "docs.owner-reads") == 1
    assert value(page, name, "deny", "forbidden", "docs.locked") == 1
    assert value(page, name, "deny", "no_permit", "") == 2
    assert sum(found for (named, _), found in sums(page).items() if named == name) == 4


def test_requests_are_counted_by_kind_and_class_and_by_how_long_they_took(
    worker, tmp_path: Path
):
    metrics = worker()
    for status, seconds in ((200, 0.00005), (204, 0.003), (503, 10.0)):
        metrics.answered("evaluation", status, (), seconds)
    metrics.answered("", 200, (ALLOWED,), 1.0)
    metrics.flush()
    page, bucket = Page(tmp_path).made(), "gatehouse_request_seconds_bucket"
    assert value(page, "gatehouse_requests_total", "evaluation", "2xx") == 2
    assert value(page, "gatehouse_requests_total", "evaluation", "5xx") == 1
    assert value(page, bucket, "evaluation", "2xx", "5e-05") == 1
    assert value(page, bucket, "evaluation", "2xx", "0.0025") == 1
    assert value(page, bucket, "evaluation", "2xx", "0.005") == 2
    assert value(page, bucket, "evaluation", "5xx", "2.0") == 0
    assert value(page, bucket, "evaluation", "5xx", "+Inf") == 1
    total = value(page, "gatehouse_request_seconds_sum", "evaluation", "2xx")
    assert total == pytest.approx(0.00305)
    assert value(page, "gatehouse_request_seconds_count", "evaluation", "2xx") == 2


def test_errors_are_counted_by_their_code(worker, tmp_path: Path):
    metrics = worker()
    for code in ("unauthenticated", "bad_request", "unauthenticated"):
        metrics.refused(code)
    metrics.flush()
    page = Page(tmp_path).made()
    assert value(page, "gatehouse_refusals_total", "unauthenticated") == 2
    assert value(page, "gatehouse_refusals_total", "bad_request") == 1


def test_how_each_worker_stands_is_added_up(worker, tmp_path: Path):
    first = Standing("ready", "r1", 10, log_lost=1, disagreements=2, reloads_ok=3)
    second = Standing("degraded", "r2", 5, log_lost=4, reloads_failed=1)
    for found in (first, second):
        worker(lambda found=found: found).flush()
    page = Page(tmp_path).made()
    workers = [
        value(page, "gatehouse_workers", status)
        for status in ("ready", "degraded", "not_ready")
    ]
    assert workers == [1, 1, 0]
    assert value(page, "gatehouse_policy_workers", "r1") == 1
    assert value(page, "gatehouse_policy_workers", "r2") == 1
    assert value(page, "gatehouse_cache_entries") == 15
    assert value(page, "gatehouse_decision_log_lost_total") == 5
    assert value(page, "gatehouse_disagreements_total") == 2
    assert value(page, "gatehouse_policy_reloads_total", "ok") == 3
    assert value(page, "gatehouse_policy_reloads_total", "failed") == 1


def test_a_revision_that_decides_no_more_has_no_workers(worker, tmp_path: Path):
    revisions = iter(["r1", "r2", "", ""])
    metrics = worker(lambda: Standing("ready", next(revisions)))
    metrics.flush()
    metrics.flush()
    page = Page(tmp_path).made()
    assert value(page, "gatehouse_policy_workers", "r1") == 0
    assert value(page, "gatehouse_policy_workers", "r2") == 1
    metrics.flush()
    assert value(Page(tmp_path).made(), "gatehouse_policy_workers", "r2") == 0


def test_edits_are_counted_by_what_became_of_them():
    good, next_, broken = (
        Health(True, "", "r1"),
        Health(True, "", "r2"),
        Health(False, "a.polar:1 is wrong", "r2"),
    )
    steps = iter([good, good, next_, next_, broken, broken, next_])
    standings = Standings(
        lambda: Readiness("ready", "r1"),
        lambda: next(steps),
        cached=lambda: 1,
        log_lost=lambda: 2,
        disagreements=lambda: 3,
    )
    found = [standings.look() for _ in range(6)]
    counts = [(one.reloads_ok, one.reloads_failed) for one in found]
    assert counts == [(0, 0), (1, 0), (1, 0), (1, 1), (1, 1), (2, 1)]
    assert found[-1] == Standing("ready", "r2", 1, 2, 3, 2, 1)


def test_every_metric_is_documented_with_its_labels(worker, tmp_path: Path):
    metrics = worker()
    metrics.answered("evaluation", 200, (ALLOWED,), 0.001)
    metrics.refused("not_found")
    metrics.flush()
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(gatehouse_\w+)` \| (.*?) \|", page, re.MULTILINE))
    shown = Page(tmp_path).made().decode()
    for family in text_string_to_metric_families(shown):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        assert labels == set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", rows.pop(name))))
    assert rows == {}


def test_many_threads_count_each_request_once(worker, tmp_path: Path):
    metrics = worker()

    def count():
        for _ in range(2_000):
            metrics.answered("search", 200, (ALLOWED,), 0.01)
            metrics.refused("bad_request")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics.flush()
    page = Page(tmp_path).made()
    assert value(page, "gatehouse_requests_total", "search", "2xx") == 8_000
    assert value(page, "gatehouse_refusals_total", "bad_request") == 8_000


def test_a_killed_worker_keeps_its_counts_and_stands_no_more(tmp_path: Path):
    page = Page(tmp_path)
    for killed in (1, 2, 3):
        command = [sys.executable, "-c", WORKER, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"counted\n"
            assert value(page.made(), "gatehouse_workers", "ready") == 1
            os.kill(worker.pid, signal.SIGKILL)
        found = page.made()
        name = "gatehouse_decisions_total"
        assert value(found, name, "deny", "no_permit", "") == 7 * killed
        assert value(found, "gatehouse_decision_log_lost_total") == 2 * killed
        assert value(found, "gatehouse_request_seconds_count", "evaluation", "2xx") == (
            7 * killed
        )
        assert ("gatehouse_workers", frozenset({"ready"})) not in sums(found)
    assert {path.name for path in tmp_path.iterdir()} == {
        "counter_dead.db",
        "histogram_dead.db",
    }


def test_a_worker_that_begins_is_not_taken_for_a_dead_one(tmp_path: Path, monkeypatch):
    flock, page = fcntl.flock, Page(tmp_path)

    def late(file, operation):
        monkeypatch.undo()
        page.made()
        flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    metrics = Metrics(tmp_path, standing)
    metrics.flush()
    assert value(page.made(), "gatehouse_workers", "ready") == 1
    metrics.close()
    assert ("gatehouse_workers", frozenset({"ready"})) not in sums(page.made())


FULL = """
import os, sys
from pathlib import Path
from webapp.decision_api.metrics import Metrics, Standing
from webapp.metrics_server import Page
folder = Path(sys.argv[1])
page = Page(folder)
if not (worker := os.fork()):
    metrics = Metrics(folder, lambda: Standing("ready"))
    metrics.refused("not_found")
    metrics.flush()
    os._exit(0)
os.waitpid(worker, 0)
try:
    with (folder / "fill").open("wb", buffering=0) as fill:
        while True:
            fill.write(bytes(4096))
except OSError:
    print(page.made().decode())
"""


def test_a_full_disk_does_not_keep_the_counts_of_the_dead(tmp_path: Path):
    """Nor end the parent of the workers, as a page of memory without a disk would."""
    mount = f"mount -t tmpfs -o size=6m none '{tmp_path}'"
    if subprocess.run([*UNSHARE, mount], check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    command = [*UNSHARE, f'{mount}; exec "$@"', "sh", sys.executable, "-c", FULL]
    ran = subprocess.run(
        [*command, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert value(ran.stdout, "gatehouse_refusals_total", "not_found") == 1


def test_a_worker_that_stops_writes_its_last_counts(tmp_path: Path):
    metrics = Metrics(tmp_path, standing)
    metrics.refused("not_found")
    metrics.close()
    metrics.flush()
    assert value(Page(tmp_path).made(), "gatehouse_refusals_total", "not_found") == 1


def test_a_folder_that_cannot_be_used_costs_the_metrics_only(tmp_path: Path, caplog):
    assert isinstance(open_metrics(tmp_path / "missing", standing), NoMetrics)
    assert "this worker has no metrics" in caplog.text
    assert isinstance(open_metrics(None, standing), NoMetrics)


@pytest.mark.socket
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_the_page_is_served_on_its_own_address_and_its_folder_is_removed(worker, host: str):
    port = free_port()
    with counting(f"{host}:{port}", HOSTS) as folder:
        assert folder is not None
        assert folder.stat().st_mode & 0o777 == 0o700
        worker(folder=folder).flush()
        with socket.create_connection((host.strip("[]"), port), timeout=20) as peer:
            peer.sendall(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
            answer = b"".join(iter(lambda: peer.recv(65536), b""))
        head, _, page = answer.partition(b"\r\n\r\n")
        assert b"text/plain; version=0.0.4; charset=utf-8" in head
        assert value(page, "gatehouse_workers", "ready") == 1
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host.strip("[]"), port))


@pytest.mark.socket
def test_nothing_but_the_page_is_there():
    port = free_port()
    with counting(f"127.0.0.1:{port}", HOSTS):
        assert get(port, "/metrics?x=1")[0] == 200
        assert get(port, host=f"localhost:{port}")[0] == 200
        for path in ("/", "/metrics/", "/access/v1/evaluation", "/%2e%2e/etc/passwd"):
            assert get(port, path) == (404, "only /metrics is here\n")
        assert get(port, method="POST")[0] == 501
        for host in ("evil.example", "", "127.0.0.1.evil.example"):
            assert get(port, host=host) == (421, "wrong host\n")


@pytest.mark.socket
def test_readers_that_say_nothing_take_a_few_places_only():
    port = free_port()
    with counting(f"127.0.0.1:{port}", HOSTS):
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(READERS)]
        with socket.create_connection(("127.0.0.1", port), timeout=20) as refused:
            assert refused.recv(1) == b""
        for peer in silent:
            peer.close()


def test_an_address_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        said = f"cannot show metrics on `{listen}`: address already in use"
        with pytest.raises(ConfigError, match=re.escape(said)), counting(listen, HOSTS):
            pass


def test_without_an_address_nothing_is_counted():
    with counting(None, HOSTS) as folder:
        assert folder is None


@pytest.mark.socket
def test_the_service_counts_what_its_workers_answer(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    own, at = copied(data, tmp_path), free_port()
    monkeypatch.setenv("AUTHZ_SERVER__METRICS__LISTEN", f"127.0.0.1:{at}")
    with served(own, config=own / "config.yaml", workers=2) as port:
        asking = Client(socket_door(port), data.key)
        reads = question("user:alice", "read", "record:record-1")
        assert all(asking.decides(reads) for _ in range(5))
        asking.ask(reads, authorization=None)
        assert asking.send(b"", method="GET", path="/metrics").status == 404

        def shown() -> bool:
            found = sums(get(at)[1])
            return (
                found.get(("gatehouse_requests_total", frozenset({"evaluation", "2xx"})))
                == 5
                and found.get(("gatehouse_refusals_total", frozenset({"unauthenticated"})))
                == 1
                and found["gatehouse_workers", frozenset({"ready"})] == 2
            )

        until(shown)
        labels = ("allow", "permitted", "cert.alice-and-bob-read")
        assert value(get(at)[1], "gatehouse_decisions_total", *labels) == 5
    with pytest.raises(ConnectionRefusedError):
        get(at)
