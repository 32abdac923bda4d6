"""Which policy set decides now; a broken edit never replaces a good set."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from authz.engine.policyset import PolicySet, PolicySource, read_directory
from authz.errors import PolicyError, Unavailable

Load = Callable[[PolicySource], PolicySet]


@dataclass(frozen=True, slots=True)
class Health:
    """How it stands with the policies."""

    #: False: the files on disk were refused, and an earlier set decides.
    ok: bool
    #: What is wrong, with file and line; empty when all is well.
    message: str
    #: Revision of the set that decides; empty when there is none.
    revision: str


class ActivePolicies:
    """The live policy set of one directory: readers take a reference, `reload` swaps it."""

    def __init__(self, directory: Path, load: Load, *, required: bool = True):
        """Loads the set.

        Raises: PolicyError, so that nothing starts on a broken set; where it is not
        `required`, there is none until the files are mended.
        """
        self._directory = directory
        self._load = load
        self._reloading = threading.Lock()
        self._current: PolicySet | None = None
        #: Revision of the files that were looked at last.
        self._seen = ""
        self._refused: PolicyError | None = None
        self.reload()
        if required and self._refused is not None:
            raise self._refused

    def current(self) -> PolicySet:
        """The set that decides now. Raises: Unavailable when there has been none yet."""
        if self._current is None:
            raise Unavailable(f"no policy set is in force: {self._refused}")
        return self._current

    def reload(self) -> bool:
        """Whether another set decides from now on.

        A set that is refused changes only the health.
        """
        with self._reloading:
            try:
                source = read_directory(self._directory)
            except PolicyError as exc:
                self._seen, self._refused = "", exc
                return False
            if source.revision == self._seen:
                return False
            before = self._current
            try:
                if before is None or source.revision != before.revision:
                    self._current = self._load(source)
                self._refused = None
            except PolicyError as exc:
                self._refused = exc
            except OSError as exc:
                self._refused = PolicyError(f"the policies cannot be checked now: {exc}")
                raise
            # WHY last: whatever else goes wrong, the same files are tried again.
            self._seen = source.revision
            return self._current is not before

    def health(self) -> Health:
        """Whether the files on disk are what decides."""
        revision = self._current.revision if self._current else ""
        said = "" if self._refused is None else str(self._refused)
        return Health(self._refused is None, said, revision)
