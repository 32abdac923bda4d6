"""The files of a policy set, read from a directory.

Whoever replaces several files puts a marker there first and takes it away last. A reader
looks for it before and after, and whether the directory lists the same: so it takes the
files of one moment, and never a mixture.
"""

import os
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from authz.engine.beside import is_beside
from authz.engine.gate.vet import digest
from authz.engine.text import FILE_LIMIT_BYTES
from authz.errors import PolicyCheckError, PolicyError

#: Is there while the files of a directory are being replaced.
MARKER = ".activating"
#: How often a directory is looked at that is being replaced, and the time between.
LOOKS, PAUSE_SECONDS = 20, 0.05

Read = TypeVar("Read")
_State = tuple[tuple[str, int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class PolicySource:
    """The files of a policy set, as they were read."""

    files: Mapping[str, bytes]
    revision: str


def read_directory(path: Path) -> PolicySource:
    """All rule files, catalogues and the schema of a directory, as they are at one moment.

    Raises: PolicyError naming the file, or that they are being replaced.
    """
    return at_one_moment(path, lambda: read_now(path))


def at_one_moment(path: Path, read: Callable[[], Read]) -> Read:
    """What `read` makes of a directory in which nothing is replaced meanwhile.

    Raises: PolicyError when that does not come to an end; what `read` does.
    """
    for look in range(LOOKS):
        if look:
            time.sleep(PAUSE_SECONDS)
        before = _state(path)
        if _is_marked(before):
            continue
        try:
            found = read()
        except PolicyError:
            # WHY: it may be about half of an edit, which the next look sees whole.
            if _state(path) == before:
                raise
            continue
        if _state(path) == before:
            return found
    if _is_marked(_state(path)):
        raise PolicyError(
            f"the policies in `{path}` are being replaced, or that was cut off: "
            "`authz policy activate --resume` finishes it"
        )
    raise PolicyError(f"the files of the policy directory `{path}` change all the time")


def source_of(files: Mapping[str, bytes]) -> PolicySource:
    """What decides among all files of a directory; names are paths in it."""
    own = {
        name: content
        for name, content in files.items()
        if "/" not in name and name.endswith((".polar", ".yaml")) and not is_beside(name)
    }
    return PolicySource(MappingProxyType(own), digest(own))


def read_now(path: Path) -> PolicySource:
    """The same as `read_directory`, whether somebody replaces files or not.

    Raises: PolicyError naming the file.
    """
    files: dict[str, bytes] = {}
    try:
        with os.scandir(path) as found:
            names = sorted(entry.name for entry in found)
    except OSError as exc:
        raise PolicyError(
            f"cannot read the policy directory `{path}`: {exc.strerror}"
        ) from exc
    for name in names:
        if name.startswith(".") or is_beside(name):
            continue
        if not name.isprintable() or not name.isascii():
            raise PolicyError(f"a file name is letters, digits, `-` and `_`: {ascii(name)}")
        if name.endswith((".polar", ".yaml")):
            files[name] = read_file(path / name)
        elif name.lower().endswith(".polar") or _holds_rules(path / name):
            # WHY: what a reviewer takes for a rule in force must not be passed over.
            raise PolicyError(
                "rules stand in the directory itself, in `*.polar`", file=name
            )
    if not any(name.endswith(".polar") for name in files):
        raise PolicyCheckError(f"no policy file (*.polar) in `{path}`")
    return PolicySource(MappingProxyType(files), digest(files))


def _state(path: Path) -> _State:
    """What tells one state of the directory from another; empty without one to read."""
    try:
        with os.scandir(path) as found:
            entries = [(one.name, one.stat(follow_symlinks=False)) for one in found]
    except OSError:
        return ()
    return tuple(
        sorted((n, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for n, s in entries)
    )


def _is_marked(state: _State) -> bool:
    return any(name == MARKER for name, *_ in state)


def _holds_rules(path: Path) -> bool:
    """Whether it is a folder with rule files, at any depth."""
    try:
        return any(path.rglob("*.polar"))
    except OSError as exc:
        raise PolicyError(f"cannot be read: {exc.strerror}", file=path.name) from exc


def read_file(path: Path) -> bytes:
    """The content of a policy file, at most one byte over the limit; a FIFO never blocks.

    Raises: PolicyError naming the file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as exc:
        raise PolicyError(f"cannot be read: {exc.strerror}", file=path.name) from exc
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise PolicyError("is no regular file", file=path.name)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(FILE_LIMIT_BYTES + 1)
    finally:
        os.close(handle)
