"""What stands beside the rules of a set: its tests, their fixtures and its invariants.

They are no part of the revision, because they decide nothing; they say what must hold of
the rules before those may decide.
"""

from collections.abc import Mapping
from pathlib import Path

from authz.engine.text import FILE_LIMIT_BYTES
from authz.errors import PolicyError

#: Tests are larger than rules: one of their files, and all of them together.
TEST_LIMIT_BYTES = 16 * FILE_LIMIT_BYTES
ALL_LIMIT_BYTES = 4 * TEST_LIMIT_BYTES
INVARIANTS_FILE = "invariants.yaml"
_TESTS = "_test.yaml"


def read_beside(path: Path) -> Mapping[str, bytes]:
    """Path in the directory -> content: tests at any depth, all YAML of its folders, and
    the invariants.

    Raises: PolicyError naming the file that cannot be read, or what is too much.
    """
    found: dict[str, bytes] = {}
    total = 0
    for file in _listed(path):
        name = file.relative_to(path)
        if any(part.startswith(".") for part in name.parts) or not _counts(name):
            continue
        content = _read(file, name.as_posix())
        total += len(content)
        if total > ALL_LIMIT_BYTES:
            raise PolicyError(f"tests and fixtures have more than {ALL_LIMIT_BYTES} bytes")
        found[name.as_posix()] = content
    return found


def is_beside(name: str) -> bool:
    """Whether a file of that name, in the directory itself, is no part of the set."""
    return name == INVARIANTS_FILE or name.endswith(_TESTS)


def _listed(path: Path) -> list[Path]:
    try:
        return sorted(path.rglob("*.yaml"))
    except OSError as exc:
        # WHY: a folder may go while its files are listed; whoever reads looks again.
        raise PolicyError(f"`{path}` cannot be listed: {exc.strerror}") from exc


def _counts(name: Path) -> bool:
    is_nested = len(name.parts) > 1
    return is_nested or is_beside(name.name)


def _read(file: Path, name: str) -> bytes:
    if not file.is_file():
        raise PolicyError("is no regular file", file=name)
    try:
        with file.open("rb") as opened:
            content = opened.read(TEST_LIMIT_BYTES + 1)
    except OSError as exc:
        raise PolicyError(f"cannot be read: {exc.strerror}", file=name) from exc
    if len(content) > TEST_LIMIT_BYTES:
        raise PolicyError(f"larger than {TEST_LIMIT_BYTES} bytes", file=name)
    return content
