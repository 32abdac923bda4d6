"""`authz policy`: changes of the policies from the first draft until they are in force."""

import click

from authz.administration import policy_approvals, policy_changes, policy_revisions
from authz.administration import policy_checks as checks
from authz.administration.policy_process import site_of
from authz.cli import policy_shown
from authz.cli.acting import Acting, takes_person, with_policies
from authz.cli.policy_shown import as_json
from authz.cli.printing import document, in_form, table, time
from authz.storage.policy_changes import STATUSES

LIMIT = click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
BEFORE = click.option("--before", type=click.IntRange(1), help="Go on where a list ended.")


@click.group()
def policy() -> None:
    """Change the policies by the rules: stage, check, approve, activate, roll back.

    What the person of `--as` may not do is refused (exit 10). What the rules of the process
    say no to, whatever the policies say, exits with 5.
    """


@policy.command("list", epilog="Example: authz policy list --as reviewer@gatehouse.example")
@click.option("--status", type=click.Choice(STATUSES), default=None)
@BEFORE
@LIMIT
@in_form
@takes_person
def list_(
    acting: Acting, *, status: str | None, before: int | None, limit: int, output: str
) -> None:
    """List the changes, the latest first."""
    with with_policies(acting) as (desk, policies):
        site = site_of(acting.setup.config(), policies)
        found = policy_changes.page(
            desk, site, status=status or "", before=before, limit=limit
        )
    if output == "json":
        click.echo(
            document("policy-changes/1", changes=as_json(found.changes), next=found.next)
        )
        return
    rows = [policy_shown.change_row(one) for one in found.changes]
    click.echo(table(policy_shown.CHANGES, rows))
    if found.next is not None:
        click.echo(f"there are more: --before {found.next}", err=True)


@policy.command(epilog="Example: authz policy show 3 --as reviewer@gatehouse.example")
@click.argument("number", metavar="CHANGE", type=click.IntRange(1))
@in_form
@takes_person
def show(acting: Acting, *, number: int, output: str) -> None:
    """Show a change: its files, its last check, what it opens, what is in its way."""
    with with_policies(acting) as (desk, policies):
        site = site_of(acting.setup.config(), policies)
        change = policy_changes.find(desk, site, number)
        check = checks.of_change(desk, number)
        standing = policy_approvals.standing(desk, site, number)
        base, candidate = (
            policy_changes.base(desk, number),
            policy_changes.candidate(desk, number),
        )
    if output == "json":
        told = {"check": as_json(check), "standing": as_json(standing)}
        click.echo(document("policy-change/1", change=as_json(change), **told))
        return
    policy_shown.print_change(change, base, candidate, check, standing)


@policy.command(epilog="Example: authz policy status --as reviewer@gatehouse.example")
@in_form
@takes_person
def status(acting: Acting, *, output: str) -> None:
    """Show what is in force, and whether its files are well."""
    with with_policies(acting) as (desk, policies):
        site = site_of(acting.setup.config(), policies)
        found = policy_revisions.status(desk, site)
    if output == "json":
        health = {"ok": found.health.ok, "message": found.health.message}
        told = {"turn": as_json(found.turn), "unfinished": as_json(found.unfinished)}
        click.echo(
            document(
                "policy-status/1", **told, health=health, is_writable=found.is_writable
            )
        )
        return
    if found.turn is not None:
        since = time(found.turn.since)
        click.echo(f"in force since {since}: {found.turn.revision}")
    click.echo(
        "the files are what decides"
        if found.health.ok
        else f"degraded: {found.health.message}"
    )
    if found.unfinished is not None:
        click.echo("an activation was cut off: `authz policy activate --resume`")
    if not found.is_writable:
        click.echo("the policy directory cannot be written from here")


@policy.command(epilog="Example: authz policy revisions --as reviewer@gatehouse.example")
@BEFORE
@LIMIT
@in_form
@takes_person
def revisions(acting: Acting, *, before: int | None, limit: int, output: str) -> None:
    """List what is and was in force, the latest first; each can be rolled back to."""
    with with_policies(acting) as (desk, policies):
        site = site_of(acting.setup.config(), policies)
        found = policy_revisions.turns(desk, site, before=before, limit=limit)
    if output == "json":
        click.echo(document("policy-revisions/1", revisions=as_json(found)))
        return
    click.echo(table(policy_shown.TURNS, [policy_shown.turn_row(one) for one in found]))
