"""`authz tenant`: the companies of this server, which operators look after."""

from pathlib import Path

import click

from authz.accounts.passwords import Hasher
from authz.administration import companies, operators
from authz.administration.founding import Company, Owner
from authz.cli import people_shown
from authz.cli.acting import Acting, at_desk, machine_user, policies_of, takes_person
from authz.cli.printing import document, in_form, table
from authz.cli.printing import time as shown_time
from authz.cli.question import plain
from authz.cli.searching import more
from authz.cli.secrets import password_of, takes_password
from authz.cli.setup import Setup, opened, takes_setup
from authz.storage.companies import Company as Listed

HEAD = ("slug", "name", "kind", "status", "people", "since")


@click.group()
def tenant() -> None:
    """Look after the companies of this server, as an operator."""


@tenant.command("list", epilog="Example: authz tenant list --as operator@gatehouse.example")
@click.argument("text", default="")
@click.option(
    "--limit", type=click.IntRange(1, companies.PAGE_MAX), default=50, show_default=True
)
@click.option("--after", default="", help="Go on where a list ended.")
@in_form
@takes_person
def list_(acting: Acting, *, text: str, limit: int, after: str, output: str) -> None:
    """List the companies, by name; TEXT is a part of the name or the slug."""
    with at_desk(acting) as desk:
        found = companies.page(
            desk, plain(text, "TEXT"), after=plain(after, "--after"), limit=limit
        )
    if output == "json":
        listed = [_as_json(one) for one in found.listed]
        click.echo(document("tenant/1", tenants=listed, next=found.next))
        return
    rows = [list(_as_json(one).values()) for one in found.listed]
    click.echo(table(HEAD, rows))
    more(found.next)


@tenant.command(
    epilog="Example: authz tenant add pwani --name 'Pwani Mini-Grids' --kind minigrid"
    " --owner owner@pwani.example --owner-name 'Amina Said' --as operator@gatehouse.example"
)
@click.argument("slug")
@click.option("--name", required=True, help="What the company is called.")
@click.option("--kind", required=True, type=click.Choice(companies.KINDS))
@click.option("--owner", required=True, metavar="E-MAIL", help="Of its first person.")
@click.option("--owner-name", required=True)
@click.option("--timezone", default="UTC", show_default=True, help="Of the first person.")
@click.option("--language", default="en", show_default=True, help="Of the first person.")
@takes_password
@in_form
@takes_person
def add(
    acting: Acting,
    *,
    slug: str,
    name: str,
    kind: str,
    owner: str,
    owner_name: str,
    timezone: str,
    language: str,
    password_file: Path | None,
    output: str,
) -> None:
    """Make the company SLUG with its first person, who may do everything there."""
    with at_desk(acting) as desk:
        made = companies.add(
            desk,
            kind=kind,
            slug=plain(slug, "SLUG"),
            company=Company(plain(name, "--name")),
            owner=Owner(
                plain(owner_name, "--owner-name"),
                plain(owner, "--owner"),
                password_of(password_file),
                timezone,
                language,
            ),
        )
        _told(companies.find(desk, made.tenant.slug), output)


@tenant.command(
    epilog="Example: authz tenant suspend pwani --as operator@gatehouse.example"
)
@click.argument("slug")
@in_form
@takes_person
def suspend(acting: Acting, *, slug: str, output: str) -> None:
    """Let nobody of the company SLUG log in or do anything, until it is resumed."""
    with at_desk(acting) as desk:
        _told(companies.suspend(desk, plain(slug, "SLUG")), output)


@tenant.command(epilog="Example: authz tenant resume pwani --as operator@gatehouse.example")
@click.argument("slug")
@in_form
@takes_person
def resume(acting: Acting, *, slug: str, output: str) -> None:
    """Let the company SLUG work again, with everything as it was."""
    with at_desk(acting) as desk:
        _told(companies.resume(desk, plain(slug, "SLUG")), output)


@tenant.command(
    "first-operator",
    epilog="Example: authz tenant first-operator operator@example.org --name 'Ada Moe'",
)
@click.argument("email", metavar="E-MAIL")
@click.option("--name", required=True)
@takes_password
@in_form
@takes_setup
def first_operator(
    setup: Setup, *, email: str, name: str, password_file: Path | None, output: str
) -> None:
    """Make the tenant `system` and its first operator, where there is none.

    It is the one step that nobody is asked about: a new installation has nobody. Other
    operators are made by `authz user add` and `authz user access`.
    """
    settings = setup.config()
    with opened(settings.store.path) as database:
        made = operators.first(
            database,
            Hasher(),
            policies_of(settings).current(),
            Owner(
                plain(name, "--name"), plain(email, "E-MAIL"), password_of(password_file)
            ),
            actor=machine_user(),
        )
    if output == "json":
        click.echo(document("user/1", user=people_shown.as_json(made)))
    else:
        click.echo(f"{made.email} is the first operator: act with `--as {made.email}`")


def _told(found: Listed, output: str) -> None:
    shown = _as_json(found)
    if output == "json":
        click.echo(document("tenant/1", tenant=shown))
    else:
        click.echo(table(HEAD, [list(shown.values())]))


def _as_json(one: Listed) -> dict[str, object]:
    tenant = one.tenant
    values = (tenant.slug, tenant.name, tenant.kind, tenant.status, one.people)
    return dict(zip(HEAD, (*values, shown_time(one.created_at)), strict=True))
