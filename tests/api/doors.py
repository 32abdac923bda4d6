"""Three ways into the decision API that must answer alike: the function, WSGI, a socket."""

import http.client
import io
import itertools
import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from authz import config
from authz.accounts.passwords import Hasher
from authz.engine import policyset
from authz.engine.source import read_directory
from authz.settings import Config
from authz.storage import clients
from authz.storage.clients import ApiClient
from authz.storage.database import Database, open_database
from authz.storage.demo import write_demo_json
from authz.storage.events import SERVICE
from authz.storage.seed import seed
from tests.shipped import RECORD as SHIPPED_RECORD
from tests.shipped import shipped
from webapp.decision_api import wsgi
from webapp.decision_api.app import DecisionApi
from webapp.decision_api.messages import HttpRequest, Note
from webapp.serve import build_app

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "tests" / "authzen" / "config.yaml"
#: What of the policies of the fixtures has passed the checks, for all servers of the tests.
#: WHY not the record of the shipped ones: whoever is first compares those for half a
#: minute, and all others wait that want to write the same file.
RECORD = CONFIG.parent / "var" / "passed.json"
EVALUATION = "/access/v1/evaluation"
START_SECONDS = 60


@dataclass(frozen=True)
class Reply:
    status: int
    #: By lower-case name.
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


#: method, path, headers, body -> reply
Door = Callable[[str, str, Mapping[str, str], bytes], Reply]


@dataclass(frozen=True)
class Client:
    """A caller with a key at one of the doors."""

    door: Door
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(
        self,
        body: bytes,
        *,
        method: str = "POST",
        path: str = EVALUATION,
        **more: str | None,
    ) -> Reply:
        """Headers are named with `_` for `-`; None leaves one out."""
        headers: dict[str, str | None] = {
            "host": "127.0.0.1",
            "authorization": f"Bearer {self.key}",
            "content-type": "application/json",
            **self.headers,
        }
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        kept = {name: value for name, value in headers.items() if value is not None}
        return self.door(method, path, kept, body)

    def ask(self, question: Mapping[str, Any], **headers: str | None) -> Reply:
        return self.send(json.dumps(question).encode(), **headers)

    def decides(self, question: Mapping[str, Any]) -> bool:
        reply = self.ask(question)
        assert (reply.status, set(reply.json)) == (200, {"decision"}), reply.body
        return bool(reply.json["decision"])


def question(subject: str, action: str, resource: str, **context: Any) -> dict[str, Any]:
    """A request whose entities are written `type:id`."""
    named = [
        dict(zip(("type", "id"), text.split(":", 1), strict=True))
        for text in (subject, resource)
    ]
    asked = {"subject": named[0], "action": {"name": action}, "resource": named[1]}
    return asked | ({"context": context} if context else {})


def function_door(api: DecisionApi) -> Door:
    #: As a worker has them: one for all requests with the same head.
    notes: defaultdict[object, Note] = defaultdict(Note)

    def door(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        kept = body[: api.limits.body_bytes + 1]
        note = notes[method, path, tuple(headers.items())]
        answer = api.respond(HttpRequest(method, path, headers, kept, note=note))
        named = {name.lower(): value for name, value in answer.headers}
        return Reply(answer.status, named, answer.body)

    return door


def wsgi_door(api: DecisionApi) -> Door:
    application = wsgi.application(api)

    def door(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        setup_testing_defaults(environ)
        started: list[Any] = []
        answer = b"".join(application(environ, lambda *given: started.extend(given)))
        named = {name.lower(): value for name, value in started[1]}
        return Reply(int(started[0].split()[0]), named, answer)

    return door


def socket_door(port: int) -> Door:
    def door(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.connect()
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("content-length", str(len(body)))
            # WHY: the server may refuse a body before all of it is sent.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.endheaders(body)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, named, answer.read())
        finally:
            connection.close()

    return door


def _ports() -> Iterator[int]:
    """Ports that no other process of the same run is told of, again and again.

    WHY below 32,000: the system gives those above to anybody, and so it could to another
    server or a client before the one that is told of it listens there.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = [*range(20_000 + worker % 6 * 2_000, 22_000 + worker % 6 * 2_000, 2)]
    # WHY by chance: another run may go on at the same time.
    start = random.SystemRandom().randrange(len(own))
    return itertools.cycle(own[start:] + own[:start])


_PORTS = _ports()


def free_port() -> int:
    """A port at which nobody listens, nor at the next one, which is the console's."""
    for port in _PORTS:
        with socket.socket() as probe, socket.socket() as beside, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            beside.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("never: the ports begin again")


def serving_command(folder: Path, config_file: Path, port: int) -> list[str]:
    """What serves a data folder at a port."""
    run = [sys.executable, "-c", "from authz.cli import main; main()", "serve"]
    flags = ["--config", str(config_file), "--data", str(folder), "--port", str(port)]
    return run + flags


@dataclass(frozen=True)
class Running:
    """`authz serve`, as it runs."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def running(
    folder: Path, *, config: Path = CONFIG, **settings: object
) -> Iterator[Running]:
    """A server that answers; it is told to stop in the end, if it still runs.

    settings: by their variables, without `AUTHZ_`.
    """
    port = free_port()
    environ = {f"AUTHZ_{name}": str(value) for name, value in settings.items()}
    # WHY: what passed the checks once passes them again; each server need not repeat them.
    record = RECORD
    if config == ROOT / "config.yaml":
        # WHY here: comparing all of them may take longer than a server is waited for.
        shipped()
        record = SHIPPED_RECORD
    environ = {"AUTHZ_POLICY__RECORD": str(record)} | environ
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            serving_command(folder, config, port),
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=os.environ | environ,
        )
    try:
        wait_until_ready(port, process, folder / "server.log")
        yield Running(port, process)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


@contextmanager
def served(
    folder: Path, *, config: Path = CONFIG, workers: int = 1, **limits: int
) -> Iterator[int]:
    """The port at which `authz serve` answers; it must stop well in the end.

    limits: values of `server.limits`, by name.
    """
    variables = {f"SERVER__LIMITS__{name.upper()}": limits[name] for name in limits}
    variables["SERVER__DECISIONS__WORKERS"] = workers
    with running(folder, config=config, **variables) as server:
        yield server.port
    assert server.process.returncode == 0, (folder / "server.log").read_text()


def workers_of(folder: Path) -> list[int]:
    """The processes that answer for the server of this data folder, which we started."""
    lines: dict[int, str] = {}
    above: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        # WHY: a process may end while it is looked at.
        with suppress(OSError, ValueError, IndexError):
            number = int(entry.name)
            above[number] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            lines[number] = (entry / "cmdline").read_bytes().decode(errors="replace")
    return [
        number
        for number, line in lines.items()
        if "spawn_main" in line
        and str(folder) in lines.get(above[number], "")
        and above.get(above[number]) == os.getpid()
    ]


def wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()
        try:
            reply = socket_door(port)("GET", "/readyz", {"host": "127.0.0.1"}, b"")
        except OSError:
            time.sleep(0.05)
            continue
        assert reply.status == 200, reply.body
        return
    raise AssertionError(f"not ready in {START_SECONDS} s: {log.read_text()}")


# Fixtures


@dataclass(frozen=True)
class Data:
    """A data folder with the AuthZEN fixtures, and the configuration that serves it."""

    folder: Path
    config: Config
    #: All scopes, no channel, tenant `authzen`.
    key: str


def copied(data: Data, folder: Path) -> Path:
    """The folder, with a copy of the data, the policies and the configuration in it."""
    shutil.copytree(CONFIG.parent / "policies", folder / "policies")
    for name in ("config.yaml", "facts.yaml"):
        shutil.copy(CONFIG.parent / name, folder)
    # WHY through SQLite: a plain copy closes a handle of the file, and with it go all locks
    # that this process has on it.
    with (
        closing(sqlite3.connect(data.folder / "gatehouse.db")) as source,
        closing(sqlite3.connect(folder / "gatehouse.db")) as target,
    ):
        source.backup(target)
    shutil.copy(data.folder / "demo.json", folder)
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("authzen")
    path = folder / "gatehouse.db"
    settings = config.load(
        CONFIG,
        {},
        {
            "store.path": path,
            "policy.last_good": folder / "last-good",
            "decisions.log.dir": folder / "decisions",
        },
    )
    schema = policyset.load(read_directory(settings.policy.dir)).schema
    assert settings.store.seed is not None
    made = seed(path, schema, settings.store.seed, clock=time.time, hasher=Hasher())
    write_demo_json(
        folder / "demo.json", made, base_url="http://127.0.0.1:8080", console_url=None
    )
    return Data(folder, settings, made.tenants[0].api_key)


@pytest.fixture(scope="session")
def database(data: Data) -> Iterator[Database]:
    handle = open_database(data.config.store.path, time.time)
    yield handle
    handle.close()


@pytest.fixture(scope="session")
def function(data: Data) -> Client:
    return Client(function_door(build_app(data.config)), data.key)


@pytest.fixture(scope="session")
def doors(data: Data) -> Iterator[Mapping[str, Door]]:
    api = build_app(data.config)
    with served(data.folder) as port:
        yield {
            "function": function_door(api),
            "wsgi": wsgi_door(api),
            "socket": socket_door(port),
        }


@pytest.fixture(params=["function", "wsgi", "socket"])
def client(request: pytest.FixtureRequest, doors: Mapping[str, Door], data: Data) -> Client:
    return Client(doors[request.param], data.key)


#: Of whose door, scopes, more for `clients.create` -> a caller with a key of its own.
MakeClient = Callable[..., tuple[Client, ApiClient]]


@pytest.fixture
def make_client(database: Database) -> MakeClient:
    def make(
        at: Client, scopes: set[str], *, tenant: str = "authzen", **more: Any
    ) -> tuple[Client, ApiClient]:
        name = f"app {time.monotonic_ns()}"
        row, key = clients.create(database, tenant, name, scopes, actor=SERVICE, **more)
        return Client(at.door, key.text), row

    return make
