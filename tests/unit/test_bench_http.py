"""The parts of the HTTP benchmark that would lie quietly if they were wrong."""

import json
import socket
import statistics
from pathlib import Path

import pytest

from authz.storage import clients
from authz.storage.database import open_database
from tests.bench import bench_http, http_world
from tests.bench.http_load import HALF_OPEN, Round, half_open, written


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> http_world.Made:
    return http_world.made(tmp_path_factory.mktemp("bench"), 250)


def test_every_body_is_another_question(made: http_world.Made, tmp_path: Path):
    file = written(tmp_path, "singles", http_world.singles(made.questions))
    assert len(set(file.read_text("utf-8").splitlines())) == 250


def test_a_question_said_anew_is_the_same_in_other_bytes(made: http_world.Made):
    for of in (http_world.singles, http_world.batches):
        bodies = of(made.questions)
        anew = http_world.said_anew(bodies, 3)
        assert len(set(bodies + anew)) == 4 * len(bodies)
        assert [json.loads(one) for one in anew] == [json.loads(one) for one in bodies] * 3


def test_batches_hold_the_same_questions_in_order(made: http_world.Made):
    items = [json.loads(body)["evaluations"] for body in http_world.batches(made.questions)]
    assert [len(batch) for batch in items] == [100, 100, 50]
    alone = [json.loads(body) for body in http_world.singles(made.questions)]
    assert [item for batch in items for item in batch] == alone


def test_the_key_is_one_of_the_world(made: http_world.Made):
    database = open_database(made.folder / "bench.db", lambda: 0.0)
    (client,) = clients.list_clients(database, made.world.tenant)
    database.close()
    assert made.key.startswith(f"gh_{client.id}_")


def test_half_open_connections_stop_within_a_request():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(HALF_OPEN)
        port = listening.getsockname()[1]
        with half_open(port, "/path", {"Authorization": "Bearer x"}) as count:
            assert count == HALF_OPEN
            peers = [listening.accept()[0] for _ in range(2)]
            in_body, in_headers = (peer.recv(65536) for peer in peers)
            for peer in peers:
                peer.close()
    assert in_body.endswith(b'Content-Length: 200\r\n\r\n{"subject"')
    assert b"\r\n\r\n" not in in_headers


def test_ratios_are_of_medians():
    rounds = {
        name: [Round(rate * factor, 100, 200 * factor, 20 * factor) for factor in (1, 2, 9)]
        for name, rate in (
            (bench_http.OURS, 50.0),
            (bench_http.BESIDE, 40.0),
            (bench_http.BATCHED, 3.0),
            (bench_http.BATCHED_ANEW, 1.0),
            (bench_http.NGINX, 100.0),
            (bench_http.LOOP, 200.0),
        )
    }
    found = dict(bench_http.summary(rounds))
    assert found["batched checks a second"] == 600
    assert found["batched checks a second, asked once"] == 200
    assert found["ratio to nginx"] == statistics.median([50, 100, 450]) / 200
    assert found["ratio to event loop"] == 0.25
    assert found["ratio to nginx, by processor time"] == 1
    assert found[f"p99 beside {HALF_OPEN} half-open connections, ratio"] == 1
    assert any("DIFFER" in line for line in bench_http.table(rounds, ["a question"], 10))
