import shutil
import socket

from tests.cli.conftest import CONFIG


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


def test_a_taken_port_is_named(authz, data, tmp_path):
    shutil.copy(data / "demo.db", tmp_path / "gatehouse.db")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = authz("serve", "-c", CONFIG, "--data", tmp_path, "--port", port)
    assert ran.code == 3
    assert ran.err.endswith(
        f"cannot listen on `127.0.0.1:{port}`: address already in use\n"
    )
