import os
import shutil
import socket
from fcntl import LOCK_EX, flock

import pytest

from tests.api.doors import free_port
from tests.cli.conftest import CONFIG


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def snapshot(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_serving_without_a_database_and_a_seed_says_what_to_do(authz, tmp_path):
    ran = authz("serve", "-c", CONFIG, "--data", tmp_path)
    assert ran.code == 2
    assert ran.err == (
        f"error: there is no database `{tmp_path}/gatehouse.db`:"
        " set `store.seed` or run `authz demo`\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_broken_seed_leaves_nothing_behind(authz, tmp_path, monkeypatch):
    seed = tmp_path / "facts.yaml"
    seed.write_text("tenants:\n  - {slug: one, name: One, kind: zeppelin}\n")
    monkeypatch.setenv("AUTHZ_STORE__SEED", str(seed))
    data = tmp_path / "data"
    ran = authz("serve", "-c", CONFIG, "--data", data)
    assert ran.code == 3
    assert "zeppelin" in ran.err
    assert not data.exists() or list(data.iterdir()) == []


def test_a_taken_port_is_named(authz, data, tmp_path, taken):
    shutil.copy(data / "demo.db", tmp_path / "gatehouse.db")
    ran = authz("serve", "-c", CONFIG, "--data", tmp_path, "--port", taken)
    assert ran.code == 3
    assert ran.err.endswith(
        f"cannot listen on `127.0.0.1:{taken}`: address already in use\n"
    )


def test_a_taken_port_makes_no_database_from_the_seed(authz, tmp_path, monkeypatch, taken):
    seed = tmp_path / "facts.yaml"
    seed.write_text("tenants:\n  - {slug: one, name: One, kind: minigrid}\n")
    monkeypatch.setenv("AUTHZ_STORE__SEED", str(seed))
    data = tmp_path / "data"
    ran = authz("serve", "-c", CONFIG, "--data", data, "--port", taken)
    assert (ran.code, data.exists()) == (3, False)


@pytest.mark.parametrize("kept", [None, "", '{"base_url": "http://old"}'])
def test_a_demo_whose_port_is_taken_changes_and_promises_nothing(
    authz, data, tmp_path, taken, kept
):
    shutil.copy(data / "demo.db", tmp_path / "demo.db")
    if kept is not None:
        (tmp_path / "demo.json").write_text(kept)
    before = snapshot(tmp_path)
    ran = authz("demo", "-c", CONFIG, "--data", tmp_path, "--port", taken)
    assert (ran.code, ran.out) == (3, "")
    assert f"cannot listen on `127.0.0.1:{taken}`" in ran.err
    assert snapshot(tmp_path) == before


def test_a_demo_that_another_one_is_making_is_left_to_it(authz, tmp_path):
    handle = os.open(tmp_path, os.O_RDONLY)
    flock(handle, LOCK_EX)
    try:
        ran = authz("demo", "-c", CONFIG, "--data", tmp_path, "--port", free_port())
    finally:
        os.close(handle)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"error: another `authz demo` or `authz serve` is at work in `{tmp_path}`: wait"
        " for it and repeat\n"
    )
    assert list(tmp_path.iterdir()) == []
