"""The server as it runs: processes, sockets, rude senders, edits while it serves."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz.storage import clients
from authz.storage.database import open_database
from authz.storage.events import SERVICE
from tests.api.doors import (
    EVALUATION,
    Client,
    Data,
    copied,
    question,
    served,
    socket_door,
)

pytestmark = pytest.mark.socket

ALICE_READS = question("user:alice", "read", "record:record-1")
BODY = json.dumps(ALICE_READS).encode()
EDIT_SECONDS = 60
#: So many times in a row are all answers by the edit, until it counts as loaded.
CALM = 10


def raw(port: int, *parts: bytes, wait_s: float = 20) -> bytes:
    """What a server says to these bytes, until it is silent or closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait_s) as peer:
        answer = b""
        try:
            for part in parts:
                peer.sendall(part)
            while chunk := peer.recv(65536):
                answer += chunk
                peer.settimeout(0.2)
        except (TimeoutError, ConnectionError):
            pass
        return answer


@pytest.fixture(scope="module")
def own(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder and policies that a test may change."""
    return copied(data, tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def port(own: Path) -> Iterator[int]:
    with served(own, config=own / "config.yaml", workers=2) as found:
        yield found


@pytest.fixture
def asking(port: int, data: Data) -> Client:
    return Client(socket_door(port), data.key)


def head(key: str, *lines: str) -> bytes:
    said = [
        f"POST {EVALUATION} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {key}",
    ]
    return "\r\n".join([*said, "Content-Type: application/json", *lines, "", ""]).encode(
        "latin-1"
    )


def test_slow_senders_do_not_stop_the_others(port: int, asking: Client):
    waiting = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    try:
        for peer in waiting:
            peer.sendall(head(asking.key, "Content-Length: 50") + b'{"sub')
        assert all(asking.decides(ALICE_READS) for _ in range(20))
    finally:
        for peer in waiting:
            peer.close()


def test_who_has_no_key_is_answered_before_the_body_comes(port: int):
    answer = raw(port, head("gh_none", "Content-Length: 100000"))
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_a_chunked_body_is_read(port: int, asking: Client):
    chunks = [BODY[:10], BODY[10:]]
    sent = (
        b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    )
    answer = raw(port, head(asking.key, "Transfer-Encoding: chunked") + sent)
    assert answer.endswith(b'{"decision":true}')


def test_an_endless_chunked_body_is_cut_off(port: int, asking: Client):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = raw(port, head(asking.key, "Transfer-Encoding: chunked"), *[chunk] * 8)
    # WHY: a server that stops reading may reset the connection before its answer is read.
    assert answer[:13] in (b"HTTP/1.1 413 ", b"")
    assert asking.decides(ALICE_READS)


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: -1",),
        ("Content-Length: 1e3",),
        ("Content-Length: 999999999999999999999999",),
        (f"Content-Length: {len(BODY)}", "Content-Length: 3"),
        (f"Content-Length: {len(BODY)}", "X Y: z"),
        (f"Content-Length: {len(BODY)}", "Host: evil.example"),
        (f"Content-Length: {len(BODY)}", "Authorization: Bearer x"),
        (f"Content-Length: {len(BODY)}", "Authorization: \xe9\xff"),
        (f"Content-Length: {len(BODY)}", "X-Request-ID: a\x00b"),
        (f"Content-Length: {len(BODY)}", "X-Request-ID: \xe9\xff"),
        (f"Content-Length: {len(BODY)}", "X-Long: " + "x" * 200_000),
        ("Content-Length: 3",),
    ],
)
def test_a_malformed_head_gets_no_permit_and_the_worker_lives(
    port: int, asking: Client, lines: tuple[str, ...]
):
    answer = raw(port, head(asking.key, *lines) + BODY)
    assert b"true" not in answer
    assert answer[9:10] == b"4", answer[:200]
    assert asking.decides(ALICE_READS)


def test_a_revoked_key_is_refused_by_every_worker(
    port: int, own: Path, asking: Client, data: Data
):
    database = open_database(own / "gatehouse.db", time.time)
    for _ in range(10):
        row, key = clients.create(
            database, "authzen", "app", ["decision:check"], actor=SERVICE
        )
        caller = Client(asking.door, key.text)
        assert all(caller.decides(ALICE_READS) for _ in range(6))
        clients.revoke(database, "authzen", row.id, actor=SERVICE)
        assert {caller.ask(ALICE_READS).status for _ in range(6)} == {401}
    database.close()


def test_an_edit_of_a_policy_decides_soon_and_a_broken_one_never(
    port: int, own: Path, asking: Client
):
    def until(wanted: bool) -> None:
        ends = time.monotonic() + EDIT_SECONDS
        # WHY so often: each worker loads the edit by itself, and a busy one answers little.
        calm = 0
        while calm < CALM:
            calm += 1
            if not all(asking.decides(ALICE_READS) is wanted for _ in range(10)):
                assert time.monotonic() < ends
                calm = 0
            time.sleep(0.1)

    file = own / "policies" / "cert.polar"
    text = file.read_text()
    file.write_text(text.replace('["alice", "bob"]', '["bob"]'))
    until(False)
    file.write_text("this is no policy")
    ends = time.monotonic() + EDIT_SECONDS
    while asking.send(b"", method="GET", path="/readyz").json["status"] != "degraded":
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert not any(asking.decides(ALICE_READS) for _ in range(10))
    file.write_text(text)
    until(True)
