"""`authz user sessions` and `authz user reset-link`: the logins of a person."""

import click

from authz.administration import links, logins
from authz.cli.acting import Acting, at_desk, takes_person
from authz.cli.printing import document, in_form, table, time
from authz.cli.question import plain
from authz.cli.serve import console_url
from authz.cli.user import whose
from authz.errors import RequestError

HEAD = ("handle", "channel", "begun", "last seen", "address", "with")


@click.command(
    epilog="Example: authz user sessions field@pwani.example --end-all"
    " --as owner@pwani.example"
)
@whose
@click.option("--end", "handle", help="End the session with this handle.")
@click.option("--end-all", is_flag=True, help="End all of them.")
@in_form
@takes_person
def sessions(
    acting: Acting, *, named: str, handle: str | None, end_all: bool, output: str
) -> None:
    """List where PERSON is logged in, or end it."""
    if handle is not None and end_all:
        raise RequestError("`--end` and `--end-all` exclude each other")
    plain(named, "PERSON")
    with at_desk(acting) as desk:
        if end_all:
            click.echo(f"{logins.end_all(desk, named)} sessions were ended")
        elif handle is not None:
            logins.end(desk, named, plain(handle, "--end"))
            click.echo(f"the session {handle} was ended")
        else:
            _tell(logins.live(desk, named), output)


@click.command(
    "reset-link",
    epilog="Example: authz user reset-link field@pwani.example --as owner@pwani.example",
)
@whose
@takes_person
def reset_link(acting: Acting, *, named: str) -> None:
    """Print a link by which PERSON chooses a new password: good for an hour, and once.

    Whoever has it can take over the account, where there is no second factor: hand it to
    nobody else.
    """
    url = console_url(acting.setup.config())
    if url is None:
        raise RequestError(
            "the console is not served (`server.console.enabled`): no link works"
        )
    with at_desk(acting) as desk:
        token = links.reset_token(desk, plain(named, "PERSON"))
    click.echo(f"{url}/reset/{token}")


def _tell(found: tuple[logins.Session, ...], output: str) -> None:
    rows = [
        (
            one.handle,
            one.channel,
            time(one.created_at),
            time(one.last_seen_at),
            one.address or "-",
            one.user_agent or "-",
        )
        for one in found
    ]
    if output == "json":
        names = [name.replace(" ", "_") for name in HEAD]
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(document("sessions/1", sessions=listed))
        return
    click.echo(table(HEAD, rows))
