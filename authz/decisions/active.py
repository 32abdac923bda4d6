"""Which policy set decides now; a broken edit never replaces a good set."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from authz.engine.policyset import PolicySet, PolicySource, read_directory
from authz.errors import PolicyError

Load = Callable[[PolicySource], PolicySet]


@dataclass(frozen=True, slots=True)
class Health:
    """How it stands with the policies."""

    #: False: the files on disk were refused, and an earlier set decides.
    ok: bool
    #: What is wrong, with file and line; empty when all is well.
    message: str
    #: Revision of the set that decides.
    revision: str


class ActivePolicies:
    """The live policy set of one directory: readers take a reference, `reload` swaps it."""

    def __init__(self, directory: Path, load: Load):
        """Loads the set. Raises: PolicyError, so that nothing starts on a broken set."""
        self._directory = directory
        self._load = load
        self._reloading = threading.Lock()
        self._current = load(read_directory(directory))
        self._seen = self._current.revision
        self._refused = ""

    def current(self) -> PolicySet:
        """The set that decides now."""
        return self._current

    def reload(self) -> bool:
        """Whether another set decides from now on; a set that is refused changes only the
        health.
        """
        with self._reloading:
            try:
                source = read_directory(self._directory)
            except PolicyError as exc:
                self._seen, self._refused = "", str(exc)
                return False
            if source.revision == self._seen:
                return False
            self._seen = source.revision
            return self._take(source)

    def _take(self, source: PolicySource) -> bool:
        changed = source.revision != self._current.revision
        try:
            if changed:
                self._current = self._load(source)
        except PolicyError as exc:
            self._refused = str(exc)
            return False
        self._refused = ""
        return changed

    def health(self) -> Health:
        """Whether the files on disk are what decides."""
        return Health(not self._refused, self._refused, self._current.revision)
