"""`authz diff`: what changes from one policy set to another, and for whom?"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from authz.assurance.differing.difference import SHOW, Difference, compare_sets
from authz.assurance.differing.markdown import markdown
from authz.assurance.differing.sides import Side
from authz.assurance.revisions import at_revision
from authz.cli.diff_shown import report
from authz.cli.exits import Exit
from authz.cli.progress import stages
from authz.cli.setup import Setup, existing, load_source, takes_setup
from authz.engine.source import read_directory
from authz.errors import NotFound, PolicyError
from authz.settings import Config
from authz.storage.database import Database, open_database


@click.command(epilog="Example: authz diff main; authz diff HEAD~1 policies --fail-on gain")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--no-people", is_flag=True, help="Look at no database.")
@click.option(
    "--show",
    type=click.IntRange(min=0),
    default=SHOW,
    help="How many people and things of a group are named.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["gain", "any"]),
    help="Exit with 5 when somebody could do more than before, or when any answer differs.",
)
@click.option("--output", type=click.Choice(["human", "json", "markdown"]), default="human")
@takes_setup
def diff(
    setup: Setup,
    old: str,
    new: str | None,
    no_people: bool,
    show: int,
    fail_on: str | None,
    output: str,
) -> int:
    """Tell what changes from OLD to NEW: the rules, the answers, and who gains or loses.

    OLD and NEW are directories, or git revisions of the repository that holds the policy
    directory, as main, HEAD~1 or HEAD~1:policies. NEW is the configured policy set when it
    is left out. People are those of the configured database, or of --data.

    Exits with 5 where --fail-on says so, else with 6 when something could not be decided;
    with 2 when there is no such directory or revision, with 3 when a policy set or the
    database does not load, with 7 when the database cannot be read.
    """
    settings = setup.config()
    before, after = _sides(settings, old, new)
    with _database(settings, skip=no_people) as database, stages("comparing") as advance:
        difference = compare_sets(
            before, after, database=database, show=show, progress=advance
        )
    if output == "json":
        click.echo(json.dumps(difference.document(), ensure_ascii=False, indent=2))
    elif output == "markdown":
        click.echo(markdown(difference), nl=False)
    else:
        report(difference)
    return _exit(difference, fail_on)


def _exit(difference: Difference, fail_on: str | None) -> Exit:
    if fail_on == "any" and difference.changes or fail_on == "gain" and difference.gains:
        return Exit.GATE_FAILED
    return Exit.INDETERMINATE if difference.is_undecided else Exit.OK


def _sides(settings: Config, old: str, new: str | None) -> tuple[Side, Side]:
    """Both sets; the new one as it would be taken up."""
    directory = settings.policy.dir
    if new is not None and Path(new).is_dir():
        directory = Path(new)
    # WHY not compared with its text: the old one decides nothing here, and what is found
    # out about it is confirmed by asking that text.
    before = _side(settings, old, directory, compare=False)
    if new is None:
        new = str(directory)
    return before, _side(settings, new, directory, compare=True)


def _side(settings: Config, spec: str, directory: Path, *, compare: bool) -> Side:
    with at_revision(spec, directory) as folder:
        try:
            source = read_directory(folder)
            return Side(spec, source, load_source(settings, source, compare=compare))
        except PolicyError as exc:
            raise PolicyError(f"`{spec}` does not load: {exc}") from exc


@contextmanager
def _database(settings: Config, *, skip: bool) -> Iterator[Database | None]:
    """The database with the people; None where there is none, which is said."""
    if skip:
        yield None
        return
    try:
        path = existing(settings.store.path)
    except NotFound as exc:
        click.echo(f"{exc}; people are left out", err=True)
        yield None
        return
    database = open_database(path, time.time)
    try:
        yield database
    finally:
        database.close()
