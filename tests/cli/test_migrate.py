import shutil
import sqlite3

from tests.cli.conftest import CONFIG


def test_a_database_of_today_needs_nothing(authz, data, tmp_path):
    shutil.copy(data / "demo.db", tmp_path / "gatehouse.db")
    ran = authz("migrate", "-c", CONFIG, "--data", tmp_path)
    assert (ran.code, ran.out) == (0, "nothing to do\n")


def test_an_empty_database_gets_every_step(authz, tmp_path):
    sqlite3.connect(tmp_path / "gatehouse.db").close()
    ran = authz("migrate", "-c", CONFIG, "--data", tmp_path)
    assert ran.out.startswith("applied 0001_")


def test_without_a_database_nothing_is_made(authz, tmp_path):
    ran = authz("migrate", "-c", CONFIG, "--data", tmp_path)
    assert ran.code == 2
    assert list(tmp_path.iterdir()) == []


def test_without_a_database_the_one_of_the_demo_is_taken(authz, data, tmp_path):
    shutil.copy(data / "demo.db", tmp_path / "demo.db")
    ran = authz("migrate", "-c", CONFIG, "--data", tmp_path)
    assert (ran.code, ran.out) == (0, "nothing to do\n")
    assert ran.err == (
        f"there is no database `{tmp_path}/gatehouse.db`: using `{tmp_path}/demo.db`\n"
    )
