"""Sees that the policy directory was edited, or is asked to look, and has it loaded again.

The system tells of an edit at once. Once a second it is also compared what the directory
lists: that works on every file system, for what links lead to, and for the directory itself
replaced by another. One reload follows another; what is asked for meanwhile is one more.
"""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import watchfiles

INTERVAL_SECONDS = 1.0

_log = logging.getLogger(__name__)

Listing = tuple[tuple[str, int, int, int], ...]
#: Loads the policies; True: also files that were refused and have not changed since.
Reload = Callable[[bool], object]


class Watch:
    """Reloads in a thread of its own, until it is closed or the process ends."""

    def __init__(
        self, directory: Path, seen: Listing, reload: Reload, *, sees_edits: bool = True
    ):
        """Nothing happens before `start`.

        seen: the listing from before the files were read, so that no edit falls between.
        sees_edits: False: it reloads only when it is asked to.
        """
        self._directory = directory
        self._seen = seen
        self._reload = reload
        self._sees_edits = sees_edits
        #: There is something to do: an edit, a request, or the end.
        self._wanted = threading.Event()
        self._asked = False
        self._closed = False
        self._told = ""
        self._thread = threading.Thread(target=self._run, name="policy-watch")

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def request(self) -> None:
        """Has the policies loaded again, refused ones too; it does not wait for that.

        Any thread may call it; a signal handler must not, as a second signal may come while
        it holds the lock of the event.
        """
        self._asked = True
        self._wanted.set()

    def close(self) -> None:
        """Ends the watch, after a reload that is going on."""
        self._closed = True
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()

    def is_set(self) -> bool:
        """Whether to stop waiting for an edit: `watchfiles` asks it all the time."""
        # WHY the main thread: a thread that is in foreign code when the interpreter ends
        # would take the process down with it.
        return self._wanted.is_set() or not threading.main_thread().is_alive()

    def _run(self) -> None:
        while not self._closed and threading.main_thread().is_alive():
            if self._wanted.is_set():
                self._wanted.clear()
                self._load()
            elif self._sees_edits:
                self._wait_for_edit()
            else:
                self._wanted.wait(INTERVAL_SECONDS)

    def _load(self) -> None:
        asked = self._asked
        if asked:
            # WHY only then: a request that comes between the two lines is not forgotten.
            self._asked = False
        # WHY before: an edit during the reload must be seen as one.
        self._seen = listing(self._directory)
        try:
            self._reload(asked)
        except Exception:  # noqa: BLE001 - the watch outlives every broken edit
            _log.exception("the policy directory could not be reloaded")
            self._asked |= asked
            self._pause()
            self._wanted.set()

    def _wait_for_edit(self) -> None:
        """Returns when there was an edit, and now and then without."""
        if self._differs():
            return
        identity = _identity(self._directory)
        try:
            for changes in watchfiles.watch(
                self._directory,
                watch_filter=_counts,
                stop_event=self,
                rust_timeout=round(INTERVAL_SECONDS * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
            ):
                self._told = ""
                if changes:
                    self._wanted.set()
                if self._differs() or _identity(self._directory) != identity:
                    return
        except (OSError, RuntimeError) as exc:
            self._tell(str(exc))
            self._pause()
            self._differs()

    def _differs(self) -> bool:
        """Whether the directory lists other files than were read; then they are wanted."""
        if listing(self._directory) == self._seen:
            return False
        self._wanted.set()
        return True

    def _pause(self) -> None:
        """As long as it takes until the next look, or until somebody wants something."""
        self._wanted.wait(INTERVAL_SECONDS)

    def _tell(self, trouble: str) -> None:
        if trouble != self._told:
            self._told = trouble
            _log.warning(
                "edits of `%s` are seen once a second only: %s", self._directory, trouble
            )


def start(
    directory: Path, seen: Listing, reload: Reload, *, sees_edits: bool = True
) -> Watch:
    """A watch that has begun; see `Watch`."""
    watch = Watch(directory, seen, reload, sees_edits=sees_edits)
    watch.start()
    return watch


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


def _identity(directory: Path) -> tuple[int, int] | None:
    """Which directory the path leads to; None where there is none."""
    try:
        status = directory.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _counts(_change: watchfiles.Change, path: str) -> bool:
    """Not what editors keep beside a file: no policy set reads a hidden file."""
    return not Path(path).name.startswith(".")
