"""`authz import`: people from a table, all of it or nothing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from authz.administration import imports, sheets
from authz.administration.imports import Report
from authz.administration.tables import csv_text
from authz.cli.acting import Acting, at_desk, takes_person
from authz.cli.exits import Exit
from authz.cli.files import read_text, write_text
from authz.cli.printing import document, in_form, table
from authz.cli.progress import stages
from authz.errors import RequestError

HEAD = ("line", "e-mail", "result", "column", "why")
CANNOT = "cannot be done"


@click.command(
    "import",
    epilog="Example: authz import people.csv --dry-run --as owner@pwani.example",
)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Say what each row would do; save nothing.")
@click.option(
    "--form",
    type=click.Choice(sheets.FORMS),
    help="Without it, by the name of FILE: JSON for .json, else CSV.",
)
@click.option(
    "--passwords",
    type=click.Path(path_type=Path),
    help="File for the passwords of those who are added; without it nobody is told them.",
)
@in_form
@takes_person
def import_(
    acting: Acting,
    *,
    file: Path,
    dry_run: bool,
    form: str | None,
    passwords: Path | None,
    output: str,
) -> int:
    """Add and change people from FILE, or from standard input for `-`.

    A person is named by the e-mail; docs/commands.md has the columns. One row that cannot
    be done keeps all of them out. Who is added gets a password by chance, and may choose
    another by the link for a forgotten one.
    """
    form = form or ("json" if file.suffix.lower() == ".json" else "csv")
    text = read_text(file, sheets.TEXT_MAX)
    with at_desk(acting) as desk, stages("reading") as advance:
        try_out = partial(imports.people_from, desk, text, form=form, progress=advance)
        if passwords is None or dry_run:
            report = try_out(save=not dry_run)
        else:
            report = _with_passwords(try_out, passwords)
    _tell(report, dry_run, output)
    return Exit.USAGE if report.problems else Exit.OK


def _with_passwords(save: Callable[..., Report], file: Path) -> Report:
    """The report of an import, once the passwords are in a new file."""
    if file.exists():
        raise RequestError(f"there is a file `{file}` already: name a new one")
    # WHY first: with no place for them the passwords would be lost.
    write_text(file, "")
    told: list[tuple[str, str]] = []
    try:
        report = save(save=True)
        told = [(row.email, row.password) for row in report.rows if row.password]
        write_text(file, csv_text(("email", "password"), told))
        return report
    finally:
        if not told:
            file.unlink(missing_ok=True)


def _tell(report: Report, dry_run: bool, output: str) -> None:
    rows = [
        (row.line, row.email, row.does or CANNOT, row.field, row.problem)
        for row in report.rows
    ]
    if output == "json":
        names = ("line", "email", "result", "column", "why")
        told = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(document("import/1", saved=report.is_saved, rows=told))
    else:
        click.echo(table(HEAD, rows))
    click.echo(_outcome(report, dry_run), err=True)


def _outcome(report: Report, dry_run: bool) -> str:
    counts = {
        does: sum(row.does == does for row in report.rows)
        for does in (imports.ADDED, imports.CHANGED, imports.SAME)
    }
    if report.problems:
        count, total = len(report.problems), len(report.rows)
        return f"nothing was saved: {count} of {total} rows cannot be done"
    said = ", ".join(f"{count} {does}" for does, count in counts.items())
    return (
        f"{said}; nothing was saved, as `--dry-run` says" if dry_run else f"saved: {said}"
    )
