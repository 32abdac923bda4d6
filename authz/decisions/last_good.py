"""The last policy set in force, kept on disk, for a start beside a broken directory.

The folder holds a copy of the files, in a directory named by their revision, and the link
`current` that leads to it. A copy whose content does not have that revision is not used.
"""

import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from authz.engine.source import PolicySource, read_directory
from authz.errors import PolicyError

CURRENT = "current"
#: Everything else that is ever made in the folder.
_OURS = re.compile(r"\.copy|\.link|[0-9a-f]{64}")
FOLDER_MODE = 0o700
FILE_MODE = 0o600

_log = logging.getLogger(__name__)


class LastGood:
    """The folder with the copy; several processes may use it at a time."""

    def __init__(self, folder: Path):
        self.folder = folder

    def keep(self, source: PolicySource) -> None:
        """Keep these files in place of those from before; where that fails, it is logged.

        Whoever reads meanwhile sees one set or the other, whole.
        """
        try:
            with self._turn():
                found = self._found()
                if found is None or found.revision != source.revision:
                    self._replace(source)
        except OSError as exc:
            _log.warning(
                "the policies in force cannot be kept in `%s`: %s",
                self.folder,
                exc.strerror,
            )

    def read(self) -> PolicySource | None:
        """The files that were kept; None without any, or where they were changed."""
        seen: object = None
        # WHY again: it may have been replaced since the link was read.
        while seen != (link := _identity(self.folder / CURRENT)):
            seen = link
            if found := self._found():
                return found
        return None

    def _found(self) -> PolicySource | None:
        try:
            revision = (self.folder / CURRENT).readlink().name
            source = read_directory(self.folder / revision)
        except (OSError, PolicyError):
            return None
        return source if source.revision == revision else None

    def _replace(self, source: PolicySource) -> None:
        copy, link = self.folder / ".copy", self.folder / ".link"
        in_force = _name(self.folder / CURRENT)
        for left in self.folder.iterdir():
            # WHY by name: the folder may be configured to be one that holds other things.
            if _OURS.fullmatch(left.name) and left.name != in_force:
                _remove(left)
        copy.mkdir(mode=FOLDER_MODE)
        for name, content in source.files.items():
            handle = os.open(copy / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        _remove(self.folder / source.revision)
        copy.rename(self.folder / source.revision)
        link.symlink_to(source.revision)
        link.replace(self.folder / CURRENT)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """While no other process changes the folder, which is made if need be."""
        self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # WHY suppressed: some network file systems have no locks.
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _name(link: Path) -> str:
    try:
        return link.readlink().name
    except OSError:
        return ""


def _identity(link: Path) -> object:
    """What no other link at that path has; None where there is none."""
    try:
        found = link.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
