"""An import that is killed in the middle is there as a whole, or not at all."""

import sqlite3
import subprocess
import sys

import pytest

from authz.storage import people
from authz.storage.events import first_bad_entry
from tests.administration.conftest import ROOT
from tests.administration.importer import COUNT

STEPS = {
    "while it is tried": ("trying 30", 0),
    "at the first row": ("saving 1", 0),
    "before the last row": (f"saving {COUNT - 1}", 0),
    "once it is done": (f"saved {COUNT}", COUNT),
}


@pytest.mark.parametrize(("step", "count"), STEPS.values(), ids=STEPS.keys())
def test_a_killed_import_leaves_all_or_nothing(world, step, count):
    command = [sys.executable, "-m", "tests.administration.importer", str(world.path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        while said != step:
            said = process.stdout.readline().strip()
            assert said, "it ended before it came to that step"
        process.kill()
    with sqlite3.connect(world.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    there = [one.email for one in people.list_accounts(world.database, "gasmeter-uz")]
    assert len([email for email in there if email.endswith("@example.org")]) == count
    made = [one for one in world.events("gasmeter-uz") if one.action == "user.created"]
    assert len([one for one in made if one.object_label.endswith("@example.org")]) == count
    assert first_bad_entry(world.database, "gasmeter-uz") is None
