"""A whole review of a policy set: every step that can run, in one document.

A set that does not load is linted; every other step needs one that loads. A step is left
out only where nothing is there for it to look at, and that is said.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authz.assurance.reviewing import texts
from authz.assurance.reviewing.candidate import Candidate, Progress, load
from authz.assurance.reviewing.compared import compared
from authz.assurance.reviewing.proved import proved
from authz.assurance.reviewing.replayed import replayed
from authz.assurance.reviewing.step import Outcome, Step, unreadable
from authz.assurance.reviewing.tested import tested
from authz.engine.source import PolicySource, read_directory
from authz.errors import PolicyError
from authz.settings import Config
from authz.storage.database import Database

#: Every step, in the order in which they run.
STEPS = ("load", "lint", "fmt", "test", "prove", "diff", "replay")
#: Steps that may be left out. WHY not all: a set that was not loaded was not reviewed.
OPTIONAL = STEPS[1:]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a review compares with, and what it leaves out."""

    #: Name and directory of the set that is in force; None: nothing to compare with.
    base: tuple[str, Path] | None = None
    #: Whose people are counted, and on whose facts decisions are replayed.
    database: Database | None = None
    #: Folder of the decision log that is replayed, or some files of it.
    log: Path | Sequence[Path] | None = None
    #: `gain` or `any`: what makes the steps fail that compare.
    fail_on: str | None = None
    skip: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What came of every step."""

    directory: Path
    policy_revision: str
    base_revision: str | None
    steps: tuple[Step, ...]

    def outcomes(self, outcome: Outcome) -> list[Step]:
        """The steps that came out so."""
        return [step for step in self.steps if step.outcome is outcome]

    def document(self) -> dict[str, Any]:
        """The document `authz.check-all/1`."""
        return {
            "schema": "authz.check-all/1",
            "policy_revision": self.policy_revision,
            "base_revision": self.base_revision,
            "steps": [step.as_data() for step in self.steps],
        }


def review(
    directory: Path,
    *,
    settings: Config,
    base: Path | tuple[str, Path] | None = None,
    database: Database | None = None,
    log: Path | Sequence[Path] | None = None,
    fail_on: str | None = None,
    skip: Collection[str] = (),
    progress: Progress = lambda stage, done, total: None,
) -> Review:
    """What every step says of the policy set in a directory.

    base: the set in force, with a name where it has one. database: whose people are
    counted. log: a folder of a decision log or some files, to be replayed on it. fail_on:
    `gain` or `any`, what makes the steps fail that compare; without it they only tell.
    Raises: PolicyError when there is no policy set; Unavailable.
    """
    named = (str(base), base) if isinstance(base, Path) else base
    wanted = Wanted(named, database, log, fail_on, skip)
    return _Reviewing(directory, settings, wanted, progress).review()


class _Reviewing:
    """One review while it runs."""

    def __init__(
        self, directory: Path, settings: Config, wanted: Wanted, progress: Progress
    ):
        self._directory = directory
        self._settings = settings
        self._wanted = wanted
        self._progress = progress
        self._base: Candidate | None = None

    def review(self) -> Review:
        source = read_directory(self._directory)
        steps = tuple(self._steps(source))
        base = self._base.source.revision if self._base else None
        return Review(self._directory, source.revision, base, steps)

    def _steps(self, source: PolicySource) -> Iterator[Step]:
        candidate: Candidate | None = None
        try:
            candidate = load(
                str(self._directory),
                self._directory,
                source,
                self._settings,
                self._progress,
            )
            yield texts.loaded(candidate.policies)
        except PolicyError as exc:
            yield unreadable("load", exc, "does-not-load")
        yield self._linted(source)
        # WHY none of these without a set that loads: oso's parser ends its process on some
        # texts, and this process is not there to die of it.
        for name, step in (
            ("fmt", lambda found: texts.laid_out(found.source)),
            ("test", lambda found: tested(found, self._progress)),
            ("prove", self._proved),
            ("diff", self._compared),
            ("replay", self._replayed),
        ):
            yield self._of_loaded(name, step, candidate)

    def _linted(self, source: PolicySource) -> Step:
        if "lint" in self._wanted.skip:
            return _left_out("lint")
        self._progress("lint", 0, 0)
        return texts.linted(source, self._settings)

    def _of_loaded(
        self, name: str, step: Callable[[Candidate], Step], candidate: Candidate | None
    ) -> Step:
        if name in self._wanted.skip:
            return _left_out(name)
        if candidate is None:
            return _skipped(name, "the policy set does not load")
        self._progress(name, 0, 0)
        return step(candidate)

    def _proved(self, candidate: Candidate) -> Step:
        base = self._wanted.base[1] if self._wanted.base else None
        return proved(candidate, self._settings, self._progress, base)

    def _compared(self, candidate: Candidate) -> Step:
        wanted = self._wanted
        try:
            base = self._base_of()
        except PolicyError as exc:
            said = f"the base does not load: {exc}"
            return Step("diff", Outcome.UNDECIDED, said)
        if base is None:
            return _skipped("diff", "there is no base to compare with")
        return compared(candidate, base, wanted.database, wanted.fail_on, self._progress)

    def _replayed(self, candidate: Candidate) -> Step:
        wanted = self._wanted
        if wanted.log is None:
            return _skipped("replay", "no decision log was named")
        if wanted.database is None:
            return _skipped("replay", "there is no database with the facts")
        base = candidate
        # WHY passed over: that the base does not load is said by the step before.
        with suppress(PolicyError):
            base = self._base_of() or candidate
        return replayed(
            candidate, base, wanted.database, wanted.log, wanted.fail_on, self._progress
        )

    def _base_of(self) -> Candidate | None:
        """The set in force, to be read and not to decide. Raises: PolicyError."""
        if self._base or self._wanted.base is None:
            return self._base
        name, directory = self._wanted.base
        self._base = load(
            name,
            directory,
            read_directory(directory),
            self._settings,
            self._progress,
            compare=False,
        )
        return self._base


def _left_out(name: str) -> Step:
    return _skipped(name, "left out")


def _skipped(name: str, why: str) -> Step:
    return Step(name, Outcome.SKIPPED, why)
