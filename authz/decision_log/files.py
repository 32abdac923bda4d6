"""The files of the decision log: how one is begun, written, left and in time deleted.

Each worker writes a file of its own, `<UTC time>-<pid>-<n>.jsonl`, which only its owner can
read. It holds a lock on it, so that nobody deletes what is still written. Whatever stood
there before, a link or a pipe, is never opened.
"""

import fcntl
import itertools
import logging
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
NAME = re.compile(r"(?P<begun>\d{8}T\d{6}Z)-\d+-\d+\.jsonl", re.ASCII)
_NEW = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

_log = logging.getLogger(__name__)


class LogFile:
    """A file that this process alone writes, from its first byte to its last."""

    def __init__(self, folder: Path, now: float):
        """Begins a file; the folder is made if need be. Raises: OSError."""
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        self.path, self._handle = _begun(folder, now)
        #: Epoch seconds.
        self.begun_at = now
        self.size_bytes = 0
        self._identity = _identity(os.fstat(self._handle))

    def append(self, lines: bytes) -> None:
        """Writes whole lines, with one write, or nothing. Raises: OSError."""
        written = os.write(self._handle, lines)
        try:
            # WHY: a write that ends early does not say what stopped it; the next one does.
            while written < len(lines):
                written += os.write(self._handle, lines[written:])
        except OSError:
            os.ftruncate(self._handle, self.size_bytes)
            raise
        self.size_bytes += written

    def is_in_place(self) -> bool:
        """Whether its path still leads to it."""
        try:
            return _identity(os.lstat(self.path)) == self._identity
        except OSError:
            return False

    def close(self) -> None:
        """Leaves the file to others; one without a line is removed."""
        if not self.size_bytes and self.is_in_place():
            with suppress(OSError):
                self.path.unlink()
        os.close(self._handle)


@dataclass(frozen=True, slots=True)
class Left:
    """A file that may be deleted, unless somebody still writes it."""

    path: Path
    size_bytes: int
    #: Epoch seconds of its last line.
    changed_at: float


def tidy(folder: Path, *, older_than: float, keep_bytes: float) -> None:
    """Deletes files whose last line is older than that, then the oldest above the size.

    older_than: epoch seconds. A file that is still written stays, and counts; one that a
    killed process left without a line goes.
    """
    try:
        found = files(folder)
        total = sum(file.size_bytes for file in found)
        for file in found:
            is_kept = file.changed_at >= older_than and total <= keep_bytes
            if is_kept and file.size_bytes:
                continue
            if _deleted(file.path):
                total -= file.size_bytes
    except OSError as exc:
        _log.warning("old files of the decision log cannot be deleted: %s", exc)


def files(folder: Path) -> list[Left]:
    """The files of the log, the one with the oldest last line first. Raises: OSError."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if NAME.fullmatch(entry.name):
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        path = Path(entry.path)
                        found.append(Left(path, status.st_size, status.st_mtime))
    return sorted(found, key=lambda file: (file.changed_at, file.path.name))


def begun_at(path: Path) -> float:
    """Epoch seconds that the name of a file tells; 0 for a name that is not ours."""
    found = NAME.fullmatch(path.name)
    if found is None:
        return 0.0
    try:
        return datetime.strptime(found["begun"], "%Y%m%dT%H%M%S%z").timestamp()
    except ValueError:
        return 0.0


def _begun(folder: Path, now: float) -> tuple[Path, int]:
    """A new file, locked, and its handle."""
    time = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in itertools.count(1):
        path = folder / f"{time}-{os.getpid()}-{number}.jsonl"
        try:
            handle = os.open(path, _NEW, FILE_MODE)
        except FileExistsError:
            continue
        if _is_ours(handle) and os.fstat(handle).st_nlink:
            return path, handle
        # WHY: between the two calls another worker may have taken it for one left over, to
        # delete it.
        os.close(handle)
    raise AssertionError("unreachable")


def _deleted(path: Path) -> bool:
    """Whether it is gone; one that somebody writes stays, and so does a stranger's."""
    try:
        handle = os.open(path, _OLD)
        try:
            # WHY: without locks an empty one may just have been begun.
            if not _is_ours(handle, without_locks=bool(os.fstat(handle).st_size)):
                return False
            path.unlink()
        finally:
            os.close(handle)
    except FileNotFoundError:
        return True
    except OSError as exc:
        _log.warning("`%s` cannot be deleted: %s", path, exc.strerror)
        return False
    return True


def _is_ours(handle: int, *, without_locks: bool = True) -> bool:
    """Whether nobody else has it locked; from now on this process has.

    without_locks: the answer on network file systems that have none: there the newest
    files, which are those still written, are the last to be deleted.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return without_locks
    return True


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
