"""`authz serve` and `authz demo`: the server on your data, or on the sample tenants."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from authz.accounts.passwords import Hasher, random_password
from authz.cli.progress import progress, stages
from authz.cli.setup import DEMO_DATABASE, Setup, takes_setup
from authz.composition import active_policies
from authz.engine.policyset import PolicySet
from authz.engine.schema import Schema
from authz.errors import Conflict, NotFound, Unavailable
from authz.samples import sample_tenants
from authz.settings import Config
from authz.storage.database import open_database
from authz.storage.demo import move_demo, renew_demo, write_demo_json
from authz.storage.seed import seed
from webapp.serve import check_address
from webapp.serve import serve as run_server

DEMO_FILE = "demo.json"
LOOPBACK = "127.0.0.1"
#: The sample tenant of those who run the server.
OPERATORS = "system"
port_option = click.option(
    "--port",
    type=click.IntRange(1, 65534),
    help="Port of the decision API, instead of the one of server.decisions.listen; the "
    "console is on the next one.",
)


@click.command(epilog="Example: authz serve --data /var/lib/gatehouse --port 8080")
@port_option
@takes_setup
def serve(setup: Setup, *, port: int | None) -> None:
    """Serve the decision API and the console until interrupted.

    Where the database is missing and store.seed is set, it is made from those facts, and
    demo.json with a key for each tenant is written beside it.
    """
    settings = setup.config(_at_port(setup, port))
    check_address(settings)
    schema = _checked(settings).schema
    path, source = settings.store.path, settings.store.seed
    if not path.exists():
        if source is None:
            raise NotFound(
                f"there is no database `{path}`: set `store.seed` or run `authz demo`"
            )
        with _alone(path.parent):
            _make(settings, source, schema)
    click.echo(_addresses(settings))
    run_server(settings)


@click.command(epilog="Example: authz demo --port 9000")
@port_option
@takes_setup
def demo(setup: Setup, *, port: int | None) -> None:
    """Serve the sample tenants on loopback, with a password and keys made by chance.

    The first time makes demo.db and demo.json in the data folder. Without a whole
    demo.json, new keys and a new password take the place of the lost ones.
    """
    folder = setup.config().store.path.parent
    settings = setup.config(
        {"store.path": folder / DEMO_DATABASE, "server.console.registration": True}
        | _at_port(setup, port, LOOPBACK)
    )
    check_address(settings)
    schema = _checked(settings).schema
    keys = folder / DEMO_FILE
    with _alone(folder), sample_tenants() as source:
        if not settings.store.path.exists():
            _make(settings, source, schema)
        elif not move_demo(
            keys, source, base_url=_base_url(settings), console_url=console_url(settings)
        ):
            _renew(settings, source)
    click.echo(_welcome(settings, keys))
    run_server(settings)


def _at_port(setup: Setup, port: int | None, host: str | None = None) -> dict[str, object]:
    """The flags for another port, and another host, of the decision API and the console."""
    server = setup.config().server
    decisions, console = server.decisions, server.console
    before = decisions.listen.rpartition(":")[0]
    beside = console.listen.rpartition(":")[0]
    next_port = console.port if port is None else port + 1
    return {
        "server.decisions.listen": f"{host or before}:{port or decisions.port}",
        "server.console.listen": f"{host or beside}:{next_port}",
    }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The data folder, made if need be, while no other command makes something in it.

    Raises: Conflict, Unavailable.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as exc:
        raise Unavailable(f"cannot use the folder `{folder}`: {exc.strerror}") from exc
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as exc:
        raise Conflict(
            f"another `authz demo` or `authz serve` is at work in `{folder}`:"
            " wait for it and repeat"
        ) from exc
    finally:
        os.close(handle)


def _checked(settings: Config) -> PolicySet:
    """The set that will decide, with a warning where it is the last good one.

    Raises: PolicyError.
    """
    with stages("checking the policies") as advance:
        policies = active_policies(settings, advance, falls_back=True)
    health = policies.health()
    if not health.ok:
        click.echo(f"warning: {health.message}", err=True)
    return policies.current()


def _make(settings: Config, source: Path, schema: Schema) -> None:
    """A new database with the facts of `source`, and its demo.json."""
    with progress("making the database") as advance:
        result = seed(
            settings.store.path,
            schema,
            source,
            random_password(),
            clock=time.time,
            hasher=Hasher(),
            progress=advance,
        )
    keys = settings.store.path.with_name(DEMO_FILE)
    write_demo_json(
        keys, result, base_url=_base_url(settings), console_url=console_url(settings)
    )


def _renew(settings: Config, source: Path) -> None:
    """New keys and a new password, as the old ones are lost."""
    database = open_database(settings.store.path, time.time)
    with progress("making new keys") as advance:
        result = renew_demo(
            database, source, random_password(), hasher=Hasher(), progress=advance
        )
    database.close()
    keys = settings.store.path.with_name(DEMO_FILE)
    write_demo_json(
        keys, result, base_url=_base_url(settings), console_url=console_url(settings)
    )


def _base_url(settings: Config) -> str:
    """How the server is reached from this machine."""
    return _reached(settings.server.decisions.host, settings.server.decisions.port)


def console_url(settings: Config) -> str | None:
    """Where people open the console; None where it is not served."""
    console = settings.server.console
    if not console.enabled:
        return None
    return console.url or _reached(console.host, console.port)


def _reached(host: str, port: int) -> str:
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _addresses(settings: Config) -> str:
    """Who listens where."""
    console = console_url(settings)
    said = f"The decision API is on {_base_url(settings)}"
    return said if console is None else f"{said}\nThe console is on {console}"


def _welcome(settings: Config, keys: Path) -> str:
    tenants = json.loads(keys.read_text("utf-8"))["tenants"]
    admins = [made["admin"] for made in tenants.values() if made["admin"]]
    login = f"Log in as {admins[0]['email']}." if admins else ""
    operator = tenants.get(OPERATORS, {}).get("admin")
    if operator:
        login += f"\nLog in as {operator['email']} to look after the companies themselves."
    question = {
        "subject": {"type": "user", "id": "finance@pwani.example"},
        "action": {"name": "transaction:read"},
        "resource": {"type": "tenant", "id": "pwani"},
        "context": {"channel": "web"},
        "options": {"explain": "reasons"},
    }
    return f"""\
{_addresses(settings)}
Sample tenants: {", ".join(tenants)}. Their keys, accounts and the password of all accounts
are in {keys}. {login}

Ask whether the finance manager of pwani may read transactions:

  curl -s {_base_url(settings)}/access/v1/evaluation \\
    -H 'Authorization: Bearer {tenants["pwani"]["api_key"]}' \\
    -H 'Content-Type: application/json' \\
    -d '{json.dumps(question)}'
"""
