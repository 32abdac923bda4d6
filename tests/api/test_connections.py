"""HTTP/1.1 as it comes: in pieces, many requests at once, two meanings, never an end."""

import asyncio
import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from authz.storage import clients
from authz.storage.database import open_database
from authz.storage.events import SERVICE
from tests.api.doors import Client, Data, Reply, copied, question, served, socket_door
from tests.api.sockets import WAIT_SECONDS, Peer, peer_of, request
from webapp.decision_api import health, server
from webapp.decision_api.access import Callers
from webapp.decision_api.app import DecisionApi
from webapp.decision_api.endpoint import READ_METHODS, Answered, Asked, Endpoint, Limits
from webapp.decision_api.metrics import NoMetrics
from webapp.decision_api.protocol import Connection
from webapp.decision_api.readiness import Readiness
from webapp.decision_api.turns import SLOW_WAITING, Patience, Turns
from webapp.decision_api.worker import Worker

pytestmark = pytest.mark.socket

ASKED = question("user:alice", "read", "record:record-1")
BODY = json.dumps(ASKED).encode()
SEARCH = "/access/v1/search/action"
LENGTH = f"Content-Length: {len(BODY)}"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def own(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(data, tmp_path_factory.mktemp("connections"))


@pytest.fixture(scope="module")
def port(own: Path) -> Iterator[int]:
    with served(own, config=own / "config.yaml") as found:
        yield found


@pytest.fixture(scope="module")
def hasty(own: Path) -> Iterator[int]:
    """A server that waits for nobody longer than a second or two."""
    limits = {"header_seconds": 1, "body_seconds": 1, "idle_seconds": 2}
    with served(own, config=own / "config.yaml", **limits) as found:
        yield found


@pytest.fixture
def narrow(own: Path) -> Iterator[int]:
    """A server that has few places."""
    with served(own, config=own / "config.yaml", connections=8) as found:
        yield found


def head(*lines: bytes) -> bytes:
    return b"\r\n".join([*lines, b"", b""])


POST = b"POST /access/v1/evaluation HTTP/1.1"
HOST = b"Host: 127.0.0.1"
CHUNKED = b"Transfer-Encoding: chunked"
#: What is sent -> the status that it gets.
REFUSED = {
    "a length beside chunks": (head(POST, HOST, b"Content-Length: 3", CHUNKED), 400),
    "chunks beside a length": (head(POST, HOST, CHUNKED, b"Content-Length: 3"), 400),
    "two lengths": (head(POST, HOST, b"Content-Length: 3", b"Content-Length: 4"), 400),
    "one length twice": (head(POST, HOST, b"Content-Length: 3", b"Content-Length: 3"), 400),
    "a list of lengths": (head(POST, HOST, b"Content-Length: 3, 3"), 400),
    "a signed length": (head(POST, HOST, b"Content-Length: +3"), 400),
    "a length with a space": (head(POST, HOST, b"Content-Length: 3 0"), 400),
    "a length in other digits": (head(POST, HOST, b"Content-Length: 0x3"), 400),
    "an empty length": (head(POST, HOST, b"Content-Length:"), 400),
    "a length beyond all": (head(POST, HOST, b"Content-Length: " + b"9" * 17), 400),
    "another coding": (head(POST, HOST, b"Transfer-Encoding: gzip, chunked"), 400),
    "no known coding": (head(POST, HOST, b"Transfer-Encoding: xchunked"), 400),
    "a coding that is none": (head(POST, HOST, b"Transfer-Encoding: identity"), 400),
    "a coding twice": (head(POST, HOST, CHUNKED, CHUNKED), 400),
    "a coding after a control": (head(POST, HOST, b"Transfer-Encoding: \x0bchunked"), 400),
    "chunks in HTTP/1.0": (head(POST.replace(b"1.1", b"1.0"), HOST, CHUNKED), 400),
    "a space before the colon": (head(POST, HOST, b"Content-Length : 3"), 400),
    "a folded line": (head(POST, HOST, b"X-One: a", b" b"), 400),
    "a folded first line": (head(POST, b" " + HOST), 400),
    "a bare LF": (POST + b"\r\n" + HOST + b"\nX-One: a\r\n\r\n", 400),
    "bare LFs alone": (POST + b"\n" + HOST + b"\n\n", 400),
    "a bare CR": (head(POST, HOST, b"X-One: a\rX-Two: b"), 400),
    "a NUL in a value": (head(POST, HOST, b"X-One: a\0b"), 400),
    "a NUL in a name": (head(POST, HOST, b"X-O\0ne: a"), 400),
    "a control in a value": (head(POST, HOST, b"X-One: a\x7fb"), 400),
    "no ASCII in a value": (head(POST, HOST, b"X-One: \xc3\xa9"), 400),
    "no ASCII in a name": (head(POST, HOST, b"X-\xe9: a"), 400),
    "a name that is empty": (head(POST, HOST, b": a"), 400),
    "a line without a colon": (head(POST, HOST, b"X-One"), 400),
    "no host": (head(POST), 400),
    "two hosts": (head(POST, HOST, HOST), 400),
    "another host too": (head(POST, HOST, b"Host: evil.example"), 400),
    "two keys": (head(POST, HOST, b"Authorization: a", b"authorization: b"), 400),
    "two types": (head(POST, HOST, b"Content-Type: a/b", b"Content-Type: a/b"), 400),
    "two request ids": (head(POST, HOST, b"X-Request-ID: a", b"X-Request-ID: b"), 400),
    "a whole URL": (head(b"GET http://127.0.0.1/healthz HTTP/1.1", HOST), 400),
    "a URL of another host": (head(b"GET http://evil.example/healthz HTTP/1.1", HOST), 400),
    "the target of a proxy": (head(b"CONNECT 127.0.0.1:80 HTTP/1.1", HOST), 400),
    "an asterisk": (head(b"OPTIONS * HTTP/1.1", HOST), 400),
    "a fragment": (head(b"GET /healthz#a HTTP/1.1", HOST), 400),
    "a target that is not ASCII": (head(b"GET /healthz\xe9 HTTP/1.1", HOST), 400),
    "a control in the target": (head(b"GET /healthz\x01 HTTP/1.1", HOST), 400),
    "two spaces": (head(b"GET  /healthz HTTP/1.1", HOST), 400),
    "a space at the end": (head(b"GET /healthz HTTP/1.1 ", HOST), 400),
    "a small method": (head(b"get /healthz HTTP/1.1", HOST), 400),
    "no known method": (head(b"FETCH /healthz HTTP/1.1", HOST), 400),
    "HTTP/0.9": (head(b"GET /healthz"), 400),
    "HTTP/2": (head(b"GET /healthz HTTP/2.0", HOST), 400),
    "the beginning of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "another protocol": (head(b"PLAY /healthz RTSP/1.0", HOST), 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "a long target": (head(b"GET /" + b"a" * 9_000 + b" HTTP/1.1", HOST), 414),
    "a target without end": (b"GET /" + b"a" * 9_000, 414),
    "a large header": (head(POST, HOST, b"X-One: " + b"a" * 70_000), 431),
    "a header without end": (POST + b"\r\n" + b"X-One: " + b"a" * 70_000, 431),
    "many headers": (head(POST, HOST, *[b"X-%d: a" % n for n in range(100)]), 431),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_be_read_in_two_ways_is_refused_and_the_connection_closed(port, name):
    sent, status = REFUSED[name]
    with peer_of(port) as peer:
        peer.send(sent + b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = peer.reply()
        assert answer.status == status
        assert answer.headers["connection"] == "close"
        assert set(answer.json) == {"error"}
        assert peer.is_closed()


@pytest.mark.parametrize(
    "chunks",
    [
        b"2\n{}\r\n0\r\n\r\n",
        b"2\r\n{}\n0\r\n\r\n",
        b"2\r\n{}\r\n0\n\n",
        b"+2\r\n{}\r\n0\r\n\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
        b" 2\r\n{}\r\n0\r\n\r\n",
        b"2 \r\n{}\r\n0\r\n\r\n",
        b"2;a=\n{}\r\n0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}}\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_not_exact_are_refused(port, data, chunks):
    with peer_of(port) as peer:
        sent = request(data.key, b"", "Transfer-Encoding: chunked", length=False)
        assert peer.send(sent + chunks).reply().status == 400
        assert peer.is_closed()


@pytest.mark.parametrize(
    "path",
    [
        "//healthz",
        "/./healthz",
        "/x/../healthz",
        "/healthz/",
        "/healthz/.",
        "/%68ealthz",
        "/%2fhealthz",
        "/healthz%00",
        "/healthz%3f",
        "/healthz;a=b",
        "/HEALTHZ",
        "/healthz\\",
        "/",
    ],
)
def test_an_odd_path_selects_no_endpoint(port, path):
    with peer_of(port) as peer:
        peer.send(head(f"GET {path} HTTP/1.1".encode(), HOST))
        assert peer.reply().status == 404
        assert peer.send(HEALTH).reply().status == 200


def test_a_query_is_not_looked_at(port):
    with peer_of(port) as peer:
        peer.send(head(b"GET /healthz?/readyz HTTP/1.1", HOST))
        assert peer.reply().json == {"status": "alive"}


def test_requests_that_come_together_are_answered_in_their_order(port, data):
    slow = json.dumps({name: ASKED[name] for name in ("subject", "resource")}).encode()
    with peer_of(port) as peer:
        sent = [
            request(data.key, slow, f"X-Request-ID: {n}", path=SEARCH)
            if n % 10 == 3
            else request(data.key, BODY, f"X-Request-ID: {n}")
            for n in range(100)
        ]
        peer.send(b"".join(sent))
        answers = [peer.reply() for _ in sent]
    assert [answer.headers["x-request-id"] for answer in answers] == [
        str(n) for n in range(100)
    ]
    assert {answer.status for answer in answers} == {200}
    assert answers[0].json == {"decision": True}
    assert "results" in answers[3].json


def test_answers_are_given_to_who_sends_no_more(port, data):
    with peer_of(port) as peer:
        peer.send(request(data.key, BODY) * 40)
        peer.socket.shutdown(socket.SHUT_WR)
        assert all(peer.reply().json["decision"] for _ in range(40))
        assert peer.is_closed()


def test_a_request_that_comes_byte_by_byte_is_answered(port, data):
    with peer_of(port) as peer:
        sent = request(data.key, BODY)
        peer.send(*(sent[n : n + 1] for n in range(len(sent))))
        assert peer.reply().json == {"decision": True}


def test_a_request_that_breaks_anywhere_is_read(port, data):
    sent = request(data.key, BODY)
    with peer_of(port) as peer:
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(1, len(sent), 7):
            peer.send(b"\r\n" + sent[:place], sent[place:])
            assert peer.reply().json == {"decision": True}


def test_chunks_that_come_byte_by_byte_are_read_and_the_connection_goes_on(port, data):
    start = request(data.key, b"", "Transfer-Encoding: chunked", length=False)
    chunks = b"".join(b"1;a=b\r\n%c\r\n" % byte for byte in BODY)
    with peer_of(port) as peer:
        for end in (b"0\r\n\r\n", b"0\r\nAuthorization: no\r\n\r\n"):
            sent = chunks + end
            peer.send(start, *(sent[n : n + 1] for n in range(len(sent))))
            assert peer.reply().json == {"decision": True}


def test_a_request_right_behind_chunks_is_not_answered(port, data):
    start = request(data.key, b"", "Transfer-Encoding: chunked", length=False)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    with peer_of(port) as peer:
        answer = peer.send(start + chunks + HEALTH).reply()
        assert (answer.json, answer.headers["connection"]) == ({"decision": True}, "close")
        assert peer.is_closed()


def test_a_connection_is_kept_until_one_side_ends_it(port, data):
    with peer_of(port) as peer:
        for _ in range(3):
            answer = peer.send(request(data.key, BODY)).reply()
            assert "connection" not in answer.headers
        answer = peer.send(request(data.key, BODY, "Connection: keep-alive, Close")).reply()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert peer.is_closed()


def test_a_request_of_http_1_0_is_answered_and_the_connection_closed(port):
    with peer_of(port) as peer:
        peer.send(head(b"GET /healthz HTTP/1.0", HOST, b"Connection: keep-alive"))
        assert peer.reply().status == 200
        assert peer.is_closed()


def test_an_upgrade_is_passed_over(port, data):
    with peer_of(port) as peer:
        sent = request(data.key, BODY, "Connection: Upgrade", "Upgrade: h2c")
        assert peer.send(sent).reply().json == {"decision": True}
        assert peer.send(HEALTH).reply().status == 200


def test_a_head_request_is_answered_without_a_body(port):
    with peer_of(port) as peer:
        peer.send(HEALTH.replace(b"GET", b"HEAD"))
        length = peer.reply(to_head=True).headers["content-length"]
        assert length == str(len(peer.send(HEALTH).reply().body))


def test_who_waits_to_send_a_body_is_told_to_go_on(port, data):
    with peer_of(port) as peer:
        start = request(data.key, b"", LENGTH, "Expect: 100-continue", length=False)
        assert peer.send(start).reply().status == 100
        assert peer.send(BODY).reply().json == {"decision": True}


@pytest.mark.parametrize(
    ("key", "lines", "status"),
    [
        ("gh_none", (LENGTH,), 401),
        ("gh_none", ("Content-Length: 9999999",), 401),
        ("", ("Content-Length: 9999999",), 413),
        ("", (LENGTH, "Content-Encoding: gzip"), 415),
    ],
)
@pytest.mark.parametrize("expects", [(), ("Expect: 100-continue",)])
def test_who_may_not_send_a_body_is_told_before(port, data, key, lines, status, expects):
    with peer_of(port) as peer:
        lines = (*lines, *expects, "X-Request-ID: mine")
        answer = peer.send(request(key or data.key, b"", *lines, length=False)).reply()
        assert (answer.status, answer.headers["connection"]) == (status, "close")
        assert answer.headers["x-request-id"] == "mine"


def test_a_key_that_is_revoked_while_the_body_comes_is_refused(port, own):
    with closing(open_database(own / "gatehouse.db", time.time)) as database:
        row, key = clients.create(
            database, "authzen", "app", ["decision:check"], actor=SERVICE
        )
        with peer_of(port) as peer:
            sent = request(key.text, BODY, "Expect: 100-continue")
            assert peer.send(sent[:-20]).reply().status == 100
            clients.revoke(database, "authzen", row.id, actor=SERVICE)
            assert peer.send(sent[-20:]).reply().status == 401


def test_a_refusal_is_read_by_who_goes_on_sending(port):
    with peer_of(port) as peer:
        peer.send(request("gh_none", b"", "Content-Length: 5000000", length=False))
        peer.send(b" " * 200_000)
        assert peer.reply().status == 401


def test_each_answer_says_when_it_was_made(port, data):
    with peer_of(port) as peer:
        said = peer.send(request(data.key, BODY)).reply().headers["date"]
        assert time.strptime(said, "%a, %d %b %Y %H:%M:%S GMT")


# Who sends slowly, or not at all


def test_a_head_that_drips_is_cut_off(hasty, data):
    with peer_of(hasty) as peer:
        answer = dripped(peer, request(data.key, BODY))
        assert (answer.status, answer.json["error"]["code"]) == (408, "request_timeout")
        assert peer.is_closed()


def test_a_body_that_drips_is_cut_off(hasty, data):
    sent = request(data.key, BODY)
    with peer_of(hasty) as peer:
        peer.send(sent[: -len(BODY)])
        answer = dripped(peer, BODY)
        assert (answer.status, answer.json["error"]["code"]) == (408, "request_timeout")
        assert peer.is_closed()


def dripped(peer: Peer, sent: bytes) -> Reply:
    """The answer that comes before all of this is sent, a byte each fifth of a second."""
    peer.socket.settimeout(0.2)
    for byte in sent:
        peer.send(bytes([byte]))
        try:
            return peer.reply()
        except TimeoutError:
            continue
    raise AssertionError("all of it was taken")


def test_who_asks_nothing_is_let_go_without_a_word(hasty):
    with peer_of(hasty) as new, peer_of(hasty) as used:
        assert used.send(HEALTH).reply().status == 200
        assert new.is_closed()
        assert used.is_closed()


def test_who_sends_line_ends_alone_asks_nothing(hasty):
    with peer_of(hasty) as peer, pytest.raises(ConnectionError):
        drip_line_ends(peer)


def drip_line_ends(peer: Peer) -> None:
    """One each fifth of a second, for many times as long as a head is waited for."""
    for _ in range(50):
        peer.send(b"\r\n")
        time.sleep(0.2)


def test_health_is_answered_when_all_places_are_taken(narrow, data):
    asking = Client(socket_door(narrow), data.key)
    with ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(peer_of(narrow))
        reply = asking.ask(ASKED)
        assert (reply.status, set(reply.json)) == (503, {"error"})
        assert asking.send(b"", method="GET", path="/healthz").status == 200
        assert asking.send(b"", method="GET", path="/readyz").status == 200
    ends = time.monotonic() + 20
    while asking.ask(ASKED).status != 200:
        assert time.monotonic() < ends


def test_half_open_connections_stop_nobody(port, data):
    start = request(data.key, BODY)
    with ExitStack() as stack:
        for n in range(500):
            stack.enter_context(peer_of(port)).send(start[: 1 + n % (len(start) - 1)])
        with peer_of(port) as peer:
            for _ in range(200):
                assert peer.send(start).reply().json == {"decision": True}


def test_who_does_not_read_answers_is_not_read_and_stops_nobody(port, data):
    with peer_of(port) as greedy, peer_of(port) as peer:
        greedy.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            greedy.socket.sendall(HEALTH * 1_000_000)
        for _ in range(20):
            assert peer.send(request(data.key, BODY)).reply().json == {"decision": True}
        greedy.socket.settimeout(20)
        assert all(greedy.reply().status == 200 for _ in range(1000))


# Who waits for whom


class Slow:
    """An endpoint that takes as long as a test wants."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.goes_on = threading.Event()

    def answer(self, _asked: Asked) -> Answered:
        self.asked.set()
        self.goes_on.wait(WAIT_SECONDS)
        return Answered(b'{"slow":true}')


@dataclass(frozen=True)
class Here:
    """A worker in a thread of the tests."""

    port: int
    slow: Slow
    worker: Worker


@pytest.fixture
def here() -> Iterator[Here]:
    slow = Slow()
    api = DecisionApi(
        endpoints={
            "/slow": Endpoint(slow.answer, READ_METHODS, is_slow=True),
            "/stuck": Endpoint(slow.answer, READ_METHODS),
            **health.endpoints(lambda: Readiness("ready", "r1", "")),
        },
        callers=Callers(None, None, time.time),
        moment=nullcontext,
        basis=None,
        limits=Limits(body_bytes=1000, nesting=4, hosts=frozenset({"127.0.0.1"})),
        new_request_id=lambda: "made",
        log=None,
        counts=NoMetrics(),
        clock=time.time,
        timer=time.perf_counter,
    )
    settings = uvicorn.Config(
        lambda: Turns(api, Patience(10, 10, 75, 100), asyncio.get_running_loop()),
        factory=True,
        http=Connection,
        interface="asgi3",
        lifespan="off",
        proxy_headers=False,
        log_config=None,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        worker = Worker(settings)
        thread = threading.Thread(target=worker.run, args=([listening],))
        thread.start()
        yield Here(listening.getsockname()[1], slow, worker)
        slow.goes_on.set()
        worker.should_exit = True
        thread.join()


SLOW = HEALTH.replace(b"/healthz", b"/slow")


def test_quick_requests_do_not_wait_behind_slow_ones_of_others(here):
    with ExitStack() as stack:
        waiting = [stack.enter_context(peer_of(here.port)) for _ in range(10)]
        for peer in waiting:
            peer.send(SLOW + HEALTH)
        assert here.slow.asked.wait(WAIT_SECONDS)
        with peer_of(here.port) as quick:
            assert all(quick.send(HEALTH).reply().status == 200 for _ in range(20))
        here.slow.goes_on.set()
        for peer in waiting:
            assert peer.reply().json == {"slow": True}
            assert peer.reply().json == {"status": "alive"}


def test_a_worker_that_answers_nobody_does_not_say_that_it_lives(here):
    child = server._Child(here.worker.config, [])
    child._server = here.worker
    tells = threading.Thread(target=lambda: (child.pong(), child.pong()), daemon=True)
    tells.start()
    assert child.ping(WAIT_SECONDS)
    with peer_of(here.port) as peer:
        peer.send(HEALTH.replace(b"/healthz", b"/stuck"))
        assert here.slow.asked.wait(WAIT_SECONDS)
        assert not child.ping(0.5)
        here.slow.goes_on.set()
        assert peer.reply().status == 200
    tells.join(WAIT_SECONDS)
    assert child.parent_conn.poll(WAIT_SECONDS)


def test_more_slow_requests_than_are_taken_on_are_sent_away(here):
    with ExitStack() as stack:
        waiting = [stack.enter_context(peer_of(here.port)) for _ in range(SLOW_WAITING)]
        for peer in waiting:
            peer.send(SLOW)
            # WHY: else it is not known who came first.
            assert stack.enter_context(peer_of(here.port)).send(HEALTH).reply()
        with peer_of(here.port) as late:
            assert late.send(SLOW).reply().status == 503
        here.slow.goes_on.set()
        assert all(peer.reply().json == {"slow": True} for peer in waiting)


def test_nothing_is_kept_of_who_went_away(here):
    connections = here.worker.server_state.connections
    for sent in (b"", b"GET /he", HEALTH, SLOW, SLOW + HEALTH):
        peer = Peer(here.port).send(sent)
        until(lambda: len(connections) == 1)
        if sent == SLOW:
            assert here.slow.asked.wait(WAIT_SECONDS)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.socket.close()
        here.slow.goes_on.set()
        until(lambda: not connections)
        until(
            lambda: (
                not gc.collect()
                and not any(type(o) is Connection for o in gc.get_objects())
            )
        )


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)
