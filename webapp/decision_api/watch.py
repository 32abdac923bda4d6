"""Sees that the policy directory was edited, and says so.

It compares what the directory lists, once a second: that works on every file system, for a
file edited in place, replaced or removed, and for the directory itself replaced by another.
"""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

INTERVAL_SECONDS = 1.0

_log = logging.getLogger(__name__)

Listing = tuple[tuple[str, int, int, int], ...]


def start(directory: Path, seen: Listing, reload: Callable[[], object]) -> None:
    """Calls `reload` after each change of the directory, as long as the process lives.

    `seen` is the listing from before the files were read, so that no edit falls between.
    """
    arguments = (directory, seen, reload)
    threading.Thread(
        target=_watch, args=arguments, name="policy-watch", daemon=True
    ).start()


def listing(directory: Path) -> Listing:
    """What tells one state of the directory from another; empty when it cannot be read.

    Shape: name, inode, size in bytes, time of change in nanoseconds.
    """
    try:
        found = [(entry.name, _stat(entry)) for entry in directory.iterdir()]
    except OSError:
        return ()
    return tuple(sorted((name, s.st_ino, s.st_size, s.st_mtime_ns) for name, s in found))


def _stat(path: Path) -> os.stat_result:
    """Of what a link leads to, or of the link where that is nothing."""
    try:
        return path.stat()
    except OSError:
        return path.lstat()


def _watch(directory: Path, seen: Listing, reload: Callable[[], object]) -> None:
    pause = threading.Event()
    while not pause.wait(INTERVAL_SECONDS):
        now = listing(directory)
        if now == seen:
            continue
        try:
            reload()
            seen = now
        except Exception:  # noqa: BLE001 - the watch outlives every broken edit
            _log.exception("the policy directory could not be reloaded")
