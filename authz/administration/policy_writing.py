"""Writes a policy directory so that no reader ever takes a mixture of two.

First all new files are written beside the others and are safe on disk. Then the marker is
set, each is moved to its place, what is left over goes, and the marker is taken away last:
readers wait while it is there (`engine.source`). Cut off anywhere, it is done again from
the beginning. What is no policy file stays as it is.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from authz.administration.policy_files import kind_of, read_now_whole
from authz.engine.source import MARKER
from authz.errors import Conflict, PolicyError, Unavailable
from authz.said import said
from authz.storage.policy_sets import Files, content_of

#: Where the new files wait for their turn; hidden, so that no reader looks at it.
WAITING = ".activating-files"
FILE_MODE = 0o644
FOLDER_MODE = 0o755


class Busy(Conflict):
    """Another process is at it."""


def is_writable(directory: Path) -> bool:
    """Whether files can be made and replaced there, as far as the system tells."""
    folders = [directory, *(path for path in directory.glob("[!.]*/") if path.is_dir())]
    may = os.R_OK | os.W_OK | os.X_OK
    read_only = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        handle = os.open(directory, read_only)
    except OSError:
        return False
    try:
        frozen = os.fstatvfs(handle).f_flag & os.ST_RDONLY
    finally:
        os.close(handle)
    return not frozen and all(os.access(folder, may) for folder in folders)


def check_writable(directory: Path) -> None:
    """Nothing, if files can be replaced there. Raises: Conflict saying what to do."""
    if not is_writable(directory):
        raise Conflict(
            said(
                "the policy directory `{directory}` cannot be written here: make it"
                " writable for this server, or replace its files the way they came there",
                directory=directory,
            )
        )


def write(directory: Path, files: Files) -> None:
    """Exactly these policy files are in the directory, whole; inside `alone`.

    Raises: Conflict when nothing could be begun; Unavailable when it was cut off, and the
    marker says so to all readers.
    """
    _check_rest(directory)
    _check_folders(directory, files)
    try:
        _prepare(directory, files)
    except OSError as exc:
        shutil.rmtree(directory / WAITING, ignore_errors=True)
        raise Conflict(
            said(
                "nothing was changed: `{directory}` cannot be written: {problem}",
                directory=directory,
                problem=exc.strerror or exc,
            )
        ) from exc
    try:
        _replace(directory, files)
    except (OSError, PolicyError) as exc:
        raise Unavailable(
            f"the policies in `{directory}` could not be written whole, and the set"
            f" from before goes on to decide: {exc}; repeat it with"
            " `authz policy activate --resume`"
        ) from exc


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """While no other process writes it, from what is written down first to the last file.

    Raises: Conflict; Busy.
    """
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as exc:
        raise Conflict(
            said("there is no policy directory `{directory}`", directory=directory)
        ) from exc
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise Busy(said("the policies are being written by another process")) from exc
        yield
    finally:
        os.close(handle)


def _check_folders(directory: Path, files: Files) -> None:
    """Nothing, if each folder is there or can be made. Raises: Conflict.

    WHY no link: what stands behind it is no part of the directory.
    """
    for name in sorted({folder.as_posix() for path in files for folder in _folders(path)}):
        there = directory / name
        if there.is_symlink() or (there.exists() and not there.is_dir()):
            raise Conflict(
                said(
                    "take `{name}` out of the policy directory first: a folder of that"
                    " name is needed",
                    name=name,
                )
            )


def _folders(path: str) -> list[PurePosixPath]:
    return list(PurePosixPath(path).parents)[:-1]


def _check_rest(directory: Path) -> None:
    """Nothing, if all that stays there is no part of the set. Raises: Conflict."""
    for path, name in _seen(directory):
        is_folder = path.is_dir() and not path.is_symlink()
        if is_folder and name.endswith((".polar", ".yaml")):
            odd = True
        else:
            odd = not is_folder and name.lower().endswith(".polar") and not kind_of(name)
        if odd:
            raise Conflict(
                said(
                    "take `{name}` out of the policy directory first: with it no"
                    " policies are read there",
                    name=name,
                )
            )


def _prepare(directory: Path, files: Files) -> None:
    """All that differs waits on disk, the marker is set, and nothing has changed yet."""
    waiting = directory / WAITING
    if waiting.exists():
        shutil.rmtree(waiting)
    waiting.mkdir(mode=0o700)
    for path in _differing(directory, files):
        target = waiting / path
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_file(target, files[path], _mode_of(directory / path))
    said_there = json.dumps({"content": content_of(files)})
    _write_file(waiting / MARKER, f"{said_there}\n".encode(), FILE_MODE)
    _sync(waiting)
    # WHY moved there: where the disk is full, none is left that says it was cut off.
    (waiting / MARKER).replace(directory / MARKER)


def _replace(directory: Path, files: Files) -> None:
    waiting, marker = directory / WAITING, directory / MARKER
    _sync(directory)
    for path in _differing(directory, files):
        target = directory / path
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        (waiting / path).replace(target)
        _sync(target.parent)
    for left in _left_over(directory, files):
        left.unlink()
        _sync(left.parent)
        _remove_empty(left.parent, directory)
    shutil.rmtree(waiting)
    if content_of(read_now_whole(directory)) != content_of(files):
        raise PolicyError("somebody else changes the files at the same time")
    _sync(directory)
    marker.unlink()
    _sync(directory)


def _differing(directory: Path, files: Files) -> list[str]:
    """The paths of the files that are not there as they should be."""
    return sorted(
        path for path, data in files.items() if _content(directory / path) != data
    )


def _content(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    return path.read_bytes()


def _left_over(directory: Path, files: Files) -> list[Path]:
    """The policy files there that are none of these."""
    return sorted(
        path
        for path, name in _seen(directory)
        if kind_of(name) and name not in files and (path.is_symlink() or not path.is_dir())
    )


def _seen(directory: Path) -> list[tuple[Path, str]]:
    """All that stands there and is not hidden, with its name from there."""
    found = ((path, path.relative_to(directory)) for path in directory.rglob("*"))
    return [
        (path, name.as_posix())
        for path, name in found
        if not any(part.startswith(".") for part in name.parts)
    ]


def _remove_empty(folder: Path, directory: Path) -> None:
    while folder != directory:
        # WHY suppressed: it stays where something else is in it.
        with suppress(OSError):
            folder.rmdir()
        folder = folder.parent


def _mode_of(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return FILE_MODE


def _write_file(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
