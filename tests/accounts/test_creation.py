"""Accounts that many create at the same time."""

import subprocess
import sys

from authz.storage import people
from tests.accounts.entering import enter

#: Spellings of one e-mail, by case, spaces and Unicode.
SPELLINGS = (
    *("ann@example.org", "ANN@example.org", "Ann@Example.ORG", "  ann@example.org"),
    *("ａnn@example.org", "ann@ｅxample.org", "aNN@EXAMPLE.org ", "ann@example．org"),
)
PROGRAM = """
import sys, time
from pathlib import Path
from authz.errors import Conflict
from authz.storage import people
from authz.storage.database import open_database
from tests.accounts.entering import BY, HASHER, PASSWORD

database = open_database(Path(sys.argv[1]), time.time)
print("ready", flush=True)
for email in sys.stdin.readline().strip("\\n").split("|"):
    try:
        people.create_account(
            database, "grid", actor=BY, email=email, name="Ann",
            password_hash=HASHER.hash(PASSWORD),
        )
        print("made")
    except Conflict as exc:
        print(exc)
"""


def test_r67_twenty_parallel_creations_with_one_e_mail_make_one_account(world):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(world.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    orders = [
        "|".join(SPELLINGS[(start + step) % len(SPELLINGS)] for step in range(5))
        for start in range(4)
    ]
    for process, order in zip(started, orders, strict=True):
        process.stdin.write(order + "\n")
        process.stdin.flush()
    said = [line for process in started for line in process.communicate()[0].splitlines()]
    assert sorted(said) == sorted(["made"] + ["this e-mail is already in use"] * 19)
    [made] = people.list_accounts(world.database, "grid")
    assert enter(world).account.id == made.id
