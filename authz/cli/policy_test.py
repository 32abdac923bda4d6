"""`authz test`: does the policy set answer what its test files say?"""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from authz.assurance import coverage, junit
from authz.assurance.affected import affected, same_as_in
from authz.assurance.policy_tests import TestCase, never_determining, read_suites, run
from authz.assurance.results import as_document
from authz.assurance.revisions import at_revision
from authz.assurance.selection import filtered
from authz.assurance.suites import Suite
from authz.cli import policy_test_report as report
from authz.cli.exits import Exit
from authz.cli.files import write_report
from authz.cli.progress import progress
from authz.cli.setup import Setup, load_source, takes_setup
from authz.cli.watching import again_on_edits
from authz.engine.policyset import PolicySet
from authz.engine.source import read_directory
from authz.errors import NotFound, PolicyError
from authz.settings import Config

_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say, under their names."""

    path: Path | None
    filter: str | None
    changed_since: str | None
    coverage: bool
    threshold: float | None
    coverage_lcov: Path | None
    fail_fast: bool
    junit: Path | None
    output: str

    @property
    def measures(self) -> bool:
        """Whether any option asks for coverage."""
        return self.coverage or self.threshold is not None or bool(self.coverage_lcov)


@click.command(
    "test",
    epilog="Example: authz test policies --filter 'suite=metering*;subject=branch_*'",
)
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--filter",
    help="Only rows whose suite or name fits, as '*owner*'; or whose suite, name, subject,"
    " action and resource do, as 'suite=metering*;action=*:delete'.",
)
@click.option(
    "--changed-since",
    metavar="REV",
    help="Only rows that the change since that git revision, or directory, can touch.",
)
@click.option(
    "--coverage", is_flag=True, help="Say which lines and policies the rows put to work."
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 100),
    help="Exit with 4 when less percent of the lines is put to work.",
)
@click.option("--coverage-lcov", type=_FILE, help="Write the coverage there as LCOV.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first row that fails.")
@click.option("--watch", is_flag=True, help="Run again at each edit, until ctrl-c.")
@click.option("--junit", type=_FILE, help="Write the results there as JUnit XML.")
@click.option("--output", type=click.Choice(["human", "json", "junit"]), default="human")
@takes_setup
def policy_test(setup: Setup, *, watch: bool, **options: object) -> int:
    """Run policy tests: one file, or every *_test.yaml of a directory.

    PATH is the configured policy set when it is left out. Tests beside Polar files run
    against those, all others against the configured set.

    Exits with 0 when every row passes, 4 when one fails or the coverage is below the
    threshold, 3 when policies or tests do not load, 2 when nothing fits what is asked for,
    7 when a report cannot be written.
    """
    wanted = Wanted(**options)  # type: ignore[arg-type]  # the options above are its fields
    if not watch:
        return _once(setup, wanted)
    settings = setup.config()
    tests = wanted.path or settings.policy.dir
    watched = {_folder(tests), _policies(settings, tests)}
    return again_on_edits(lambda: _once(setup, wanted), watched)


def _once(setup: Setup, wanted: Wanted) -> Exit:
    settings = setup.config()
    tests = wanted.path or settings.policy.dir
    directory = _policies(settings, tests)
    source = read_directory(directory)
    policies = load_source(settings, source)
    suites = read_suites(tests, policies.schema)
    if wanted.filter is not None:
        suites = filtered(suites, wanted.filter)
    left_out = 0
    if wanted.changed_since is not None:
        before = _rows(suites)
        suites = _changed(settings, suites, policies, wanted.changed_since, tests)
        left_out = before - _rows(suites)
        report.say_left_out(left_out, wanted.changed_since)
    measured = coverage.Coverage(policies, source) if wanted.measures else None
    with progress("policy tests") as advance:
        cases = run(
            suites,
            policies,
            advance,
            fail_fast=wanted.fail_fast,
            **({"seen": measured.see} if measured else {}),
        )
    covered = measured.report() if measured else None
    _write(wanted, cases, policies, covered, left_out, directory)
    if wanted.output == "human":
        _say(wanted, tests, cases, policies, covered)
    return _exit(wanted, cases, covered)


def _folder(tests: Path) -> Path:
    return tests if tests.is_dir() else tests.parent


def _policies(settings: Config, tests: Path) -> Path:
    """The policies that the tests are about: those beside them, else the configured."""
    folder = _folder(tests)
    return folder if any(folder.glob("*.polar")) else settings.policy.dir


def _rows(suites: Sequence[Suite]) -> int:
    return sum(len(suite.rows) for suite in suites)


def _changed(
    settings: Config,
    suites: Sequence[Suite],
    policies: PolicySet,
    revision: str,
    tests: Path,
) -> list[Suite]:
    """The suites with the rows that the change can touch; all of them where nothing can be
    said of what was before.
    """
    directory, folder = _policies(settings, tests), _folder(tests)
    with ExitStack() as stack:
        then = stack.enter_context(at_revision(revision, directory))
        try:
            before = load_source(settings, read_directory(then), compare=False)
        except PolicyError as exc:
            click.echo(f"every row is run, as `{revision}` does not load: {exc}", err=True)
            return list(suites)
        if folder != directory:
            then_there = _tests_then(stack, revision, folder)
            same = same_as_in(folder, then_there)
        else:
            same = same_as_in(directory, then)
        return affected(suites, policies, before, same)


def _tests_then(stack: ExitStack, revision: str, folder: Path) -> Path | None:
    """The folder of tests as it was, where the revision says so and it was there."""
    if Path(revision).is_dir() or ":" in revision:
        return None
    try:
        return stack.enter_context(at_revision(revision, folder))
    except NotFound:
        return None


def _write(
    wanted: Wanted,
    cases: Sequence[TestCase],
    policies: PolicySet,
    covered: coverage.Report | None,
    left_out: int,
    directory: Path,
) -> None:
    """What programs read: files, and what goes to stdout for them."""
    if wanted.junit:
        write_report(wanted.junit, junit.render(cases))
    if wanted.coverage_lcov and covered:
        write_report(wanted.coverage_lcov, coverage.as_lcov(covered, directory.as_posix()))
    if wanted.output == "junit":
        click.echo(junit.render(cases), nl=False)
    elif wanted.output == "json":
        found = as_document(cases, policies.revision, covered=covered, left_out=left_out)
        click.echo(json.dumps(found, indent=2))


def _say(
    wanted: Wanted,
    tests: Path,
    cases: Sequence[TestCase],
    policies: PolicySet,
    covered: coverage.Report | None,
) -> None:
    is_whole = not (wanted.filter or wanted.changed_since or wanted.fail_fast)
    if is_whole and tests.is_dir():
        report.say_idle(never_determining(cases, policies))
    if covered:
        report.say_coverage(covered)
    report.say_cases(cases)


def _exit(
    wanted: Wanted, cases: Sequence[TestCase], covered: coverage.Report | None
) -> Exit:
    if not all(case.passed for case in cases):
        return Exit.TESTS_FAILED
    if wanted.threshold is not None and covered and covered.percent < wanted.threshold:
        report.say_threshold(covered, wanted.threshold)
        return Exit.TESTS_FAILED
    return Exit.OK
