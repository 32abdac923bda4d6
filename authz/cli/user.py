"""`authz user`: the people of a company, as in the console under Users."""

import sys
from pathlib import Path

import click

from authz.administration import people
from authz.administration.people import Profile
from authz.cli import people_shown
from authz.cli.acting import Acting, at_desk, takes_person
from authz.cli.printing import document, in_form, table
from authz.cli.question import plain
from authz.cli.searching import more
from authz.cli.secrets import password_of, takes_password
from authz.errors import Conflict, RequestError
from authz.storage.directory import Wanted
from authz.storage.people import Account

#: What a list shows -> the standings of those in it.
SHOWN = {"all": ("active", "blocked"), "blocked": ("blocked",), "deleted": ("deleted",)}
whose = click.argument("named", metavar="PERSON")


@click.group()
def user() -> None:
    """Look after the people of a company.

    PERSON is an e-mail or an id. What the person of `--as` may not do is refused.
    """


@user.command(
    "list", epilog="Example: authz user list --as owner@pwani.example --role user"
)
@click.argument("text", default="")
@click.option("--role", help="Only those with this role or access level.")
@click.option("--show", type=click.Choice(list(SHOWN)), default="all", show_default=True)
@click.option("--without-role", is_flag=True, help="Only those who may do nothing.")
@click.option(
    "--limit", type=click.IntRange(1, people.PAGE_MAX), default=50, show_default=True
)
@click.option("--after", default="", help="Go on where a list ended.")
@in_form
@takes_person
def list_(
    acting: Acting,
    *,
    text: str,
    role: str | None,
    show: str,
    without_role: bool,
    limit: int,
    after: str,
    output: str,
) -> None:
    """List the people, by name; TEXT is a part of the name or the e-mail."""
    wanted = Wanted(
        text=plain(text, "TEXT"),
        statuses=SHOWN[show],
        role=None if role is None else plain(role, "--role"),
        without_role=without_role,
    )
    with at_desk(acting) as desk:
        found = people.page(desk, wanted, after=plain(after, "--after"), limit=limit)
    accounts = [one.account for one in found.listed]
    if output == "json":
        listed = [people_shown.as_json(one) for one in accounts]
        click.echo(document("user/1", users=listed, next=found.next))
        return
    click.echo(table(people_shown.HEAD, [people_shown.row(one) for one in accounts]))
    more(found.next)


@user.command(
    epilog="Example: authz user show field@pwani.example --as owner@pwani.example"
)
@whose
@in_form
@takes_person
def show(acting: Acting, *, named: str, output: str) -> None:
    """Show what is recorded of PERSON."""
    with at_desk(acting) as desk:
        told(people.find(desk, plain(named, "PERSON")), output)


@user.command(
    epilog="Example: authz user add new@pwani.example --name 'New Hire'"
    " --as owner@pwani.example"
)
@click.argument("email", metavar="E-MAIL")
@click.option("--name", required=True)
@click.option("--timezone", default="UTC", show_default=True)
@click.option("--language", default="en", show_default=True)
@takes_password
@in_form
@takes_person
def add(
    acting: Acting,
    *,
    email: str,
    name: str,
    timezone: str,
    language: str,
    password_file: Path | None,
    output: str,
) -> None:
    """Make an account, which may do nothing yet: see `authz user access`."""
    with at_desk(acting) as desk:
        made = people.add(
            desk,
            email=plain(email, "E-MAIL"),
            name=plain(name, "--name"),
            password=password_of(password_file),
            timezone=timezone,
            language=language,
        )
    told(made, output)


@user.command(
    epilog="Example: authz user edit field@pwani.example --phone '+255 700 000 001'"
    " --as owner@pwani.example"
)
@whose
@click.option("--email")
@click.option("--name")
@click.option("--phone")
@click.option("--street")
@click.option("--timezone")
@click.option("--language")
@click.option("--password", "asks", is_flag=True, help="Ask for a new password.")
@takes_password
@in_form
@takes_person
def edit(
    acting: Acting,
    *,
    named: str,
    email: str | None,
    asks: bool,
    password_file: Path | None,
    output: str,
    **profile: str | None,
) -> None:
    """Change what is recorded of PERSON; what is not named stays as it is."""
    given = {name: plain(value, f"--{name}") for name, value in profile.items() if value}
    for name, value in profile.items():
        if value is not None and not value.strip():
            raise RequestError(f"`--{name}` is empty: leave it out to keep what is there")
    with at_desk(acting) as desk:
        is_new = asks or password_file is not None
        saved = people.edit(
            desk,
            plain(named, "PERSON"),
            email=email,
            password=password_of(password_file) if is_new else "",
            profile=Profile(**given),
        )
    told(saved, output)


@user.command(
    epilog="Example: authz user block gone@pwani.example --as owner@pwani.example"
)
@whose
@takes_person
def block(acting: Acting, *, named: str) -> None:
    """Keep PERSON out, and log the person out everywhere, until unblocked."""
    with at_desk(acting) as desk:
        account = people.block(desk, plain(named, "PERSON"))
    click.echo(f"{account.email} is blocked")


@user.command(
    epilog="Example: authz user unblock back@pwani.example --as owner@pwani.example"
)
@whose
@takes_person
def unblock(acting: Acting, *, named: str) -> None:
    """Let PERSON log in again, with the access from before."""
    with at_desk(acting) as desk:
        account = people.unblock(desk, plain(named, "PERSON"))
    click.echo(f"{account.email} is active")


@user.command(
    epilog="Example: authz user delete gone@pwani.example --yes --as owner@pwani.example"
)
@whose
@click.option("--yes", is_flag=True, help="Do not ask.")
@takes_person
def delete(acting: Acting, *, named: str, yes: bool) -> None:
    """Delete the account of PERSON for good; what the person did stays, with the name."""
    with at_desk(acting) as desk:
        account = people.find(desk, plain(named, "PERSON"))
        if not yes:
            _check_sure(account, people.event_count(desk, account.id))
        people.delete(desk, account.id)
    click.echo(f"{account.email} is deleted")


def told(account: Account, output: str) -> None:
    """Print a person."""
    if output == "json":
        click.echo(document("user/1", user=people_shown.as_json(account)))
        return
    for name, value in people_shown.lines(account):
        click.echo(f"{name:9}  {value}")


def _check_sure(account: Account, events: int) -> None:
    """Raises: Conflict, where the answer is no; RequestError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise RequestError("there is no terminal to ask on: give `--yes`")
    said = f"{account.name} did what {events} events tell of; they stay."
    typed = click.prompt(f"{said} Type the e-mail to delete the account for good", err=True)
    if typed.strip() != account.email:
        raise Conflict("that is another e-mail: nothing was deleted")
