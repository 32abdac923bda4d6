"""A process that imports people and says of each step that it was made."""

import sys
import time
from pathlib import Path

from authz.administration import imports
from tests.administration.conftest import World
from tests.administration.names import ROOT

COUNT = 40


def main(path: Path) -> None:
    table = "email,name\n" + "".join(f"p{n}@example.org,P {n}\n" for n in range(COUNT))
    world = World(path, time.time)
    imports.people_from(world.desk(ROOT), table, save=True, progress=told)
    told("saved", COUNT, COUNT)


def told(doing: str, done: int, _total: int) -> None:
    print(f"{doing} {done}", flush=True)  # noqa: T201 - told to the test


if __name__ == "__main__":
    main(Path(sys.argv[1]))
