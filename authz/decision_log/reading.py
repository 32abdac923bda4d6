"""Reads the decision log back, in the order of time, and says what cannot be read.

A worker that was killed in the middle of a write can leave a torn last line; whoever edits
the files can leave worse. Such lines are reported and passed over.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from authz.decision_log.files import NAME, begun_at
from authz.decision_log.line import Line, decoded
from authz.errors import Unavailable

#: A file may begin that long after the first answer that it tells of.
MARGIN_SECONDS = 60.0

#: Time of the next line of a file, the number of the file, that line, and those after it.
_Open = tuple[float, int, Line, Iterator[Line]]


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that cannot be read."""

    file: Path
    #: From 1.
    line: int
    #: What is wrong with it.
    reason: str
    #: Whether it is the unfinished last line of its file.
    is_torn: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def read(
    source: Path | Iterable[Path],
    report: Callable[[Damage], None],
    *,
    tenant: str | None = None,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> Iterator[Line]:
    """The lines of a folder, or of some files; of one tenant, where it is named.

    report: is told of every line that cannot be read; progress: how many bytes each line
    had. Order: by time; a line that is older than the one before it in its file follows
    that one. Raises: Unavailable.
    """
    waiting = _files(source)
    current: list[_Open] = []
    # WHY one by one: years of files are more than a process may have open.
    for number, (begun, path) in enumerate(waiting):
        while current and current[0][0] < begun - MARGIN_SECONDS:
            yield _next(current)
        _add(current, number, _lines(path, report, tenant, progress))
    while current:
        yield _next(current)


def _next(current: list[_Open]) -> Line:
    """The oldest line, whose place the next one of its file takes."""
    _, number, line, rest = heapq.heappop(current)
    _add(current, number, rest)
    return line


def _add(current: list[_Open], number: int, lines: Iterator[Line]) -> None:
    line = next(lines, None)
    if line is not None:
        heapq.heappush(current, (line.time.timestamp(), number, line, lines))


def _files(source: Path | Iterable[Path]) -> list[tuple[float, Path]]:
    """The files with the time at which each begins, the oldest first."""
    try:
        if isinstance(source, Path) and source.is_dir():
            source = [
                path
                for path in source.iterdir()
                if NAME.fullmatch(path.name) and path.is_file()
            ]
    except OSError as exc:
        raise Unavailable(f"cannot read `{source}`: {exc.strerror}") from exc
    paths = [source] if isinstance(source, Path) else list(source)
    return sorted((begun_at(path), path) for path in paths)


def _lines(
    path: Path,
    report: Callable[[Damage], None],
    tenant: str | None,
    progress: Callable[[int], None],
) -> Iterator[Line]:
    try:
        with path.open("rb") as file:
            for number, text in enumerate(file, start=1):
                progress(len(text))
                try:
                    line = decoded(text)
                except msgspec.DecodeError as exc:
                    torn = not text.endswith(b"\n")
                    reason = "it is torn" if torn else f"it is no line of the log: {exc}"
                    report(Damage(path, number, reason, torn))
                    continue
                if tenant is None or line.tenant == tenant:
                    yield line
    except OSError as exc:
        raise Unavailable(f"cannot read `{path}`: {exc.strerror}") from exc
