"""`authz can`: what a subject may do, and on what."""

import json

import click

from authz.cli.exits import Exit
from authz.cli.question import entity, plain
from authz.cli.searching import (
    Asked,
    Desk,
    as_json,
    desk,
    more,
    takes_page,
    takes_search,
    told,
)
from authz.cli.setup import Setup, takes_setup
from authz.decisions.search import Page
from authz.errors import RequestError
from authz.model import Entity


@click.command(
    epilog="Example: authz can user:service_tech@domain.com metering_unit:read"
    " metering_unit"
)
@click.argument("subject")
@click.argument("action", required=False)
@click.argument("type", required=False)
@click.option("--on", "resource", help="List the actions on this one, as type:id.")
@takes_page
@takes_search
@takes_setup
def can(
    setup: Setup,
    asked: Asked,
    *,
    subject: str,
    action: str | None,
    type: str | None,
    resource: str | None,
    limit: int,
    after: str,
    output: str,
) -> int:
    """List the resources of TYPE on which SUBJECT may do ACTION.

    Without TYPE or ACTION, count them for each type and action there is. SUBJECT is
    written type:id; a user may be named by e-mail.
    """
    if resource is not None and action:
        raise RequestError("`--on` lists actions: leave ACTION out")
    if after and resource is None and not type:
        raise RequestError("`--after` goes on with a list: name ACTION and TYPE")
    asker = entity(subject, "SUBJECT")
    about = None if resource is None else entity(resource, "--on")
    with desk(setup, asked, asker, "subject") as at:
        if about:
            page = at.searches.actions(
                asker, about, at.caller, context=asked.context, after=after, limit=limit
            )
            _actions(page, output)
        elif action and type:
            page = _resources(at, asked, asker, action, type, after=after, limit=limit)
            if output == "json":
                found = [{"type": type, "id": id} for id in page.ids]
                click.echo(as_json("can", page, found))
            else:
                told(at, type, page)
        else:
            _overview(at, asked, asker, action, limit, output)
    return Exit.OK


def _resources(
    at: Desk,
    asked: Asked,
    subject: Entity,
    action: str,
    type: str,
    *,
    after: str = "",
    limit: int,
) -> Page:
    return at.searches.resources(
        subject,
        asked.action(action),
        plain(type, "TYPE"),
        at.caller,
        context=asked.context,
        after=after,
        limit=limit,
    )


def _actions(page: Page, output: str) -> None:
    if output == "json":
        click.echo(as_json("can", page, [{"name": name} for name in page.ids]))
        return
    for name in page.ids:
        click.echo(name)
    more(page.next)


def _overview(
    at: Desk, asked: Asked, subject: Entity, action: str | None, limit: int, output: str
) -> None:
    """How many there are of each type, for each action that is open on any."""
    rows = []
    for kind in sorted(at.schema.types.values(), key=lambda kind: kind.name):
        for name in sorted(kind.actions):
            if action not in (None, name):
                continue
            page = _resources(at, asked, subject, name, kind.name, limit=limit)
            if page.ids:
                rows.append((kind.name, name, len(page.ids), page.next is not None))
    if output == "json":
        counted = [
            {"type": type, "action": name, "count": count, "more": further}
            for type, name, count, further in rows
        ]
        shown = {"schema": "authz.can.overview/1", "results": counted}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    width = max((len(type) for type, *_ in rows), default=0)
    wide = max((len(name) for _, name, *_ in rows), default=0)
    for type, name, count, further in rows:
        click.echo(f"{type:{width}}  {name:{wide}}  {count}{'+' if further else ''}")
