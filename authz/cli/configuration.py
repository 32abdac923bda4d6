"""`authz config`: is the configuration right, and where does each value come from?"""

import click

from authz.cli.setup import Setup, takes_setup
from authz.errors import ConfigError


@click.group("config")
def configuration() -> None:
    """Check and show the configuration."""


@configuration.command(epilog="Example: authz -c /etc/gatehouse/config.yaml config check")
@takes_setup
def check(setup: Setup) -> None:
    """Read the configuration as a server would, and say what is wrong."""
    settings = setup.config()
    if not settings.policy.dir.is_dir():
        raise ConfigError(f"`policy.dir`: there is no directory `{settings.policy.dir}`")
    seed = settings.store.seed
    if seed is not None and not seed.is_file():
        raise ConfigError(f"`store.seed`: there is no file `{seed}`")
    click.echo("the configuration is right")


@configuration.command(epilog="Example: authz config show --origin")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@takes_setup
def show(setup: Setup, *, origin: bool) -> None:
    """Print every setting as it counts."""
    rows = [(found.name, _text(found.value), found.origin) for found in setup.origins()]
    width, wide = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    for name, value, source in rows:
        line = f"{name:{width}}  {value:{wide}}  {source if origin else ''}"
        click.echo(line.rstrip())


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
