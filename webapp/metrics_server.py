"""`GET /metrics`: what all workers counted, on an address of its own.

It runs in the parent of the workers, so a page that is slow to make delays no decision. It
has no key: whoever reaches the address reads the page, which names policies and counts and
no person, tenant or key.
"""

import fcntl
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from authz.errors import ConfigError
from webapp.decision_api.metrics import LOCK, new_file

PATH = "/metrics"
#: Readers at a time; WHY few: one Prometheus asks every few seconds.
READERS = 8
PATIENCE_SECONDS = 10
#: Takes the place of the name of a worker in the files that keep the counts of the dead.
DEAD = "dead"
#: Files whose counts outlive their worker.
SUMMED = ("counter", "histogram")


@contextmanager
def counting(listen: str | None, hosts: frozenset[str]) -> Iterator[Path | None]:
    """The folder that workers count in, whose sums are served meanwhile; None without an
    address to `listen` on.

    hosts: names that a Host header may say, in lower case. Raises: ConfigError when the
    address cannot be taken.
    """
    if listen is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-metrics-"))
    try:
        try:
            server = _Server(listen, Page(folder), hosts)
        except OSError as exc:
            reason = (exc.strerror or str(exc)).lower()
            raise ConfigError(f"cannot show metrics on `{listen}`: {reason}") from exc
        threading.Thread(
            target=server.serve_forever, name="metrics-server", daemon=True
        ).start()
        try:
            yield folder
        finally:
            server.shutdown()
            server.server_close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Page:
    """The sums over all workers that count in a folder."""

    def __init__(self, folder: Path):
        """Raises: OSError when the folder has no room for the counts of the dead."""
        self._folder = folder
        for kind in SUMMED:
            if not (folder / f"{kind}_{DEAD}.db").exists():
                new_file(folder, f"{kind}_{DEAD}").close()  # type: ignore[no-untyped-call]
        self._turn = threading.Lock()

    def made(self) -> bytes:
        """The page as Prometheus reads it."""
        registry = CollectorRegistry()
        with self._turn:
            for lock in self._folder.glob(f"{LOCK}*"):
                if _is_free(lock):
                    self._bury(lock)
            MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
            return generate_latest(registry)

    def _bury(self, lock: Path) -> None:
        """Keep the counts of a worker that is gone, in one file for all of them."""
        name = lock.name.removeprefix(LOCK)
        for kind in SUMMED:
            _add(self._folder / f"{kind}_{name}.db", self._folder / f"{kind}_{DEAD}.db")
        (self._folder / f"gauge_livesum_{name}.db").unlink(missing_ok=True)
        lock.unlink()


def _is_free(lock: Path) -> bool:
    """Whether the worker that held it is gone: the system lets go of a dead one's locks."""
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _add(source: Path, target: Path) -> None:
    """Move all counts of one file to those of another."""
    if not source.exists():
        return
    sums: Any = MmapedDict(str(target))  # type: ignore[no-untyped-call]
    counts: Any = MmapedDict.read_all_values_from_file(str(source))  # type: ignore[no-untyped-call]
    for key, value, _, _ in counts:
        sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    sums.close()
    source.unlink()


class _Server(ThreadingHTTPServer):
    """A thread for each of a few readers."""

    daemon_threads = True

    def __init__(self, listen: str, page: Page, hosts: frozenset[str]):
        host, _, port = listen.rpartition(":")
        if host.startswith("["):
            self.address_family = socket.AF_INET6
        self.page = page
        self.hosts = hosts
        self._places = threading.BoundedSemaphore(READERS)
        super().__init__((host.strip("[]"), int(port)), _Reader)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a reader that goes away is no event."""


class _Reader(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE_SECONDS
    server_version = "gatehouse"
    sys_version = ""

    def do_GET(self) -> None:
        """The page, and nothing but the page."""
        host = self.headers.get("Host", "")
        if _without_port(host) not in self.server.hosts:
            self._say(421, b"wrong host\n")
        elif self.path.partition("?")[0] != PATH:
            self._say(404, b"only /metrics is here\n")
        else:
            self._say(200, self.server.page.made(), CONTENT_TYPE_PLAIN_0_0_4)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line every few seconds would tell nobody anything."""

    def _say(self, status: int, body: bytes, content_type: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


def _without_port(host: str) -> str:
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()
