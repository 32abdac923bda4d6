"""`authz who`: everybody who may do an action on a resource."""

import click

from authz.cli.exits import Exit
from authz.cli.question import entity, plain
from authz.cli.searching import Asked, as_json, desk, takes_page, takes_search, told
from authz.cli.setup import Setup, takes_setup


@click.command(epilog="Example: authz who metering_unit:read metering_unit:mu-101")
@click.argument("action")
@click.argument("resource")
@click.option("--type", default="user", show_default=True, help="Of the subjects.")
@takes_page
@takes_search
@takes_setup
def who(
    setup: Setup,
    asked: Asked,
    *,
    action: str,
    resource: str,
    type: str,
    limit: int,
    after: str,
    output: str,
) -> int:
    """List who may do ACTION on RESOURCE, which is written type:id."""
    about = entity(resource, "RESOURCE")
    with desk(setup, asked, about, "resource") as at:
        page = at.searches.subjects(
            plain(type, "--type"),
            asked.action(action),
            about,
            at.caller,
            context=asked.context,
            after=after,
            limit=limit,
        )
        if output == "json":
            click.echo(as_json("who", page, [{"type": type, "id": id} for id in page.ids]))
        else:
            told(at, type, page)
    return Exit.OK
