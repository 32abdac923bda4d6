"""Are the programs, the clock and the limits of this machine what the server needs?"""

import platform
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from authz.assurance.doctor.finding import Finding, failure, ok, warning
from authz.errors import Unavailable
from authz.settings import Config

PYTHON_FIRST, PYTHON_AFTER = (3, 11), (3, 13)
LIBRARIES = (
    "oso",
    "peewee",
    "msgspec",
    "httptools",
    "uvicorn",
    "uvloop",
    "cryptography",
    "joserfc",
    "argon2-cffi",
    "watchfiles",
)
#: Between two clocks that are both right.
TOLERANCE_SECONDS = 300
#: Files that a worker has open besides its connections, about.
OTHER_FILES = 256


def versions(own: str, database: str) -> Iterator[Finding]:
    """Python and the libraries.

    own: the version of this program; database: that of SQLite.
    """
    running = platform.python_version()
    if PYTHON_FIRST <= sys.version_info[:2] < PYTHON_AFTER:
        yield ok("python", f"{running}, with gatehouse {own} and SQLite {database}")
    else:
        error = Unavailable(f"Python {running} is not supported")
        yield failure("python", error, "install with Python 3.11 or 3.12")
    found, missing = [], []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        error = Unavailable(f"these libraries are not installed: {', '.join(missing)}")
        yield failure("libraries", error, "install what requirements.txt locks")
    else:
        yield ok("libraries", ", ".join(found))


def clock(now: float, written: Iterable[Path]) -> Iterator[Finding]:
    """Whether the clock can be right, and what the local time is.

    now: epoch seconds. written: files that no right clock is behind of.
    """
    shown = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    newest = max(((_changed_at(path), path) for path in written), default=None)
    if newest is not None and newest[0] > now + TOLERANCE_SECONDS:
        behind = round(newest[0] - now)
        yield warning(
            "clock",
            f"it says {shown}, and `{newest[1]}` was written {behind} s later than that",
            "set the clock: what expires, expires by it",
        )
    else:
        yield ok("clock", f"it says {shown}")
    local = time.localtime(now)
    yield ok(
        "time zone",
        f"{local.tm_zone} ({time.strftime('%z', local)}) here; the service writes UTC",
    )


def limits(config: Config) -> Iterator[Finding]:
    """Whether a worker may have as many connections as are configured."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = config.server.limits.connections
    if hard != resource.RLIM_INFINITY and hard < wanted + OTHER_FILES:
        yield warning(
            "connections",
            f"a process may open {hard} files, and `server.limits.connections` is {wanted}",
            "raise the limit (LimitNOFILE, ulimit -n), or lower the setting",
        )
    else:
        yield ok("connections", f"{wanted} at a time for each worker")


def _changed_at(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
