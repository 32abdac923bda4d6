"""The servers that the HTTP benchmark loads, each as a process pinned to one core."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ANSWER = '{"decision":true}'
START_SECONDS = 300
#: Of processor time in a second.
TICKS = os.sysconf("SC_CLK_TCK")
NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  server {{
    listen 127.0.0.1:{port};
    default_type application/json;
    location / {{ return 200 '{answer}'; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server at a port."""

    port: int
    pid: int

    def processor_seconds(self) -> float:
        """What it and the processes below it have used so far."""
        used, parents = {}, {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = (int(fields[11]) + int(fields[12])) / TICKS
        mine = {self.pid}
        while more := {pid for pid, above in parents.items() if above in mine} - mine:
            mine |= more
        return sum(used.get(pid, 0) for pid in mine)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ours(folder: Path, core: int, environ: Mapping[str, str]) -> Iterator["Running"]:
    """`authz serve` with one worker, set up by variables of the environment."""
    port = free_port()
    command = [sys.executable, "-c", "from authz.cli import main; main()", "serve"]
    command += ["--port", str(port)]
    with _running(
        command, core, folder / "serve.log", {**os.environ, **environ}
    ) as process:
        _wait(port, "/readyz", process, folder / "serve.log")
        yield Running(port, process.pid)


@contextmanager
def nginx(folder: Path, core: int) -> Iterator["Running"]:
    """nginx with a constant answer: what a server can be, that decides nothing."""
    port = free_port()
    file, log = folder / "nginx.conf", folder / "nginx.log"
    file.write_text(NGINX.format(folder=folder, port=port, answer=ANSWER))
    command = ["nginx", "-e", str(log), "-c", str(file)]
    with _running(command, core, log, os.environ) as process:
        _wait(port, "/", process, log)
        yield Running(port, process.pid)


@contextmanager
def constant(folder: Path, core: int) -> Iterator["Running"]:
    """Our event loop and parser with a constant answer."""
    port = free_port()
    command = [sys.executable, str(HERE / "constant_server.py"), str(port)]
    with _running(command, core, folder / "constant.log", os.environ) as process:
        _wait(port, "/", process, folder / "constant.log")
        yield Running(port, process.pid)


@contextmanager
def _running(
    command: Sequence[str], core: int, log: Path, environ: Mapping[str, str]
) -> Iterator[subprocess.Popen]:
    with log.open("ab") as written:
        process = subprocess.Popen(
            ["taskset", "--cpu-list", str(core), *command],
            stdout=written,
            stderr=written,
            env=dict(environ),
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, path: str, process: subprocess.Popen, log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < ends:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise SystemExit(f"the server at port {port} does not answer: {log.read_text()}")
