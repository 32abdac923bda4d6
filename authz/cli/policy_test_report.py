"""What `authz test` tells people: rows that fail on stdout, remarks on stderr."""

from collections.abc import Iterable, Sequence

import click

from authz.assurance.coverage import Report, ranges
from authz.assurance.policy_tests import TestCase
from authz.assurance.results import failed, todo
from authz.cli.printing import table


def say_cases(cases: Sequence[TestCase]) -> None:
    """The rows that failed, those still to do, and how many of each there are."""
    for case in failed(cases):
        click.echo(f"{case.file}: {case.name}: {case.message}")
    left = todo(cases)
    for case in left:
        click.echo(f"{case.file}: {case.name}: to do: {case.todo}")
    passed = len(cases) - len(failed(cases)) - len(left)
    said = f"{passed} passed, {len(failed(cases))} failed"
    click.echo(f"{said}, {len(left)} to do" if left else said)


def say_idle(policies: Iterable[str]) -> None:
    """The policies that no row shows at work."""
    for policy_id in policies:
        click.echo(f"no row shows the policy `{policy_id}` at work", err=True)


def say_left_out(rows: int, revision: str) -> None:
    """How many rows are not run, and why."""
    click.echo(
        f"{rows} rows left out: their test files and the conditions of what they ask are "
        f"as in `{revision}`",
        err=True,
    )


def say_coverage(report: Report) -> None:
    """File by file what was put to work, and what was not."""
    rows = [
        (file.file, f"{len(file.lines) - len(file.missing)} of {len(file.lines)}", missing)
        for file in report.files
        for missing in [ranges(file.missing)]
    ]
    click.echo(table(("file", "lines", "missing"), rows))
    for policy_id in report.idle:
        click.echo(f"never at work: {policy_id}")
    policies = f"{report.policies - len(report.idle)} of {report.policies} policies"
    met = f"{report.conditions - len(report.unsatisfied)} of {report.conditions} conditions"
    click.echo(f"{report.percent} % of the lines, {policies}, {met}\n")


def say_threshold(report: Report, threshold: float) -> None:
    """That there is too little coverage."""
    click.echo(
        f"the rows put {report.percent} % of the lines to work, less than the threshold of "
        f"{threshold:g} %",
        err=True,
    )
