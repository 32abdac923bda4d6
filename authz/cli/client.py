"""`authz client`: keys for the apps that ask.

A key goes to stdout once, and nothing beside it, so that a script can take it.
"""

from collections.abc import Sequence

import click

from authz.accounts.keys import CHANNELS, SCOPES, Key
from authz.cli.acting import Acting, takes_person
from authz.cli.client_keys import Keys, keys_of
from authz.cli.printing import document, in_form, table, time
from authz.cli.question import plain
from authz.cli.times import end_of
from authz.errors import NotFound, RequestError
from authz.storage.clients import ApiClient

HEAD = ("name", "id", "state", "expires", "channel", "scopes")
in_tenant = click.option(
    "--tenant", help="The company of the key, where it is done for no person."
)


@click.group()
def client() -> None:
    """Make keys for the apps that ask, and take them away.

    With `--as` it is decided by the policies what the person may do. With `--tenant` alone
    it is done by whoever holds the database, and so does the log tell of it.
    """


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
@takes_person
def create(
    acting: Acting,
    name: str,
    *,
    tenant: str | None,
    scopes: tuple[str, ...],
    channel: str | None,
    expires: str | None,
    output: str,
) -> None:
    """Make the client NAME and print its key, this once: only a hash of it is stored."""
    with keys_of(acting, tenant) as keys:
        end = _end(expires, keys)
        made, key = keys.create(plain(name, "NAME"), scopes, channel, end)
        _show(made, key, keys, output)


@client.command("list", epilog="Example: authz client list --tenant pwani")
@in_tenant
@click.option("--all", "revoked_too", is_flag=True, help="Those that were revoked, too.")
@in_form
@takes_person
def list_(acting: Acting, *, tenant: str | None, revoked_too: bool, output: str) -> None:
    """List the clients of a company, by name."""
    with keys_of(acting, tenant) as keys:
        found = [one for one in keys.listed() if revoked_too or one.revoked_at is None]
        now, whose = keys.database.now(), keys.tenant
    if output == "json":
        items = [_as_json(one, now) for one in found]
        click.echo(document("client/1", tenant=whose, clients=items))
    else:
        click.echo(table(HEAD, _rows(found, now)))


@client.command(epilog="Example: authz client revoke shop --tenant pwani")
@click.argument("named", metavar="CLIENT")
@in_tenant
@takes_person
def revoke(acting: Acting, named: str, *, tenant: str | None) -> None:
    """Make the key of CLIENT worthless: its name, or the id in the key.

    A running server refuses the key from the next request on.
    """
    with keys_of(acting, tenant) as keys:
        found = _live(keys, named)
        keys.revoke(found.id)
    click.echo(f"the key {found.id} of `{found.name}` is revoked")


@client.command(epilog="Example: authz client rotate shop --tenant pwani --expires 90d")
@click.argument("named", metavar="CLIENT")
@in_tenant
@click.option("--expires", help="A new end, as in `create`; without it the old one stays.")
@in_form
@takes_person
def rotate(
    acting: Acting, named: str, *, tenant: str | None, expires: str | None, output: str
) -> None:
    """Revoke the key of CLIENT and print a new one, this once.

    The client keeps its name, scopes and channel. For a time in which both keys are good,
    make a second client and revoke the first one later.
    """
    with keys_of(acting, tenant) as keys:
        found = _live(keys, named)
        until = found.expires_at if expires is None else _end(expires, keys)
        if until is not None and until <= keys.database.now():
            raise RequestError(
                f"the key of `{found.name}` ended {time(until)}: give `--expires`"
            )
        made, key = keys.rotate(found.id, until)
        _show(made, key, keys, output)


def _live(keys: Keys, named: str) -> ApiClient:
    """The client that is not revoked, by the id in its key or by its name."""
    plain(named, "CLIENT")
    known = [one for one in keys.listed() if one.revoked_at is None]
    for one in known:
        if one.id == named:
            return one
    for one in known:
        if one.name == named:
            return one
    raise NotFound(
        f"the tenant `{keys.tenant}` has no client `{named}` that is not revoked"
    )


def _show(made: ApiClient, key: Key, keys: Keys, output: str) -> None:
    if output == "json":
        shown = _as_json(made, keys.database.now())
        click.echo(document("client/1", **shown, key=key.text))
    else:
        click.echo(key.text)


def _as_json(one: ApiClient, now: float) -> dict[str, object]:
    return {
        "id": one.id,
        "tenant": one.tenant,
        "name": one.name,
        "scopes": sorted(one.scopes),
        "channel": one.channel,
        "expires_at": time(one.expires_at),
        "revoked_at": time(one.revoked_at),
        "state": _state(one, now),
    }


def _rows(found: Sequence[ApiClient], now: float) -> list[tuple[object, ...]]:
    return [
        (
            one.name,
            one.id,
            _state(one, now),
            time(one.expires_at) or "never",
            one.channel or "any",
            " ".join(sorted(one.scopes)),
        )
        for one in found
    ]


def _state(one: ApiClient, now: float) -> str:
    if one.revoked_at is not None:
        return "revoked"
    return "live" if one.is_live(now) else "expired"


def _end(text: str | None, keys: Keys) -> float | None:
    return None if text is None else end_of(text, keys.database.now(), "--expires")
