"""Writers that are killed, and what must be left of what they did."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from authz.storage import people
from authz.storage.events import entries, first_bad_entry

ROOT = Path(__file__).parents[2]
TENANT = "gasmeter-uz"

#: E-mail and event of a change.
Change = tuple[str, str]


def killed_after(path: Path, prefix: str, count: int) -> list[Change]:
    """The changes that a writer said were made, of which it was killed after so many."""
    command = [sys.executable, "-m", "tests.administration.writer", str(path), prefix]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        said = [process.stdout.readline() for _ in range(count)]
        process.kill()
        said += process.stdout.read().splitlines(keepends=True)
    whole = [line.split() for line in said if line.endswith("\n")]
    return [(email, action) for email, action in whole]


def check_intact(world, said: Iterable[Change]) -> int:
    """How many changes are there: whatever was said, and one entry for each that was made.

    world: of the tests of administration, on the file that the writers wrote.
    """
    with sqlite3.connect(world.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    accounts = [
        account
        for account in people.list_accounts(world.database, TENANT, deleted=True)
        if account.email.endswith("@example.org")
    ]
    made = sorted(
        (account.email, action) for account in accounts for action in _changes(account)
    )
    assert set(said) <= set(made)
    assert _logged(world, {account.id: account.email for account in accounts}) == made
    assert first_bad_entry(world.database, TENANT) is None
    return len(made)


def _changes(account):
    """What was done to it, as its row tells."""
    yield "user.created"
    if account.roles:
        assert account.bindings == {"supply_company": ("hg-poytaxt",)}
        yield "user.access_set"
    if account.name != "New One":
        yield "user.updated"
    if account.status == "deleted":
        yield "user.deleted"


def _logged(world, emails):
    """E-mail and event of each entry about one of those accounts; emails: by id."""
    found, after = [], 0
    while part := entries(world.database, TENANT, after=after):
        after = part[-1].seq
        found += [
            (emails[entry.object_id], entry.action)
            for entry in part
            if entry.object_id in emails and entry.result == "ok"
        ]
    return sorted(found)
