"""`authz test`: does the policy set answer what its test files say?"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from pathlib import Path

import click

from authz.assurance import junit
from authz.assurance.policy_tests import TestCase, never_determining, read_suites, run
from authz.assurance.suites import Suite
from authz.cli.exits import Exit
from authz.cli.progress import progress
from authz.cli.setup import Setup, load_policies, takes_setup
from authz.engine.policyset import PolicySet
from authz.errors import RequestError


@click.command(
    "test", epilog="Example: authz test policies/metering_test.yaml --filter '*branch*'"
)
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--filter", "pattern", help="Only rows whose suite or name fits, as '*owner*'."
)
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results there as JUnit XML.",
)
@click.option("--output", type=click.Choice(["human", "json"]), default="human")
@takes_setup
def policy_test(
    setup: Setup,
    path: Path | None,
    pattern: str | None,
    junit_file: Path | None,
    output: str,
) -> int:
    """Run policy tests: one file, or every *_test.yaml of a directory.

    PATH is the configured policy set when it is left out. Tests beside Polar files run
    against those, all others against the configured set. Exits with 4 when a row fails.
    """
    settings = setup.config()
    tests = path or settings.policy.dir
    policies = load_policies(settings, _beside(tests))
    suites = read_suites(tests, policies.schema)
    if pattern:
        suites = _filtered(suites, pattern)
    with progress("policy tests") as advance:
        cases = run(suites, policies, advance)
    if junit_file:
        junit_file.write_text(junit.render(cases), encoding="utf-8")
    if output == "json":
        click.echo(_as_json(cases, policies))
    else:
        _report(
            cases, () if pattern or tests.is_file() else never_determining(cases, policies)
        )
    return Exit.OK if all(case.passed for case in cases) else Exit.TESTS_FAILED


def _beside(tests: Path) -> Path | None:
    directory = tests if tests.is_dir() else tests.parent
    return directory if any(directory.glob("*.polar")) else None


def _filtered(suites: Sequence[Suite], pattern: str) -> list[Suite]:
    """The suites with the rows that fit; those without a row are left out."""
    kept = [
        replace(
            suite,
            rows=tuple(
                row
                for row in suite.rows
                if fnmatchcase(suite.name, pattern) or fnmatchcase(row.name, pattern)
            ),
        )
        for suite in suites
    ]
    kept = [suite for suite in kept if suite.rows]
    if not kept:
        raise RequestError(f"no row fits the filter `{pattern}`")
    return kept


def _report(cases: Sequence[TestCase], idle: Iterable[str]) -> None:
    for case in cases:
        if not case.passed:
            click.echo(f"{case.file}: {case.name}: {case.message}")
    for policy_id in idle:
        click.echo(f"no row shows the policy `{policy_id}` at work", err=True)
    failed = sum(not case.passed for case in cases)
    click.echo(f"{len(cases) - failed} passed, {failed} failed")


def _as_json(cases: Sequence[TestCase], policies: PolicySet) -> str:
    counts = Counter(case.passed for case in cases)
    return json.dumps(
        {
            "schema": "authz.test/1",
            "policy_revision": policies.revision,
            "passed": counts[True],
            "failed": counts[False],
            "cases": [asdict(case) for case in cases],
        },
        indent=2,
    )
