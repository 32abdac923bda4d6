"""The process that makes one check of a change of the policies; see
`authz.administration.policy_process`, which starts it.

It reads a JSON object on standard input: the number of the check, and the configuration of
whoever asked for it.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from authz import config, logs
from authz.administration import policy_checking, policy_files, policy_gains
from authz.administration.policy_checking import Review, Unwanted
from authz.assurance.reviewing.review import review
from authz.composition import policy_gate
from authz.decision_log.files import files
from authz.engine.gate.child import Progress
from authz.errors import PolicyError
from authz.settings import Config
from authz.storage.database import Database, open_database

#: Decisions that are made again: those of the last day, in so many bytes of files at most.
REPLAYED_SECONDS = 24 * 3600.0
REPLAYED_BYTES = 256 * 1024 * 1024
#: How much sooner others get the processor.
NICENESS = 10


def reviewer(settings: Config, database: Database) -> Review:
    """What looks at a candidate, with the people and the decisions of this server."""

    def look(candidate: Path, base: Path, progress: Progress) -> Mapping[str, Any]:
        found = review(
            candidate,
            settings=settings,
            base=("the policies in force", base),
            database=database,
            log=recent(settings, database.now()),
            progress=progress,
        )
        document = found.document()
        if policy_gains.outcome(document) != policy_gains.PASSED:
            return document
        try:
            # WHY now: what has passed is remembered, so that an activation is quick.
            policy_gate(settings, progress)(policy_files.read_whole(candidate))
        except PolicyError as exc:
            return _refused(document, exc)
        return document

    return look


def _refused(document: Mapping[str, Any], error: PolicyError) -> Mapping[str, Any]:
    """The review of a set that the gate of this server does not let pass."""
    finding = {
        "rule": error.rule,
        "level": "error",
        "message": error.message,
        "file": error.file,
        "line": error.line,
        "policy_id": error.policy_id,
    }
    said = {"outcome": policy_gains.FAILED, "summary": str(error), "findings": [finding]}
    steps = [one | said if one["step"] == "load" else one for one in document["steps"]]
    return {**document, "steps": steps}


def recent(settings: Config, now: float) -> list[Path] | None:
    """The files of the decision log that were written lately, the oldest first."""
    folder = settings.decisions.log.dir
    if folder is None or not folder.is_dir():
        return None
    kept: list[Path] = []
    left = REPLAYED_BYTES
    for file in reversed(files(folder)):
        left -= file.size_bytes
        if left < 0 or file.changed_at < now - REPLAYED_SECONDS:
            break
        kept.insert(0, file.path)
    return kept or None


def leave() -> None:
    """This process and all that it has started are gone."""
    # WHY the group: it leads one of its own, see `policy_process.start`.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)


def give_way() -> None:
    """Decisions come first: this process gets what is left of processor and memory."""
    os.nice(NICENESS)
    # WHY suppressed: only Linux has it, and a machine may forbid it.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def main() -> int:
    """The exit code; how the check ended is in the database."""
    logs.configure()
    give_way()
    asked = json.load(sys.stdin)
    settings = config.load(None, flags=asked["flags"])
    database = open_database(settings.store.path, time.time)
    try:
        look = reviewer(settings, database)
        policy_checking.run(database, asked["check"], look, lambda *_: None, leave)
    except Unwanted:
        return 0
    finally:
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
