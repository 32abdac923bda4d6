"""Secrets are planted everywhere a service has them; then everything that it says, to
whomever, is searched for them.
"""

import base64
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from authz.accounts import keyfiles, keys
from authz.accounts.passwords import Hasher
from authz.storage import clients, people
from authz.storage.database import open_database
from authz.storage.events import SERVICE
from tests.api.doors import (
    EVALUATION,
    Client,
    Data,
    copied,
    free_port,
    question,
    served,
    socket_door,
)
from tests.api.test_failures import until

pytestmark = pytest.mark.socket

PASSWORD = "meter-canary-2025x"
SESSION = "session-canary-7b1f9d"
ALICE_READS = question("user:alice", "read", "record:record-1", session=SESSION)
SEARCH = "/access/v1/search"
#: Path -> a body that is answered there; None: it is read.
ANSWERED = {
    EVALUATION: ALICE_READS,
    EVALUATION + "#full": ALICE_READS | {"options": {"explain": "full"}},
    "/access/v1/evaluations": {**ALICE_READS, "evaluations": [ALICE_READS, {}]},
    f"{SEARCH}/subject": ALICE_READS | {"subject": {"type": "user"}, "page": {"limit": 1}},
    f"{SEARCH}/resource": ALICE_READS | {"resource": {"type": "record"}},
    f"{SEARCH}/action": {name: ALICE_READS[name] for name in ("subject", "resource")},
    "/v1/filter": ALICE_READS | {"resource": {"type": "record"}},
    "/v1/policy": None,
    "/.well-known/authzen-configuration/authzen": None,
    "/openapi.json": None,
    "/docs/api": None,
    "/healthz": None,
    "/readyz": None,
}


class Searched:
    """Everything that was said, and the secrets that must not be in it."""

    def __init__(self, secrets: Mapping[str, bytes]):
        self.forms = {
            f"{name} as {form}": value
            for name, secret in secrets.items()
            for form, value in forms(secret).items()
        }
        self.said: list[tuple[str, bytes]] = []

    def add(self, where: str, text: bytes) -> None:
        self.said.append((where, text.lower()))

    def hits(self) -> set[tuple[str, str]]:
        return {
            (where, form)
            for where, text in self.said
            for form, value in self.forms.items()
            if value.lower() in text
        }


def forms(secret: bytes) -> dict[str, bytes]:
    """The ways in which it might be written."""
    return {
        "text": secret,
        "hex": secret.hex().encode(),
        "base64": base64.b64encode(secret).rstrip(b"="),
        "base64url": base64.urlsafe_b64encode(secret).rstrip(b"="),
    }


@pytest.fixture
def own(data: Data, tmp_path: Path) -> Path:
    return copied(data, tmp_path)


@pytest.fixture
def key(own: Path) -> Iterator[keys.Key]:
    """A key with all scopes, beside an account with the password."""
    database = open_database(own / "gatehouse.db", time.time)
    hashed = Hasher(rounds=1, memory_kib=64, lanes=1).hash(PASSWORD)
    people.create_account(
        database,
        "authzen",
        actor=SERVICE,
        email="canary@authzen.example",
        name="Canary",
        password_hash=hashed,
    )
    _, made = clients.create(database, "authzen", "canary", keys.SCOPES, actor=SERVICE)
    database.close()
    return made


def private_number(folder: Path) -> bytes:
    """Of the key that signs the metadata."""
    pem = keyfiles.path_of(folder / "gatehouse.db", keyfiles.METADATA).read_bytes()
    number = ECKey.import_key(pem).as_dict(private=True)["d"]
    return base64.urlsafe_b64decode(f"{number}=")


def raw(port: int, text: str) -> bytes:
    """What the server says to these bytes; they may be no request at all."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(text.encode("latin-1"))
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while part := peer.recv(65536):
                answer += part
        except ConnectionError:
            pass
        return answer


def ask_well(asking: Client, searched: Searched) -> dict[str, int]:
    """Everything that is answered. Path -> status."""
    found = {}
    for path, body in ANSWERED.items():
        sent = b"" if body is None else json.dumps(body).encode()
        method = "GET" if body is None else "POST"
        reply = asking.send(sent, method=method, path=path.partition("#")[0])
        searched.add(path, repr((reply.headers, reply.body)).encode())
        found[path] = reply.status
    return found


def ask_badly(port: int, key: keys.Key, asking: Client, searched: Searched) -> None:
    """Requests that fail in every way, with the secrets where their senders have them."""
    text, wrong = key.text, f"gh_{key.id}_{'e' * 64}"
    head = f"POST {EVALUATION} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    good = f"{head}Authorization: Bearer {text}\r\nContent-Type: application/json\r\n"
    for number, said in enumerate(
        (
            f"{good}Content-Length: 9\r\n\r\n{{broken",
            f"{good}Content-Length: x\r\n\r\n",
            f"{good}Content-Length: 3\r\nContent-Length: 4\r\n\r\n{{}}",
            f"{good}Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            f"{good}Authorization: Bearer {text}\r\nContent-Length: 2\r\n\r\n{{}}",
            f"{good}Content-Length: 9999999\r\n\r\n",
            f"{good}Content-Length: 40\r\n\r\n{{",
            f"{good}\x00\r\nContent-Length: 2\r\n\r\n{{}}",
            f"{head}Authorization: Basic {text}\r\n\r\n",
            f"{head}Authorization: Bearer {text}x\r\n\r\n",
            f"{head}Authorization: Bearer {text} {text}\r\n\r\n",
            f"{head}Authorization: {text}\r\n\r\n",
            f"{head}Cookie: session={SESSION}; password={PASSWORD}\r\n\r\n",
            f"GET /healthz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {text}\r\n\r\n",
            f"Authorization: Bearer {text}\r\n\r\n",
        )
    ):
        searched.add(f"bad request {number}", raw(port, said))
    for more in (
        {"authorization": f"Bearer {wrong}"},
        {"authorization": f"bearer {text.upper()}"},
        {"content_type": "text/plain"},
        {"content_encoding": "gzip"},
    ):
        reply = asking.ask(ALICE_READS, **more)
        searched.add(str(list(more)), repr((reply.headers, reply.body)).encode())
    for body in (
        {"context": {"session": SESSION}},
        ALICE_READS | {"context": {"session": [SESSION]}},
        ALICE_READS | {"subject": {"type": "user"}},
        ALICE_READS | {"page": {"token": "forged"}},
    ):
        for path in ANSWERED:
            path = path.partition("#")[0]
            reply = asking.send(json.dumps(body).encode(), path=path)
            searched.add(f"bad body at {path}", repr((reply.headers, reply.body)).encode())


def damage(own: Path, asking: Client, searched: Searched) -> None:
    """Faults of our own: the log folder, the policies, the database."""
    shutil.rmtree(own / "decisions")
    (own / "decisions").write_text("no folder")
    ask_well(asking, searched)
    (own / "policies" / "cert.polar").write_text("this is no policy")
    until(
        lambda: (
            "cert.polar" in asking.send(b"", method="GET", path="/readyz").json["reason"]
        )
    )
    ask_well(asking, searched)
    shutil.copy(own / "gatehouse.db", own / "other.db")
    (own / "other.db").replace(own / "gatehouse.db")
    found = ask_well(asking, searched)
    assert found[EVALUATION] == 503


def processes() -> list[int]:
    """All below this one."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    mine = {os.getpid()}
    while more := {pid for pid, above in parents.items() if above in mine} - mine:
        mine |= more
    return [pid for pid in mine if pid != os.getpid()]


def look_around(own: Path, metrics: int, searched: Searched) -> None:
    """Everything that lies about: logs, the decision log, metrics, names of processes."""
    lines = [file.read_bytes() for file in (own / "decisions").glob("*")]
    assert any(b'"context.session"' in line for line in lines)
    for text in [(own / "server.log").read_bytes(), *lines]:
        searched.add("a log", text)

    def page() -> bytes:
        door = socket_door(metrics)
        return door("GET", "/metrics", {"host": "127.0.0.1"}, b"").body

    until(lambda: b"gatehouse_decisions_total" in page())
    searched.add("metrics", page())
    for pid in processes():
        for name in ("cmdline", "comm"):
            # WHY: a process may end while it is looked at.
            with suppress(OSError):
                said = (Path("/proc") / str(pid) / name).read_bytes()
                searched.add(f"process {name}", said)


def test_no_secret_is_in_anything_that_is_said(
    own: Path, key: keys.Key, monkeypatch: pytest.MonkeyPatch
):
    metrics = free_port()
    monkeypatch.setenv("AUTHZ_SERVER__METRICS__LISTEN", f"127.0.0.1:{metrics}")
    monkeypatch.setenv("AUTHZ_DECISIONS__LOG__DIR", str(own / "decisions"))
    with served(own, config=own / "config.yaml") as port:
        page_key = keyfiles.path_of(own / "gatehouse.db", keyfiles.PAGE_TOKENS)
        searched = Searched(
            {
                "key": key.secret.encode(),
                "password": PASSWORD.encode(),
                "password hash": b"$argon2",
                "session": SESSION.encode(),
                "page-token key": page_key.read_bytes(),
                "signing key": private_number(own),
            }
        )
        asking = Client(socket_door(port), key.text)
        assert ask_well(asking, searched) == dict.fromkeys(ANSWERED, 200)
        ask_badly(port, key, asking, searched)
        look_around(own, metrics, searched)
        damage(own, asking, searched)
    searched.add("the log after the end", (own / "server.log").read_bytes())
    assert {where for where, _ in searched.said} >= {"metrics", "process cmdline"}
    assert searched.hits() == set()


def test_the_search_finds_what_it_should():
    searched = Searched({"canary": b"abcdef-123"})
    for name, value in forms(b"abcdef-123").items():
        searched.add(name, b"before " + value + b" after")
    assert {where for where, _ in searched.hits()} == set(forms(b""))
