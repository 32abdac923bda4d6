"""`authz client`: keys for the apps that ask."""

import os
import pwd
import re
from datetime import timedelta

import click

from authz.accounts.keys import CHANNELS, SCOPES
from authz.cli.setup import Setup, opened, takes_setup
from authz.errors import RequestError
from authz.storage import clients
from authz.storage.events import Actor


@click.group()
def client() -> None:
    """Make keys for the apps that ask."""


@client.command(
    epilog="Example: authz client create shop --tenant pwani --scope decision:check"
)
@click.argument("name")
@click.option("--tenant", required=True, help="The tenant that the key is bound to.")
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
    "--expires", help="How long it is good, as 12h or 90d; without it, until revoked."
)
@takes_setup
def create(
    setup: Setup,
    name: str,
    *,
    tenant: str,
    scopes: tuple[str, ...],
    channel: str | None,
    expires: str | None,
) -> None:
    """Make the client NAME and print its key, this once: only a hash of it is stored."""
    lifetime = _lifetime(expires)
    with opened(setup.config().store.path) as database:
        _, key = clients.create(
            database,
            tenant,
            name,
            scopes,
            actor=_person(),
            channel=channel,
            expires_at=None
            if lifetime is None
            else database.now() + lifetime.total_seconds(),
        )
    click.echo(key.text)


def _lifetime(text: str | None) -> timedelta | None:
    if text is None:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,4})([hd])", text)
    if not found:
        raise RequestError(f"`--expires` is hours or days, as `12h` or `90d`, not `{text}`")
    return timedelta(**{{"h": "hours", "d": "days"}[found[2]]: int(found[1])})


def _person() -> Actor:
    """Whoever sits at the machine, for the events log."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    return Actor("command_line", name, f"{name} on the command line")
