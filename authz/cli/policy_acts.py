"""What `authz policy` does with a change: stage, check, approve, activate, roll back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from authz.administration import (
    policy_activation,
    policy_approvals,
    policy_changes,
    policy_checking,
    policy_checks,
    policy_files,
    policy_revisions,
)
from authz.administration.desk import Desk
from authz.administration.policy_activation import Activated
from authz.administration.policy_changes import Change
from authz.administration.policy_checks import Check
from authz.administration.policy_process import site_of
from authz.administration.policy_site import Site
from authz.cli import policy_shown
from authz.cli.acting import Acting, takes_person, with_policies
from authz.cli.policy_process import reviewer
from authz.cli.policy_shown import as_json
from authz.cli.printing import document, in_form, table
from authz.cli.progress import stages
from authz.cli.question import plain
from authz.engine.beside import TEST_LIMIT_BYTES
from authz.errors import RequestError, Unavailable
from authz.settings import Config
from authz.storage.policy_sets import Files

which = click.argument("number", metavar="CHANGE", type=click.IntRange(1))


@contextmanager
def at_site(acting: Acting) -> Iterator[tuple[Desk, Site, Config]]:
    """The desk with the policy directory, and the configuration."""
    settings = acting.setup.config()
    with with_policies(acting) as (desk, policies):
        yield desk, site_of(settings, policies), settings


@click.command(
    epilog="Example: authz policy stage edited/metering.polar --title 'Wider scope'"
    " --as operator@gatehouse.example"
)
@click.argument(
    "paths", metavar="PATH...", nargs=-1, type=click.Path(path_type=Path, exists=True)
)
@click.option("--delete", multiple=True, metavar="NAME", help="A file that goes away.")
@click.option("--title", help="What the change is; needed for a new one.")
@click.option("--description", default=None, help="Why, and for whom.")
@click.option("--change", "number", type=click.IntRange(1), help="One that is staged.")
@in_form
@takes_person
def stage(
    acting: Acting,
    *,
    paths: Sequence[Path],
    delete: Sequence[str],
    title: str | None,
    description: str | None,
    number: int | None,
    output: str,
) -> None:
    """Stage a change, or with --change another edit of one.

    PATH is a policy directory, whole, or files that are laid over those in force.
    """
    texts = {
        "title": None if title is None else plain(title, "--title"),
        "description": description,
    }
    gone = [plain(name, "--delete") for name in delete]
    with at_site(acting) as (desk, site, _):
        files, is_whole = _read(paths)
        if number is not None:
            made = policy_changes.restage(
                desk, site, number, files=files, delete=gone, is_whole=is_whole, **texts
            )
        elif texts["title"] is None:
            raise RequestError("a new change needs a `--title`")
        else:
            made = policy_changes.stage(
                desk,
                site,
                title=texts["title"],
                description=description or "",
                files=files,
                delete=gone,
                is_whole=is_whole,
            )
    _told(made, output)


@click.command(epilog="Example: authz policy check 3 --as operator@gatehouse.example")
@click.argument("number", metavar="CHANGE", type=click.IntRange(1), required=False)
@click.option(
    "--revision",
    type=click.IntRange(1),
    help="Look at what a roll back to it would change, instead.",
)
@in_form
@takes_person
def check(acting: Acting, *, number: int | None, revision: int | None, output: str) -> int:
    """Check a change beside the policies in force, and wait for it.

    Exits with 3 when it does not load, 4 when a test fails, 5 when another step does, 6
    when something could not be decided.
    """
    if (number is None) == (revision is None):
        raise RequestError("name a CHANGE or a `--revision`")
    with at_site(acting) as (desk, site, settings):
        if revision is None:
            assert number is not None
            made = policy_checks.ask(desk, site, number)
        else:
            turn = policy_revisions.find(desk, site, revision)
            made = policy_checks.ask_reverse(desk, site, turn.content)
        with stages("checking the change") as advance:
            look = reviewer(settings, desk.database)
            policy_checking.run(desk.database, made.number, look, advance)
        found = policy_checks.find(desk, made.number)
    _told_check(found, output)
    return policy_shown.exit_of_check(found)


@click.command(
    epilog="Example: authz policy approve 3 --gain 1f0c6a2b9d3e4f50"
    " --as reviewer@gatehouse.example"
)
@which
@click.option("--gain", "gains", multiple=True, metavar="ID", help="One that is wanted.")
@click.option("--comment", default="")
@in_form
@takes_person
def approve(
    acting: Acting, *, number: int, gains: Sequence[str], comment: str, output: str
) -> None:
    """Approve a change, with each gain that `authz policy show` lists named by --gain."""
    with at_site(acting) as (desk, site, _):
        seen = policy_checks.of_change(desk, number)
        check = seen.number if seen else 0
        if gains:
            policy_approvals.tick(desk, site, number, gains, check=check)
        made = policy_approvals.approve(desk, site, number, check=check, comment=comment)
    _told(made, output)


@click.command(
    epilog="Example: authz policy reject 3 --reason 'Too wide'"
    " --as reviewer@gatehouse.example"
)
@which
@click.option("--reason", required=True)
@in_form
@takes_person
def reject(acting: Acting, *, number: int, reason: str, output: str) -> None:
    """Reject a change, which closes it."""
    with at_site(acting) as (desk, site, _):
        made = policy_approvals.reject(desk, site, number, reason=reason)
    _told(made, output)


@click.command(epilog="Example: authz policy withdraw 3 --as operator@gatehouse.example")
@which
@in_form
@takes_person
def withdraw(acting: Acting, *, number: int, output: str) -> None:
    """Withdraw a change of one's own, which closes it."""
    with at_site(acting) as (desk, site, _):
        made = policy_changes.withdraw(desk, site, number)
    _told(made, output)


@click.command(epilog="Example: authz policy activate 3 --as operator@gatehouse.example")
@click.argument("number", metavar="CHANGE", type=click.IntRange(1), required=False)
@click.option("--resume", is_flag=True, help="Finish one that was cut off.")
@in_form
@takes_person
def activate(acting: Acting, *, number: int | None, resume: bool, output: str) -> None:
    """Put an approved change in force.

    Exits with 7 when it was cut off: then the set from before goes on to decide, and
    --resume finishes it.
    """
    if (number is None) is not resume:
        raise RequestError("name a CHANGE or say `--resume`")
    with at_site(acting) as (desk, site, _):
        if number is None:
            done = policy_activation.resume(desk, site)
        else:
            done = policy_activation.activate(desk, site, number)
    _told_turn(done, output)


@click.command(
    "roll-back", epilog="Example: authz policy roll-back 1 --as operator@gatehouse.example"
)
@click.argument("number", metavar="REVISION", type=click.IntRange(1))
@click.option("--reason", default="")
@in_form
@takes_person
def roll_back(acting: Acting, *, number: int, reason: str, output: str) -> None:
    """Put an earlier revision in force again, by its number of `authz policy revisions`."""
    with at_site(acting) as (desk, site, _):
        done = policy_activation.roll_back(desk, site, number, reason=reason)
    _told_turn(done, output)


def _read(paths: Sequence[Path]) -> tuple[Files, bool]:
    """The files that are handed in, and whether they are a whole directory."""
    if any(path.is_dir() for path in paths):
        if len(paths) > 1:
            raise RequestError("name one policy directory, or files")
        return policy_files.read_whole(paths[0]), True
    found: dict[str, bytes] = {}
    for path in paths:
        if path.name in found:
            raise RequestError(f"`{path.name}` is named twice: name the directory instead")
        found[path.name] = _content(path)
    return found, False


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(TEST_LIMIT_BYTES + 1)
    except OSError as exc:
        raise Unavailable(f"cannot read `{path}`: {exc.strerror}") from exc


def _told(change: Change, output: str) -> None:
    if output == "json":
        click.echo(document("policy-change/1", change=as_json(change)))
    else:
        click.echo(table(policy_shown.CHANGES, [policy_shown.change_row(change)]))


def _told_check(check: Check, output: str) -> None:
    if output == "json":
        click.echo(document("policy-check/1", check=as_json(check)))
    else:
        policy_shown.print_check(check)


def _told_turn(done: Activated, output: str) -> None:
    if output == "json":
        click.echo(document("policy-revision/1", revision=as_json(done.turn)))
        return
    click.echo(table(policy_shown.TURNS, [policy_shown.turn_row(done.turn)]))
    if done.is_taken_up:
        click.echo("running servers take it up by themselves", err=True)
    else:
        click.echo("it does not decide yet: see `authz policy status`", err=True)
