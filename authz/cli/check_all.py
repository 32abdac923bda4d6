"""`authz check-all`: everything that can be found out about a policy set, in one go."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from authz import __version__
from authz.assurance.reviewing.markdown import MARKS, markdown
from authz.assurance.reviewing.review import OPTIONAL, Review, review
from authz.assurance.reviewing.sarif import sarif
from authz.assurance.reviewing.step import Outcome, Remark, short
from authz.assurance.reviewing.xml import junit
from authz.assurance.revisions import at_revision
from authz.cli.exits import Exit
from authz.cli.files import write_report
from authz.cli.progress import stages
from authz.cli.setup import Setup, takes_setup
from authz.engine.place import near_miss
from authz.errors import RequestError
from authz.storage.database import Database, open_database

_FILE = click.Path(path_type=Path, dir_okay=False)
#: Findings of one step that are shown.
SHOWN_MAX = 10


@click.command("check-all", epilog="Example: authz check-all policies --base origin/main")
@click.argument("path", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--base", metavar="DIR|REV", help="Compare with these policies.")
@click.option(
    "--replay",
    "log",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True),
    help="Replay this decision log.",
)
@click.option("--no-people", is_flag=True, help="Look at no database.")
@click.option(
    "--fail-on",
    type=click.Choice(["gain", "any"]),
    help="Fail when somebody could do more than before, or when any answer differs.",
)
@click.option("--skip", metavar="STEP,...", help="Leave these steps out.")
@click.option(
    "--output",
    type=click.Choice(["human", "json", "sarif", "junit", "markdown"]),
    default="human",
)
@click.option("--sarif", "sarif_file", type=_FILE, help="Write SARIF 2.1.0 there too.")
@click.option("--junit", "junit_file", type=_FILE, help="Write JUnit XML there too.")
@click.option("--markdown", "markdown_file", type=_FILE, help="Write a comment there too.")
@takes_setup
def check_all(
    setup: Setup,
    path: Path | None,
    base: str | None,
    log: Path | None,
    skip: str | None,
    output: str,
    *,
    no_people: bool,
    fail_on: str | None,
    sarif_file: Path | None,
    junit_file: Path | None,
    markdown_file: Path | None,
) -> int:
    """Load, lint, lay out, test, prove; compare with a base; replay what was decided.

    PATH is the configured policy set when it is left out. Every step that can run does.
    People, where --base is given, are those of the configured database, or of --data.

    The first of these that is true is the exit code: 3, the set does not load or a file
    beside it cannot be read; 4, a policy test fails; 5, another step fails: findings, the
    layout, a broken invariant, or what --fail-on names; 6, a step could not be decided; 0.
    It is 2 for a base that is not there, and 7 when the database or the log cannot be read.
    """
    settings = setup.config()
    directory = path or settings.policy.dir
    left_out = _steps(skip)
    with _database(settings.store.path, skip=no_people) as database, stages("load") as told:
        ran = _with_base(
            base,
            directory,
            lambda named: review(
                directory,
                settings=settings,
                base=named,
                database=database,
                log=log,
                fail_on=fail_on,
                skip=left_out,
                progress=told,
            ),
        )
    forms = (("sarif", sarif_file), ("junit", junit_file), ("markdown", markdown_file))
    for form, file in forms:
        if file is not None:
            write_report(file, _FORMS[form](ran))
    click.echo(_FORMS[output](ran), nl=False)
    return _exit(ran)


def _steps(skip: str | None) -> tuple[str, ...]:
    """The steps to leave out. Raises: RequestError."""
    names = tuple(name.strip() for name in skip.split(",")) if skip else ()
    for name in names:
        if name not in OPTIONAL:
            near = near_miss(name, OPTIONAL) or f"; there are {', '.join(OPTIONAL)}"
            raise RequestError(f"no step `{name}` can be left out{near}")
    return names


def _with_base(
    spec: str | None, directory: Path, ask: Callable[[tuple[str, Path] | None], Review]
) -> Review:
    if spec is None:
        return ask(None)
    with at_revision(spec, directory) as folder:
        return ask((spec, folder))


@contextmanager
def _database(path: Path, *, skip: bool) -> Iterator[Database | None]:
    """The configured database; None where there is none. Raises: Unavailable."""
    if skip or not path.exists():
        yield None
        return
    database = open_database(path, time.time)
    try:
        yield database
    finally:
        database.close()


def _exit(ran: Review) -> Exit:
    failed = ran.outcomes(Outcome.FAILED)
    if any(step.name == "load" or not step.is_readable for step in failed):
        return Exit.DOES_NOT_LOAD
    if any(step.name == "test" for step in failed):
        return Exit.TESTS_FAILED
    if failed:
        return Exit.GATE_FAILED
    return Exit.INDETERMINATE if ran.outcomes(Outcome.UNDECIDED) else Exit.OK


def _in_words(ran: Review) -> str:
    return "".join(f"{line}\n" for line in _lines(ran))


def _lines(ran: Review) -> Iterator[str]:
    for step in ran.steps:
        yield f"{MARKS[step.outcome]} {step.name:6}  {step.outcome:9}  {step.summary}"
        for found in step.findings[:SHOWN_MAX]:
            yield f"     {_said(found)}"
        if len(step.findings) > SHOWN_MAX:
            yield f"     and {len(step.findings) - SHOWN_MAX} more"


def _said(found: Remark) -> str:
    place = (
        f"{found.file}:{found.line}: " if found.line else found.file and f"{found.file}: "
    )
    return f"{place}{found.level}: {found.rule}: {short(found.message)}"


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _sarif(ran: Review) -> str:
    found = (one for step in ran.steps for one in step.findings)
    return _json(sarif(found, ran.directory, __version__))


_FORMS: dict[str, Callable[[Review], str]] = {
    "human": _in_words,
    "json": lambda ran: _json(ran.document()),
    "sarif": _sarif,
    "junit": junit,
    "markdown": markdown,
}
