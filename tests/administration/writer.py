"""A process that makes one account after another and says of each that it is there."""

import sys
import time
from pathlib import Path

from authz.administration import people
from tests.administration.conftest import World
from tests.administration.names import ROOT


def main(path: Path, prefix: str) -> None:
    world = World(path, time.time)
    desk = world.desk(ROOT)
    print("ready", flush=True)  # noqa: T201 - told to the test
    for number in range(500):
        email = f"{prefix}{number}@example.org"
        people.add(desk, email=email, name="New One", password="meter2026y")
        print(email, flush=True)  # noqa: T201 - told to the test


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
