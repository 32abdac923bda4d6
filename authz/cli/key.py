"""`authz key`: the keys that the service made for itself: public parts, and new ones."""

import json

import click

from authz.accounts import keyfiles, tokenkeys
from authz.cli.setup import Setup, takes_setup

#: What a key is for -> its file.
FILES = {"metadata": keyfiles.METADATA, "tokens": tokenkeys.CURRENT}


@click.group()
def key() -> None:
    """Show the public keys of the service, or have a new one."""


@key.command(epilog="Example: authz key show metadata")
@click.argument("purpose", type=click.Choice(list(FILES)))
@click.option("--output", type=click.Choice(["human", "json", "pem"]), default="human")
@takes_setup
def show(setup: Setup, *, purpose: str, output: str) -> None:
    """Print the key by which others verify what is signed for PURPOSE.

    `metadata`: the member `signed_metadata` of /.well-known/authzen-configuration.
    `tokens`: the personal tokens of people in apps.
    """
    path = keyfiles.path_of(setup.config().store.path, FILES[purpose])
    found = keyfiles.existing_signing_key(path)
    jwk = json.dumps(found.jwk, indent=2)
    click.echo(
        {"human": f"{jwk}\n{found.pem}", "json": jwk, "pem": found.pem}[output].rstrip()
    )


@key.command(epilog="Example: authz key rotate tokens")
@click.argument("purpose", type=click.Choice(["tokens"]))
@takes_setup
def rotate(setup: Setup, *, purpose: str) -> None:
    """Sign with a new key from now on, without a restart.

    What the key before it signed is still believed, until the next rotation: wait at least
    a quarter of an hour between two.
    """
    keys = tokenkeys.TokenKeys(setup.config().store.path)
    keyfiles.existing_signing_key(keys.path)
    keys.rotate()
    click.echo(f"the key of {purpose} is {keys.current().jwk['kid']}")
