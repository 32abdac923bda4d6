"""The files of a policy set, read from a directory."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from authz.engine.gate.vet import digest
from authz.engine.text import FILE_LIMIT_BYTES
from authz.errors import PolicyCheckError, PolicyError

_NOT_OF_THE_SET = ("_test.yaml", "invariants.yaml")


@dataclass(frozen=True, slots=True)
class PolicySource:
    """The files of a policy set, as they were read."""

    files: Mapping[str, bytes]
    revision: str


def read_directory(path: Path) -> PolicySource:
    """All rule files, catalogues and the schema of a directory.

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
        if name.startswith(".") or name.endswith(_NOT_OF_THE_SET):
            continue
        if not name.isprintable() or not name.isascii():
            raise PolicyError(f"a file name is letters, digits, `-` and `_`: {ascii(name)}")
        if name.endswith((".polar", ".yaml")):
            files[name] = _read_file(path / name)
        elif name.lower().endswith(".polar") or _holds_rules(path / name):
            # WHY: what a reviewer takes for a rule in force must not be passed over.
            raise PolicyError(
                "rules stand in the directory itself, in `*.polar`", file=name
            )
    if not any(name.endswith(".polar") for name in files):
        raise PolicyCheckError(f"no policy file (*.polar) in `{path}`")
    return PolicySource(MappingProxyType(files), digest(files))


def _holds_rules(path: Path) -> bool:
    """Whether it is a folder with rule files, at any depth."""
    try:
        return any(path.rglob("*.polar"))
    except OSError as exc:
        raise PolicyError(f"cannot be read: {exc.strerror}", file=path.name) from exc


def _read_file(path: Path) -> bytes:
    """The content, at most one byte over the limit of a file; a FIFO never blocks."""
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
