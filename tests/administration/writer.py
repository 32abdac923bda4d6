"""A process that makes one change after another and says of each that it is made."""

import sys
import time
from pathlib import Path

from authz.administration import people, rights
from authz.administration.people import Profile
from authz.administration.rights import Access
from tests.administration.conftest import World
from tests.administration.names import ROOT

#: The access that each account is given.
GIVEN = Access({"branch": None}, bindings={"supply_company": frozenset({"hg-poytaxt"})})


def main(path: Path, prefix: str) -> None:
    """Says one line a change: the e-mail, and the name of the event."""
    world = World(path, time.time)
    desk = world.desk(ROOT)
    print("ready", flush=True)  # noqa: T201 - told to the test
    for number in range(500):
        email = f"{prefix}{number}@example.org"
        for action in changes(desk, email, number):
            print(email, action, flush=True)  # noqa: T201 - told to the test


def changes(desk, email, number):
    """An account, its access, its name, and of every third one its end."""
    made = people.add(desk, email=email, name="New One", password="meter2026y")
    yield "user.created"
    rights.save(desk, made.id, GIVEN)
    yield "user.access_set"
    people.edit(desk, made.id, profile=Profile(name=f"Person {number}"))
    yield "user.updated"
    if number % 3 == 0:
        people.delete(desk, made.id)
        yield "user.deleted"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
