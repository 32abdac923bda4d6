"""Load on an HTTP server: wrk on a core of its own, and connections that never finish."""

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.http_servers import Running

CONNECTIONS = 32
HALF_OPEN = 500
#: Goes through the lines of a file, each the body of a request, again and again.
SCRIPT = """\
local requests, at = {}, 0
function init(arguments)
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", arguments[2], nil, body)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests": %d, "micros": %d, "failed": %d, '
    .. '"p50": %d, "p99": %d}\\n', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one round."""

    #: Requests answered in a second.
    rate: float
    #: Latency in microseconds.
    p50: int
    p99: int
    #: Processor time of the server for a request, in microseconds; WHY: others on the
    #: machine slow it less than all the rest.
    processor: float


@dataclass(frozen=True, slots=True)
class Loader:
    """Sends the same requests to whichever server."""

    folder: Path
    core: int
    seconds: int
    headers: Mapping[str, str]

    def round(self, server: Running, path: str, bodies: Path) -> Round:
        """One round. Raises: SystemExit when a request failed."""
        script = self.folder / "load.lua"
        script.write_text(SCRIPT)
        sent = [f"-H{name}: {value}" for name, value in self.headers.items()]
        before = server.processor_seconds()
        ran = subprocess.run(
            [
                *("taskset", "--cpu-list", str(self.core)),
                *(
                    "wrk",
                    "-t1",
                    f"-c{CONNECTIONS}",
                    f"-d{self.seconds}s",
                    "--timeout",
                    "10s",
                ),
                *("-s", str(script), *sent, f"http://127.0.0.1:{server.port}"),
                *("--", str(bodies), path),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        used = server.processor_seconds() - before
        found = json.loads(ran.stdout.rpartition("RESULT ")[2])
        if found["failed"]:
            raise SystemExit(f"{found['failed']} requests to port {server.port} failed")
        rate = found["requests"] / found["micros"] * 1e6
        processor = used / max(1, found["requests"]) * 1e6
        return Round(rate, found["p50"], found["p99"], processor)


@contextmanager
def half_open(port: int, path: str, headers: Mapping[str, str]) -> Iterator[int]:
    """How many connections sent half a request: half of them stop within the headers, the
    others within the body.
    """
    peers: list[socket.socket] = []
    try:
        for number in range(HALF_OPEN):
            peer = socket.create_connection(("127.0.0.1", port), timeout=20)
            peer.sendall(_half(path, headers, in_body=number % 2 == 0))
            peers.append(peer)
        yield len(peers)
    finally:
        for peer in peers:
            peer.close()


def _half(path: str, headers: Mapping[str, str], *, in_body: bool) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if in_body:
        lines += ["Content-Length: 200", "", '{"subject"']
    return "\r\n".join(lines).encode()


def written(folder: Path, name: str, bodies: Sequence[str]) -> Path:
    """A file with one body a line."""
    file = folder / name
    file.write_text("".join(f"{body}\n" for body in bodies), "utf-8")
    return file
