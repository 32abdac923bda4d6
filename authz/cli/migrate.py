"""`authz migrate`: bring the database to the tables of this version."""

import click

from authz.cli.setup import Setup, existing, takes_setup
from authz.storage import database


@click.command(epilog="Example: authz migrate --data /var/lib/gatehouse")
@takes_setup
def migrate(setup: Setup) -> None:
    """Apply the migrations that the database lacks. They go forward only."""
    steps = database.migrate(existing(setup.config().store.path))
    for step in steps:
        click.echo(f"applied {step}")
    if not steps:
        click.echo("nothing to do")
