"""Which policy set decides now; a broken edit never replaces a good set."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from authz.decisions.last_good import LastGood
from authz.decisions.ports import Clock
from authz.engine.beside import read_beside
from authz.engine.gate.vet import digest
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource, at_one_moment, read_now
from authz.errors import PolicyError, Unavailable

Load = Callable[[PolicySource], PolicySet]
#: Raises PolicyError where the tests and invariants beside a set do not let it decide.
Admit = Callable[[PolicySource, Mapping[str, bytes]], None]

_log = logging.getLogger(__name__)


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

    def __init__(
        self,
        directory: Path,
        load: Load,
        *,
        required: bool = True,
        last_good: LastGood | None = None,
        keeps: bool = False,
        clock: Clock | None = None,
        admit: Admit | None = None,
    ):
        """Loads the set, or the last good one where that is refused.

        admit: has the last word on a set of the directory; the last good one had it.
        last_good: where the last good set is; `keeps`: whether each set that is in force is
        kept there. clock: for `loaded_at`. Raises: PolicyError, so that nothing starts on a
        broken set without a good one; where it is not `required`, there is none until the
        files are mended.
        """
        self._directory = directory
        self._load = load
        self._last_good = last_good
        self._keeps = keeps
        self._clock = clock
        self._admit = admit
        self._reloading = threading.Lock()
        self._current: PolicySet | None = None
        #: Epoch seconds since when it decides in this process; None without a clock.
        self.loaded_at: float | None = None
        #: Revision of the files that were looked at last, and of what stands beside them.
        self._seen = ("", "")
        self._refused: PolicyError | None = None
        #: Where the set that decides was kept; None where it is of the directory.
        self._kept: Path | None = None
        self.reload()
        if self._current is None:
            self._fall_back()
        if required and self._current is None and self._refused is not None:
            raise self._refused

    def current(self) -> PolicySet:
        """The set that decides now. Raises: Unavailable when there has been none yet."""
        if self._current is None:
            raise Unavailable(f"no policy set is in force: {self._refused}")
        return self._current

    def reload(self, again: bool = False) -> bool:
        """Whether another set decides from now on.

        again: whether files that were refused, and are as they were, are tried once more.
        A set that is refused changes only the health.
        """
        with self._reloading:
            try:
                source, beside = at_one_moment(self._directory, self._read)
            except PolicyError as exc:
                self._seen, self._refused = ("", ""), exc
                return False
            seen = source.revision, digest(beside)
            if seen == self._seen and not (again and self._refused):
                return False
            before = self._current
            try:
                if before is None or source.revision != before.revision:
                    self._take(source, beside)
                elif self._admit:
                    self._admit(source, beside)
                self._refused = self._kept = None
            except PolicyError as exc:
                self._refused = exc
            except OSError as exc:
                self._refused = PolicyError(f"the policies cannot be checked now: {exc}")
                raise
            # WHY last: whatever else goes wrong, the same files are tried again.
            self._seen = seen
            if self._keeps and self._last_good and self._refused is None:
                self._last_good.keep(source)
            return self._current is not before

    def health(self) -> Health:
        """Whether the files on disk are what decides."""
        revision = self._current.revision if self._current else ""
        if self._refused is None:
            return Health(True, "", revision)
        kept = f"; the last good set decides, from `{self._kept}`" if self._kept else ""
        return Health(False, f"{self._refused}{kept}", revision)

    def _read(self) -> tuple[PolicySource, Mapping[str, bytes]]:
        beside = read_beside(self._directory) if self._admit else {}
        return read_now(self._directory), beside

    def _take(
        self, source: PolicySource, beside: Mapping[str, bytes] | None = None
    ) -> None:
        """Has that set decide.

        beside: what has to admit it; None for a set that decided before.
        """
        loaded = self._load(source)
        if self._admit and beside is not None:
            self._admit(source, beside)
        self._current = loaded
        self.loaded_at = self._clock() if self._clock else None

    def _fall_back(self) -> None:
        """Has the last good set decide, where there is one that passes the checks today."""
        if self._last_good is None:
            return
        source = self._last_good.read()
        if source is None:
            return
        try:
            self._take(source)
            self._kept = self._last_good.folder
        except (PolicyError, OSError) as exc:
            _log.warning("the last good policies cannot be used: %s", exc)
