"""What one worker counts, for Prometheus: in memory at once, in its files once a second.

The files are those of prometheus-client's multiprocess mode, which another process reads
and adds up over all workers (`webapp.metrics_server`). A request thus pays for a few
additions only; a worker that is killed loses the counts of its last second.
"""

import atexit
import fcntl
import logging
import os
import secrets
import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict, mmap_key

from authz.model import Reason
from webapp.decision_api.outcome import Tally

FLUSH_SECONDS = 1.0
#: Room for some 5,000 counts in each of the three files.
FILE_BYTES = 1 << 20
STATUSES = ("ready", "degraded", "not_ready")
#: Upper ends of the classes of latency, in seconds.
BOUNDS = (
    *(50e-6, 100e-6, 250e-6, 500e-6),
    *(1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3),
    *(0.1, 0.25, 0.5, 1.0, 2.0, float("inf")),
)
#: Name -> what it is. A counter is named without its `_total`.
ABOUT = {
    "gatehouse_decisions": "Decisions, by outcome, reason and first determining policy.",
    "gatehouse_requests": "Requests that were answered, by kind and class of the status.",
    "gatehouse_refusals": "Requests that were refused, by the code of the error.",
    "gatehouse_request_seconds": "Time from the whole request to its answer.",
    "gatehouse_decision_log_lost": "Requests that are missing in the decision log.",
    "gatehouse_disagreements": "Sampled decisions that the reference made differently.",
    "gatehouse_policy_reloads": "Loads of an edited policy set, by result.",
    "gatehouse_workers": "Workers, by how they stand.",
    "gatehouse_policy_workers": "Workers that decide by this policy revision.",
    "gatehouse_cache_entries": "Subjects, resources and answers that are kept in memory.",
}
#: Prefix of the file that a worker keeps locked as long as it lives.
LOCK = "worker_"

Labels = Mapping[str, str]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a worker stands now; the counts are since it began."""

    #: One of `STATUSES`.
    status: str
    #: Empty while there is none.
    policy_revision: str = ""
    cache_entries: int = 0
    log_lost: int = 0
    disagreements: int = 0
    reloads_ok: int = 0
    reloads_failed: int = 0


class NoMetrics:
    """Counts nothing."""

    def answered(
        self, kind: str, status: int, tallies: Sequence[Tally], seconds: float
    ) -> None:
        """Nothing."""

    def refused(self, code: str) -> None:
        """Nothing."""


@dataclass(slots=True)
class _Requests:
    """Requests of one kind with one status."""

    #: One for each of `BOUNDS`.
    counts: list[int] = field(default_factory=lambda: [0] * len(BOUNDS))
    #: All of them together.
    seconds: float = 0.0


def open_metrics(
    folder: Path | None, look: Callable[[], Standing]
) -> "Metrics | NoMetrics":
    """What counts in that folder, and writes once a second; nothing without a folder.

    A folder that cannot be used is logged: a worker decides without metrics too.
    """
    if folder is None:
        return NoMetrics()
    try:
        metrics = Metrics(folder, look)
    except OSError as exc:
        _log.error("this worker has no metrics: cannot write in `%s`: %s", folder, exc)
        return NoMetrics()
    metrics.start()
    atexit.register(metrics.close)
    return metrics


class Metrics:
    """The counts of one worker; any thread may count."""

    def __init__(self, folder: Path, look: Callable[[], Standing]):
        """`folder` is what `webapp.metrics_server` made; `look` is called at each flush, in
        any thread, and never raises. Raises: OSError when the folder has no room.
        """
        self._look = look
        self._turn = threading.Lock()
        self._flushing = threading.Lock()
        self._closed = threading.Event()
        self._decisions: dict[Tally, int] = {}
        self._requests: dict[tuple[str, int], _Requests] = {}
        self._refusals: dict[str, int] = {}
        self._revisions: set[str] = set()
        # WHY not the process id alone: another worker may get it again.
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        # WHY under another name first: without a lock it would be a dead worker's.
        lock = folder / f"{LOCK}{name}"
        unlocked = lock.with_name(f".{lock.name}")
        self._alive = unlocked.open("xb")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        unlocked.rename(lock)
        self._files = {
            kind: new_file(folder, f"{kind}_{name}")
            for kind in ("counter", "histogram", "gauge_livesum")
        }

    def start(self) -> None:
        """Flush once a second from now on, as long as the process lives."""
        threading.Thread(target=self._run, name="metrics", daemon=True).start()

    def answered(
        self, kind: str, status: int, tallies: Sequence[Tally], seconds: float
    ) -> None:
        """A request of this kind was answered; without a kind it is not counted."""
        if not kind:
            return
        with self._turn:
            alike = self._requests.get((kind, status))
            if alike is None:
                alike = self._requests[kind, status] = _Requests()
            alike.counts[bisect_left(BOUNDS, seconds)] += 1
            alike.seconds += seconds
            counts = self._decisions
            for tally in tallies:
                counts[tally] = counts.get(tally, 0) + 1

    def refused(self, code: str) -> None:
        """A request was answered with this error."""
        with self._turn:
            self._refusals[code] = self._refusals.get(code, 0) + 1

    def flush(self) -> None:
        """Write what was counted so far."""
        standing = self._look()
        with self._flushing:
            if self._alive.closed:
                return
            with self._turn:
                decisions, refusals = dict(self._decisions), dict(self._refusals)
                requests = _sums(self._requests)
            for (reason, policy), count in decisions.items():
                outcome = "allow" if reason == Reason.PERMITTED else "deny"
                labels = {"decision": outcome, "reason": reason, "policy": policy}
                self._count("gatehouse_decisions", count, labels)
            for code, count in refusals.items():
                self._count("gatehouse_refusals", count, {"code": code})
            for (kind, status), alike in requests.items():
                labels = {"kind": kind, "status": status}
                self._count("gatehouse_requests", sum(alike.counts), labels)
                self._latency(labels, alike)
            self._stand(standing)

    def close(self) -> None:
        """Write the last counts; from now on this worker is gone."""
        self._closed.set()
        self.flush()
        with self._flushing:
            for file in self._files.values():
                file.close()  # type: ignore[no-untyped-call]
            self._alive.close()

    def _run(self) -> None:
        while not self._closed.wait(FLUSH_SECONDS):
            self.flush()

    def _stand(self, standing: Standing) -> None:
        self._count("gatehouse_decision_log_lost", standing.log_lost, {})
        self._count("gatehouse_disagreements", standing.disagreements, {})
        for result, count in (
            ("ok", standing.reloads_ok),
            ("failed", standing.reloads_failed),
        ):
            self._count("gatehouse_policy_reloads", count, {"result": result})
        self._gauge("gatehouse_cache_entries", standing.cache_entries, {})
        for status in STATUSES:
            self._gauge("gatehouse_workers", status == standing.status, {"status": status})
        if standing.policy_revision:
            self._revisions.add(standing.policy_revision)
        for revision in self._revisions:
            now = revision == standing.policy_revision
            self._gauge("gatehouse_policy_workers", now, {"revision": revision})

    def _count(self, metric: str, value: int, labels: Labels) -> None:
        self._write("counter", metric, f"{metric}_total", labels, value)

    def _gauge(self, metric: str, value: int, labels: Labels) -> None:
        self._write("gauge_livesum", metric, metric, labels, value)

    def _latency(self, labels: Labels, requests: _Requests) -> None:
        metric = "gatehouse_request_seconds"
        for bound, count in zip(BOUNDS, requests.counts, strict=True):
            of_class = {**labels, "le": str(bound).replace("inf", "+Inf")}
            self._write("histogram", metric, f"{metric}_bucket", of_class, count)
        self._write("histogram", metric, f"{metric}_sum", labels, requests.seconds)

    def _write(
        self, file: str, metric: str, sample: str, labels: Labels, value: float
    ) -> None:
        names, values = list(labels), list(labels.values())
        key = mmap_key(metric, sample, names, values, ABOUT[metric])
        self._files[file].write_value(key, value, 0.0)  # type: ignore[no-untyped-call]


def _sums(
    requests: Mapping[tuple[str, int], _Requests],
) -> dict[tuple[str, str], _Requests]:
    """Requests by kind and class of the status, as `2xx`."""
    found: dict[tuple[str, str], _Requests] = {}
    for (kind, status), alike in requests.items():
        of_class = found.setdefault((kind, f"{status // 100}xx"), _Requests())
        of_class.seconds += alike.seconds
        of_class.counts = [
            a + b for a, b in zip(of_class.counts, alike.counts, strict=True)
        ]
    return found


def new_file(folder: Path, name: str) -> MmapedDict:
    """A file for counts, without any. Raises: OSError when the folder has no room."""
    # WHY under another name first: who reads it must never meet an empty file. WHY its
    # room is taken at once: a full disk would otherwise kill the process at some later
    # write.
    made = folder / f"{name}.new"
    with made.open("xb") as file:
        os.posix_fallocate(file.fileno(), 0, FILE_BYTES)
    opened = MmapedDict(str(made))  # type: ignore[no-untyped-call]
    made.rename(folder / f"{name}.db")
    return opened
