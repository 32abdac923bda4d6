"""A process that is killed in the middle of its writes loses nothing that it said."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from authz.storage import people
from authz.storage.events import first_bad_entry

ROOT = Path(__file__).parents[2]


def killed_after(path, prefix, count):
    """What a writer said before it was killed."""
    command = [sys.executable, "-m", "tests.administration.writer", str(path), prefix]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        said = [process.stdout.readline().strip() for _ in range(count)]
        process.kill()
        said += process.stdout.read().split()
    return said


def intact(world, said):
    with sqlite3.connect(world.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    there = {one.email for one in people.list_accounts(world.database, "gasmeter-uz")}
    assert set(said) <= there
    made = [
        entry.object_label
        for entry in world.events("gasmeter-uz")
        if entry.action == "user.created" and entry.object_label.endswith("@example.org")
    ]
    assert sorted(made) == sorted(e for e in there if e.endswith("@example.org"))
    assert first_bad_entry(world.database, "gasmeter-uz") is None


def test_what_a_killed_process_said_is_there_with_one_event_each(world):
    said = [one for n in range(2) for one in killed_after(world.path, f"k{n}-", 20 + n)]
    intact(world, said)


@pytest.mark.deep
def test_ten_killed_processes_leave_the_database_whole(world):
    said = [one for n in range(10) for one in killed_after(world.path, f"k{n}-", 45 * n)]
    intact(world, said)
