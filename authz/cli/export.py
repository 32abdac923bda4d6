"""`authz export`: people and things of every type that has a list, as CSV or JSON."""

from pathlib import Path

import click

from authz.administration import exports
from authz.administration.sheets import FORMS
from authz.cli.acting import Acting, at_desk, takes_person
from authz.cli.files import write_text

in_form = click.option("--form", type=click.Choice(FORMS), help="CSV, or JSON for .json.")
to_file = click.argument("file", required=False, type=click.Path(path_type=Path))


@click.command(epilog="Example: authz export users people.csv --as owner@pwani.example")
@click.argument("what", type=click.Choice(exports.WHATS))
@to_file
@in_form
@takes_person
def export(acting: Acting, *, what: str, file: Path | None, form: str | None) -> None:
    """Write all of WHAT that the person of `--as` may see to FILE, else to stdout.

    FILE is readable by its owner alone, and whole or not there. `authz import` reads what
    this writes of users; events have `authz events export`.
    """
    with at_desk(acting) as desk:
        write_text(file, exports.text(desk, what, form_of(form, file)))


def form_of(form: str | None, file: Path | None) -> str:
    """The form that was asked for, else by the name of the file."""
    is_json = file is not None and file.suffix.lower() in (".json", ".jsonl")
    return form or ("json" if is_json else "csv")
