"""`authz events`: the events log of a company, read, taken out and verified."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from authz.administration import events as log
from authz.cli.acting import Acting, at_desk, takes_person
from authz.cli.exits import Exit
from authz.cli.export import form_of, in_form, to_file
from authz.cli.files import write_text
from authz.cli.printing import document, table
from authz.cli.printing import in_form as in_output
from authz.cli.question import plain
from authz.storage.event_pages import Wanted
from authz.storage.events import Entry

HEAD = ("seq", "at", "who", "through", "action", "about", "result")
ZONE = "UTC"
FILTERS = ("by", "text", "action", "about", "result", "since", "until")


@click.group()
def events() -> None:
    """Read the events log: what was changed, and who was refused."""


def takes_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that takes the options of a search in the log, and gets `Wanted`."""

    @click.option("--by", help="Id of the account that did it.")
    @click.option("--text", default="", help="A part of a name of who or what.")
    @click.option(
        "--action", help="As user.created; with a `.` or `:` at its end, all of it."
    )
    @click.option("--about", help="A type, as user, or type:id.")
    @click.option("--result", type=click.Choice(["ok", "refused"]))
    @click.option("--since", default="", help="The first day, as 2026-11-22, in UTC.")
    @click.option("--until", default="", help="The last day.")
    @functools.wraps(command)
    def with_filters(*arguments: object, **options: Any) -> Any:
        given = {name: options.pop(name) for name in FILTERS}
        return command(*arguments, _wanted(**given), **options)

    return with_filters


@events.command(
    "list", epilog="Example: authz events list --result refused --as owner@pwani.example"
)
@click.option(
    "--limit", type=click.IntRange(1, log.PAGE_MAX), default=50, show_default=True
)
@click.option("--older-than", type=click.IntRange(1), metavar="SEQ")
@in_output
@takes_filters
@takes_person
def list_(
    acting: Acting, wanted: Wanted, *, limit: int, older_than: int | None, output: str
) -> None:
    """List the events, the latest first."""
    with at_desk(acting) as desk:
        found = log.page(desk, wanted, older_than=older_than, limit=limit)
    if output == "json":
        shown = [log.as_object(one) for one in found.entries]
        click.echo(document("events/1", events=shown, older=found.older))
        return
    click.echo(table(HEAD, [_row(one) for one in found.entries]))
    if found.older is not None:
        click.echo(f"there are more: --older-than {found.older}", err=True)


@events.command(epilog="Example: authz events export log.csv --as owner@pwani.example")
@to_file
@in_form
@takes_filters
@takes_person
def export(acting: Acting, wanted: Wanted, *, file: Path | None, form: str | None) -> None:
    """Write the events, the oldest first, to FILE, else to stdout.

    CSV without formulas, or a line of JSON each.
    """
    with at_desk(acting) as desk:
        if form_of(form, file) == "csv":
            text = log.as_csv(desk, wanted)
        else:
            text = "".join(log.as_json(desk, wanted))
        write_text(file, text)


@events.command(epilog="Example: authz events verify --as owner@pwani.example")
@in_output
@takes_person
def verify(acting: Acting, *, output: str) -> int:
    """Say whether every event is as it was written, and none is missing."""
    with at_desk(acting) as desk:
        found, tenant = log.verify(desk), desk.tenant
    is_whole = found.first_bad is None
    if output == "json":
        known = {"entries": found.entries, "first_bad": found.first_bad}
        click.echo(document("events/1", tenant=tenant, ok=is_whole, **known))
    elif is_whole:
        click.echo(f"the log of `{tenant}` is whole: {found.entries} events")
    else:
        click.echo(
            f"the log of `{tenant}` is broken at event {found.first_bad}: it was changed"
            " or taken out after it was written"
        )
    return Exit.OK if is_whole else Exit.GATE_FAILED


def _wanted(
    *,
    by: str | None,
    text: str,
    action: str | None,
    about: str | None,
    result: str | None,
    since: str,
    until: str,
) -> Wanted:
    first, last = log.days(since, until, ZONE)
    type, _, id = plain(about or "", "--about").partition(":")
    return Wanted(
        actor=None if by is None else plain(by, "--by"),
        text=plain(text, "--text"),
        action=None if action is None else plain(action, "--action"),
        object_type=type or None,
        object_id=id or None,
        result=result,
        since=first,
        until=last,
    )


def _row(one: Entry) -> tuple[object, ...]:
    about = f"{one.object_type}:{one.object_id}"
    if one.object_label:
        about = f"{about} {one.object_label}"
    result = one.result if one.reason is None else f"{one.result}, {one.reason}"
    at = f"{one.at[:19]}Z"
    return one.seq, at, one.actor_label, one.channel or "-", one.action, about, result
