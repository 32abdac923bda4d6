"""A process that writes a decision log.

Run as `python -m tests.decision_log.worker FOLDER`, it does what the lines on its standard
input say, and says losses and trouble in one line of JSON each time. With a name after the
folder it writes without end, and says the id of each record that is written.
"""

import itertools
import json
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path

from authz.decision_log import DecisionLog
from tests.decision_log.records import lines, opened, record


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def write_forever(log: DecisionLog, name: str) -> None:
    for number in itertools.count():
        assert log.write([record(request_id=f"{name}-{number}")])
        say(f"{name}-{number}")


def obey(log: DecisionLog, folder: Path, order: str) -> object:
    filler = folder / "filler"
    match order.split():
        case ["write"]:
            log.write([record()])
        case ["limit", text]:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(text), hard))
        case ["fill"]:
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 512)
        case ["free"]:
            filler.unlink()
        case ["lines"]:
            found = lines(folder)
            return [len(found), sum(line.endswith(b"}\n") for line in found)]
    return [log.losses, log.trouble]


def main() -> None:
    folder = Path(sys.argv[1])
    log = opened(folder, time.time)
    if len(sys.argv) > 2:
        write_forever(log, sys.argv[2])
    for order in sys.stdin:
        say(json.dumps(obey(log, folder, order)))
    log.close()


if __name__ == "__main__":
    main()
