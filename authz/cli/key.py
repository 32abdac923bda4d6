"""`authz key`: the public parts of the keys that the service made for itself."""

import json

import click

from authz.accounts import keyfiles
from authz.cli.setup import Setup, takes_setup

#: What a key is for -> its file.
FILES = {"metadata": keyfiles.METADATA}


@click.group()
def key() -> None:
    """Show the public keys of the service."""


@key.command(epilog="Example: authz key show metadata")
@click.argument("purpose", type=click.Choice(list(FILES)))
@click.option("--output", type=click.Choice(["human", "json", "pem"]), default="human")
@takes_setup
def show(setup: Setup, *, purpose: str, output: str) -> None:
    """Print the key by which others verify what is signed for PURPOSE.

    `metadata`: the member `signed_metadata` of /.well-known/authzen-configuration.
    """
    path = keyfiles.path_of(setup.config().store.path, FILES[purpose])
    found = keyfiles.existing_signing_key(path)
    jwk = json.dumps(found.jwk, indent=2)
    click.echo(
        {"human": f"{jwk}\n{found.pem}", "json": jwk, "pem": found.pem}[output].rstrip()
    )
