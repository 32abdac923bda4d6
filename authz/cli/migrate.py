"""`authz migrate`: bring the database to the tables of this version."""

import click

from authz.cli.setup import Setup, takes_setup
from authz.errors import NotFound
from authz.storage import database


@click.command(epilog="Example: authz migrate --data /var/lib/gatehouse")
@takes_setup
def migrate(setup: Setup) -> None:
    """Apply the migrations that the database lacks. They go forward only."""
    path = setup.config().store.path
    if not path.exists():
        raise NotFound(f"there is no database `{path}`: `authz serve` makes one")
    steps = database.migrate(path)
    for step in steps:
        click.echo(f"applied {step}")
    if not steps:
        click.echo("nothing to do")
