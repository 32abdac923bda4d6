"""What has passed the comparison before, so that it is not compared again.

The record is a convenience: one that is lost, cut off or strange costs the time to compare
again.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from authz.engine.gate.keys import program

#: How many policy sets a file remembers.
SETS_MAX = 4
FILE_LIMIT_BYTES = 64 * 1024 * 1024


class Passed:
    """A file that remembers what passed: the newest policy sets with what came of them."""

    def __init__(self, path: Path | None):
        """Without a path nothing is remembered."""
        self._path = path
        #: Content hash of a policy set -> what came of it; oldest first.
        self._sets = {} if path is None else _read(path)

    def outcome(self, revision: str) -> dict[str, Any] | None:
        """What came of the set of that content; None when it is not remembered."""
        return self._sets.get(revision)

    def keys(self) -> frozenset[str]:
        """The keys of everything that passed."""
        return frozenset(
            key for outcome in self._sets.values() for key in outcome["passed"]
        )

    def add(self, revision: str, outcome: dict[str, Any]) -> None:
        """Remember a set; a file that cannot be written forgets.

        Shape: `outcome` is JSON, its member `passed` a list of keys.
        """
        self._sets.pop(revision, None)
        self._sets[revision] = outcome
        for old in list(self._sets)[:-SETS_MAX]:
            del self._sets[old]
        if self._path is not None:
            content = json.dumps(self._sets)
            _write(self._path, {"sum": _sum(content), "sets": content})


def _sum(content: str) -> str:
    return hashlib.sha256(f"{program()}\n{content}".encode()).hexdigest()


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """What this very program wrote; nothing where the file is not as it was written."""
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(FILE_LIMIT_BYTES))
        if said["sum"] == _sum(said["sets"]):
            found: dict[str, dict[str, Any]] = json.loads(said["sets"])
            return found
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return {}


def _write(path: Path, content: object) -> None:
    """Replace the file at once, readable by its owner only."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError:
        return
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
