"""Makes one check: a review of the candidate beside the policies in force.

It runs in a process of its own, in a private folder with both directories. It says that it
lives and how far it is; and it ends by itself when nobody wants its answer any more.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authz.administration import policy_changes, policy_gains
from authz.administration.policy_checks import interrupt, settle
from authz.engine.gate.child import Progress
from authz.errors import AuthzError
from authz.said import said
from authz.storage import events, policy_checks, policy_sets, policy_talk
from authz.storage import policy_changes as rows
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.policy_checks import Check
from authz.storage.policy_sets import Files

#: Reviews the first directory beside the second: a document `authz.check-all/1`.
Review = Callable[[Path, Path, Progress], Mapping[str, Any]]
BEAT_SECONDS = 2.0
#: How often at most it is written down how far it is.
STEP_SECONDS = 0.5
STATUSES = {"passed": "checked", "failed": "failed", "undecided": "failed"}


class Unwanted(Exception):
    """The check was ended by somebody else."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a check ended."""

    status: str
    message: str
    document: Mapping[str, Any] | None


def run(
    database: Database,
    number: int,
    review: Review,
    progress: Progress,
    leave: Callable[[], object] = lambda: None,
) -> Ran:
    """Makes the check and writes down what it found.

    progress: is told of each stage too. leave: is called, by a thread beside, once nobody
    wants the answer any more; a review that says nothing for long cannot be told so.
    Raises: NotFound; Unwanted where it was over.
    """
    check = policy_checks.find(database, number)
    if not policy_checks.beat(database, number, status="running", pid=os.getpid()):
        raise Unwanted
    try:
        with (
            _both(database, check) as (candidate, base),
            _beating(database, number, candidate.parent, leave),
        ):
            advance = _Steps(database, number, progress)
            document = _short(review(candidate, base, advance))
    except AuthzError as exc:
        why = said("the check could not be made: {why}", why=str(exc))
        interrupt(database, check, why)
        return Ran("interrupted", why, None)
    except BaseException:
        interrupt(database, check, said("the check was interrupted"))
        raise
    return _ended(database, check, document)


class _Steps:
    """Writes down how far a check is, not more often than anybody looks."""

    def __init__(self, database: Database, number: int, progress: Progress):
        self._database = database
        self._number = number
        self._progress = progress
        self._last = ("", 0.0)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Raises: Unwanted."""
        self._progress(stage, done, total)
        now = self._database.now()
        if self._last[0] == stage and abs(now - self._last[1]) < STEP_SECONDS:
            return
        self._last = stage, now
        row: dict[str, object] = {"stage": stage, "done": done, "total": total}
        if not policy_checks.beat(self._database, self._number, **row):
            raise Unwanted


@contextmanager
def _beating(
    database: Database, number: int, folder: Path, leave: Callable[[], object]
) -> Iterator[None]:
    """A thread says meanwhile that the process lives, and sees whether it should."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                if not policy_checks.beat(database, number):
                    # WHY here: whoever leaves may do so without another step.
                    shutil.rmtree(folder, ignore_errors=True)
                    leave()
                    return
                # WHY: nobody else may look whether this has taken too long.
                settle(database)
        except AuthzError:
            # WHY: whoever looks takes it for dead, which ends it.
            return
        finally:
            database.close()

    thread = threading.Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _both(database: Database, check: Check) -> Iterator[tuple[Path, Path]]:
    """Folders with the files of both sides."""
    # WHY errors are ignored: nobody may want the check any more, and then it is gone.
    with tempfile.TemporaryDirectory(
        prefix="authz-check-", ignore_cleanup_errors=True
    ) as folder:
        for name, content in (("candidate", check.candidate), ("base", check.base)):
            _write(Path(folder, name), policy_sets.find(database, content))
        yield Path(folder, "candidate"), Path(folder, "base")


def _write(folder: Path, files: Files) -> None:
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _short(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document without the tests that passed, of which there are thousands."""
    steps = []
    for one in document.get("steps", ()):
        found = one.get("document")
        if one.get("step") == "test" and found and "cases" in found:
            failed = [case for case in found["cases"] if not case.get("passed")]
            steps.append({**one, "document": {**found, "cases": failed}})
        else:
            steps.append(one)
    return {**document, "steps": steps}


def _ended(database: Database, check: Check, document: Mapping[str, Any]) -> Ran:
    status = policy_gains.outcome(document)
    with database.transaction():
        if not policy_checks.end(database, check.number, status, document=document):
            raise Unwanted
        if check.change is not None:
            _carry_over(database, check, status, document)
    return Ran(status, "", document)


def _carry_over(
    database: Database, check: Check, status: str, document: Mapping[str, Any]
) -> None:
    """The change stands as its check ended; ticks of gains that are gone are gone."""
    assert check.change is not None
    change = rows.find(database, check.tenant, check.change)
    if change.status != "checking" or (change.candidate, change.base) != (
        check.candidate,
        check.base,
    ):
        return
    rows.update(database, change, status=STATUSES[status])
    gains = policy_gains.gains(document)
    policy_talk.keep_ticks(database, change.number, [gain.id for gain in gains])
    outcomes = {one["step"]: one["outcome"] for one in document.get("steps", ())}
    events.record(
        database,
        check.tenant,
        actor=Actor("user", check.account, check.label),
        action="policy.checked",
        about=(policy_changes.ABOUT, str(change.number)),
        label=change.title,
        after={"result": status, "steps": outcomes, "gains": len(gains)},
    )
