"""The decision log of one worker: written before the answer, rotated, and honest on loss.

A line that `write` has said True to is with the operating system: it survives a killed
process, not a lost power supply. Whatever is wrong with the folder, a later write finds it
mended without anybody's help.
"""

import logging
import math
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from authz.decision_log.files import LogFile, tidy
from authz.decision_log.line import encoded
from authz.decision_log.masks import Masks
from authz.decision_log.record import Record
from authz.decisions.ports import Clock
from authz.errors import ConfigError
from authz.settings import DecisionLogSection

#: How often it is looked whether the file is still there, and a new one is tried after one
#: could not be begun.
LOOK_SECONDS = 1.0
#: How often a loss that goes on is told.
TELL_SECONDS = 60.0
DAY_SECONDS = 86_400

_log = logging.getLogger(__name__)


def check_settings(settings: DecisionLogSection) -> None:
    """Nothing, where a log can be as they say.

    Raises: ConfigError for a path to mask that no request can have, and for a log that is
    required and has no folder.
    """
    Masks(settings.mask)
    if settings.dir is None and settings.required:
        raise ConfigError("`decisions.log.required` needs a folder: `decisions.log.dir`")


def open_log(settings: DecisionLogSection, clock: Clock) -> "DecisionLog | None":
    """The configured log; None where there is none. Raises: as `check_settings`."""
    check_settings(settings)
    return None if settings.dir is None else DecisionLog(settings, settings.dir, clock)


class DecisionLog:
    """Writes the lines of one process; threads may share it."""

    def __init__(self, settings: DecisionLogSection, folder: Path, clock: Clock):
        """Begins a file; where that fails, `trouble` says why, and `write` tries again.

        Raises: ConfigError for a path to mask that no request can have.
        """
        self._masks = Masks(settings.mask)
        self._folder = folder
        self._clock = clock
        self._rotate_bytes = settings.rotate_mib * 1024 * 1024
        self._rotate_seconds = settings.rotate_hours * 3600
        self._keep_seconds = settings.keep_days * DAY_SECONDS or math.inf
        self._keep_bytes = settings.keep_mib * 1024 * 1024 or math.inf
        #: Whether no decision may be given out that could not be written down.
        self.required = settings.required
        #: Records that were lost since the start.
        self.losses = 0
        #: Why the last write, or the last new file, failed; empty when all is well.
        self.trouble = ""
        self._lock = threading.Lock()
        self._file: LogFile | None = None
        #: Why no file could be begun the last time.
        self._refused: OSError | None = None
        self._looked_at = self._told_at = -math.inf
        try:
            self._begin(clock())
        except OSError as exc:
            self.trouble = self._said(exc)
            _log.error("%s", self.trouble)

    def write(self, records: Sequence[Record]) -> bool:
        """Whether all of them are written, which is before it returns.

        One write takes them all; where it fails none of them is written and all are lost.
        """
        with self._lock:
            now = self._clock()
            try:
                self._append(encoded(records, self._masks), now)
            except OSError as exc:
                self._lose(len(records), exc, now)
                return False
            except (TypeError, ValueError):
                # WHY without the cause: it would show what was asked.
                self._lose(len(records), OSError(0, "a record is not JSON"), now)
                return False
            if self.trouble:
                self.trouble, self._told_at = "", -math.inf
                _log.warning(
                    "the decision log is written again; %d records are lost", self.losses
                )
            return True

    def close(self) -> None:
        """Ends the file. A later write begins another one."""
        with self._lock:
            self._end()

    def _append(self, lines: bytes, now: float) -> None:
        file = self._usable(len(lines), now)
        try:
            file.append(lines)
        except OSError:
            # WHY: the file may be what is wrong, as when it has reached a limit. An empty
            # one is kept, so that a full disk is not filled with empty files.
            if file.size_bytes:
                self._end()
            raise

    def _usable(self, coming_bytes: int, now: float) -> LogFile:
        """The file to write to. Raises: OSError when there is none."""
        file = self._file
        looks = _is_over(self._looked_at, LOOK_SECONDS, now)
        if file is None:
            if self._refused is not None and not looks:
                # WHY: a trace would grow with each write, and keep what was lost.
                raise self._refused.with_traceback(None)
            return self._begin(now)
        if looks:
            self._looked_at = now
            if not file.is_in_place():
                _log.warning("`%s` is gone: a new file is begun", file.path)
                self._end()
                return self._begin(now)
        if self._is_due(file, coming_bytes, now) and (looks or self._refused is None):
            # WHY: a file that is due is better than none.
            with suppress(OSError):
                return self._begin(now)
        return file

    def _is_due(self, file: LogFile, coming_bytes: int, now: float) -> bool:
        if file.size_bytes == 0:
            return False
        if file.size_bytes + coming_bytes > self._rotate_bytes:
            return True
        return now - file.begun_at >= self._rotate_seconds

    def _begin(self, now: float) -> LogFile:
        """A new file, in place of the one before. Raises: OSError."""
        self._looked_at = now
        try:
            file = LogFile(self._folder, now)
        except OSError as exc:
            self._refused = exc
            raise
        self._end()
        self._file, self._refused = file, None
        tidy(self._folder, older_than=now - self._keep_seconds, keep_bytes=self._keep_bytes)
        return file

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _lose(self, count: int, error: OSError, now: float) -> None:
        self.losses += count
        self.trouble = self._said(error)
        if _is_over(self._told_at, TELL_SECONDS, now):
            self._told_at = now
            _log.error("%s; %d records are lost so far", self.trouble, self.losses)

    def _said(self, error: OSError) -> str:
        reason = (error.strerror or str(error)).lower()
        return f"the decision log in `{self._folder}` cannot be written: {reason}"


def _is_over(since: float, seconds: float, now: float) -> bool:
    """Whether so much time has passed; a clock that was set back ends every wait."""
    return not 0 <= now - since < seconds
