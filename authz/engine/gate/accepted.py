"""May these files become the policy set in force, and what do they say?

What passed before, byte for byte and by this very program, is taken from the record; all
else goes to a child process, which compares only what is new.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from authz.engine.checks import PolicyHead
from authz.engine.gate.child import Limits, Progress, Vetted, examined
from authz.engine.gate.passed import Passed
from authz.model import Effect


def accepted(
    files: Mapping[str, bytes],
    revision: str,
    limits: Limits,
    *,
    record: Path | None = None,
    progress: Progress | None = None,
    compare: bool = True,
) -> Vetted:
    """What is known of a set that passed every check.

    `record` is the file of what passed before; it is written when something new passes.
    Without `compare` a set that it does not know is not compared, and not remembered.
    Raises: PolicyError with what is wrong and what to do.
    """
    remembered = _remembered(Passed(record).outcome(revision), limits)
    if remembered is not None:
        return remembered
    if not compare:
        return examined(files, limits, progress=progress, compare=False)
    with turn(record):
        passed = Passed(record)
        remembered = _remembered(passed.outcome(revision), limits)
        if remembered is not None:
            return remembered
        found = examined(files, limits, known=passed.keys(), progress=progress)
        passed.add(revision, _to_data(found))
    return found


@contextmanager
def turn(record: Path | None) -> Iterator[None]:
    """While no other process examines what the same record will remember.

    WHY: all workers of a server see an edit at once, and one of them is enough.
    """
    handle = None
    if record is not None:
        with suppress(OSError):
            record.parent.mkdir(mode=0o700, exist_ok=True)
            lock = record.with_name(f".{record.name}.lock")
            handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        if handle is not None:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _to_data(found: Vetted) -> dict[str, Any]:
    return {
        "policies": [[h.id, h.effect.value, h.file, h.line] for h in found.heads],
        "conditions": found.conditions,
        "passed": list(found.passed),
    }


def _remembered(data: Mapping[str, Any] | None, limits: Limits) -> Vetted | None:
    """What the record says, unless today's limits would not have accepted it."""
    if data is None or (data["conditions"]["interpreted"] and not limits.interpreted):
        return None
    heads = [
        PolicyHead(id, Effect(e), file, line) for id, e, file, line in data["policies"]
    ]
    return Vetted(tuple(heads), data["conditions"], tuple(data["passed"]), 0, 0)
