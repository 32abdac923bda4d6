"""`authz client`: keys for the apps that ask.

A key goes to stdout once, and nothing beside it, so that a script can take it.
"""

import json
import os
import pwd
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click

from authz.accounts.keys import CHANNELS, SCOPES, Key
from authz.cli.question import plain
from authz.cli.setup import Setup, opened, takes_setup
from authz.errors import NotFound, RequestError
from authz.storage import clients
from authz.storage.clients import ApiClient
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.tenants import find_tenant

SCHEMA = "authz.client/1"

in_tenant = click.option(
    "--tenant", required=True, help="The tenant that the key is bound to."
)
in_form = click.option("--output", type=click.Choice(["human", "json"]), default="human")


@click.group()
def client() -> None:
    """Make keys for the apps that ask, and take them away."""


@client.command(
    epilog="Example: authz client create shop --tenant pwani --scope decision:check"
)
@click.argument("name")
@in_tenant
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it may do; may be repeated.",
)
@click.option(
    "--channel", type=click.Choice(CHANNELS), help="Through what its users act, always."
)
@click.option(
    "--expires",
    help="How long it is good, as 12h or 90d, or until when, as 2027-01-31T12:00Z;"
    " without it, until revoked.",
)
@in_form
@takes_setup
def create(
    setup: Setup,
    name: str,
    *,
    tenant: str,
    scopes: tuple[str, ...],
    channel: str | None,
    expires: str | None,
    output: str,
) -> None:
    """Make the client NAME and print its key, this once: only a hash of it is stored."""
    with opened(setup.config().store.path) as database:
        made, key = clients.create(
            database,
            plain(tenant, "--tenant"),
            plain(name, "NAME"),
            scopes,
            actor=_person(),
            channel=channel,
            expires_at=_end(expires, database),
        )
        _show(made, key, database, output)


@client.command("list", epilog="Example: authz client list --tenant pwani")
@in_tenant
@click.option("--all", "revoked_too", is_flag=True, help="Those that were revoked, too.")
@in_form
@takes_setup
def list_(setup: Setup, *, tenant: str, revoked_too: bool, output: str) -> None:
    """List the clients of a tenant, by name."""
    with opened(setup.config().store.path) as database:
        find_tenant(database, plain(tenant, "--tenant"))
        found = [
            one
            for one in clients.list_clients(database, tenant)
            if revoked_too or one.revoked_at is None
        ]
        now = database.now()
    if output == "json":
        items = [_as_json(one, now) for one in found]
        said = {"schema": SCHEMA, "tenant": tenant, "clients": items}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_table(found, now)))


@client.command(epilog="Example: authz client revoke shop --tenant pwani")
@click.argument("named", metavar="CLIENT")
@in_tenant
@takes_setup
def revoke(setup: Setup, named: str, *, tenant: str) -> None:
    """Make the key of CLIENT worthless: its name, or the id in the key.

    A running server refuses the key from the next request on.
    """
    with opened(setup.config().store.path) as database:
        found = _live(database, tenant, named)
        clients.revoke(database, tenant, found.id, actor=_person())
    click.echo(f"the key {found.id} of `{found.name}` is revoked")


@client.command(epilog="Example: authz client rotate shop --tenant pwani --expires 90d")
@click.argument("named", metavar="CLIENT")
@in_tenant
@click.option("--expires", help="A new end, as in `create`; without it the old one stays.")
@in_form
@takes_setup
def rotate(
    setup: Setup, named: str, *, tenant: str, expires: str | None, output: str
) -> None:
    """Revoke the key of CLIENT and print a new one, this once.

    The client keeps its name, scopes and channel. For a time in which both keys are good,
    make a second client and revoke the first one later.
    """
    with opened(setup.config().store.path) as database:
        found = _live(database, tenant, named)
        until = found.expires_at if expires is None else _end(expires, database)
        if until is not None and until <= database.now():
            raise RequestError(
                f"the key of `{found.name}` ended {_time(until)}: give `--expires`"
            )
        made, key = clients.rotate(
            database, tenant, found.id, actor=_person(), expires_at=until
        )
        _show(made, key, database, output)


def _live(database: Database, tenant: str, named: str) -> ApiClient:
    """The client that is not revoked, by the id in its key or by its name."""
    find_tenant(database, plain(tenant, "--tenant"))
    plain(named, "CLIENT")
    known = [c for c in clients.list_clients(database, tenant) if c.revoked_at is None]
    for one in known:
        if one.id == named:
            return one
    for one in known:
        if one.name == named:
            return one
    raise NotFound(f"the tenant `{tenant}` has no client `{named}` that is not revoked")


def _show(made: ApiClient, key: Key, database: Database, output: str) -> None:
    if output == "json":
        said = {"schema": SCHEMA, **_as_json(made, database.now()), "key": key.text}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        click.echo(key.text)


def _as_json(one: ApiClient, now: float) -> dict[str, object]:
    return {
        "id": one.id,
        "tenant": one.tenant,
        "name": one.name,
        "scopes": sorted(one.scopes),
        "channel": one.channel,
        "expires_at": None if one.expires_at is None else _time(one.expires_at),
        "revoked_at": None if one.revoked_at is None else _time(one.revoked_at),
        "state": _state(one, now),
    }


def _table(found: Sequence[ApiClient], now: float) -> Iterator[str]:
    rows = [("NAME", "ID", "STATE", "EXPIRES", "CHANNEL", "SCOPES")]
    for one in found:
        until = "never" if one.expires_at is None else _time(one.expires_at)
        scopes = " ".join(sorted(one.scopes))
        state = _state(one, now)
        rows.append((one.name, one.id, state, until, one.channel or "any", scopes))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _state(one: ApiClient, now: float) -> str:
    if one.revoked_at is not None:
        return "revoked"
    return "live" if one.is_live(now) else "expired"


def _time(seconds: float) -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _end(text: str | None, database: Database) -> float | None:
    """Epoch seconds of what `--expires` says. Raises: RequestError."""
    if text is None:
        return None
    now = database.now()
    if found := re.fullmatch(r"([1-9][0-9]{0,4})([hd])", text):
        unit = {"h": "hours", "d": "days"}[found[2]]
        return now + timedelta(**{unit: int(found[1])}).total_seconds()
    try:
        given = datetime.fromisoformat(text)
        until = given.astimezone(UTC) if given.tzinfo else None
    except (ValueError, OverflowError):
        until = None
    if until is None:
        raise RequestError(
            "`--expires` is hours, days or a time with its zone, as `12h`, `90d` or"
            f" `2027-01-31T12:00Z`, not `{text}`"
        )
    if until.timestamp() <= now:
        raise RequestError(f"`--expires` is in the past: `{text}`")
    return until.timestamp()


def _person() -> Actor:
    """Whoever sits at the machine, for the events log."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    return Actor("command_line", name, f"{name} on the command line")
