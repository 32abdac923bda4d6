"""Who a command acts for, and the desk at which it is done.

A person is named by `--as`, or by `commands.person` of the configuration. That is no login:
whoever can open the database can do everything to it. It says for whom something is done,
so that the policies decide as they would in the console and the log names somebody. The log
also says that it was done on the command line, and by which user of the machine.
"""

import functools
import os
import pwd
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import click

from authz.accounts.email import identity
from authz.accounts.passwords import Hasher
from authz.administration.desk import Desk
from authz.administration.person import Person
from authz.cli.progress import stages
from authz.cli.question import plain
from authz.cli.setup import Setup, opened, takes_setup
from authz.composition import active_policies, parts
from authz.decisions.active import ActivePolicies
from authz.errors import NotFound, RequestError
from authz.settings import Config
from authz.storage import logins
from authz.storage.database import Database
from authz.storage.events import Actor

#: What the log says in place of a channel.
COMMAND_LINE = "command_line"
#: As what the policies see it: see docs/commands.md.
CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class Acting:
    """The flags of a command that administers."""

    setup: Setup
    #: E-mail; None: as the configuration says.
    who: str | None

    @property
    def person(self) -> str | None:
        """E-mail of whom it is done for; None: nobody was named."""
        # WHY not `or`: an empty `--as` is a mistake, and not nobody.
        return self.setup.config().commands.person if self.who is None else self.who


def takes_person(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that takes `--as` with the flags of `Setup`, and gets `Acting`."""

    @click.option("--as", "who", metavar="E-MAIL", help="For whom it is done.")
    @takes_setup
    @functools.wraps(command)
    def with_person(
        setup: Setup, *arguments: object, who: str | None, **options: object
    ) -> Any:
        named = None if who is None else plain(who, "--as")
        return command(Acting(setup, named), *arguments, **options)

    return with_person


@contextmanager
def at_desk(acting: Acting) -> Iterator[Desk]:
    """The desk of whom it is done for, closed in the end.

    Raises: RequestError where nobody is named; NotFound for nobody's e-mail.
    """
    with with_policies(acting) as (desk, _):
        yield desk


@contextmanager
def with_policies(acting: Acting) -> Iterator[tuple[Desk, ActivePolicies]]:
    """The same, and the policies that decide there. Raises: as `at_desk`."""
    settings = acting.setup.config()
    email = acting.person
    if email is None:
        raise RequestError(
            "name for whom it is done: `--as E-MAIL`, or `commands.person` in the"
            " configuration"
        )
    with opened(settings.store.path) as database:
        person = _person(database, email)
        policies = policies_of(settings)
        made = parts(policies, database, time.time)
        with closing(made.facts):
            yield Desk(database, made, time.time, Hasher(), person), policies


def policies_of(settings: Config) -> ActivePolicies:
    """The policies that a server would decide by, with a warning where they are old."""
    with stages("checking the policies") as advance:
        policies = active_policies(settings, advance, falls_back=True)
    health = policies.health()
    if not health.ok:
        click.echo(f"warning: {health.message}", err=True)
    return policies


def machine_user() -> Actor:
    """Whoever sits at the machine, where it is done for no person."""
    name = _login()
    return Actor(COMMAND_LINE, name, f"{name} on the command line")


def _person(database: Database, email: str) -> Person:
    found = logins.by_email(database, identity(email))
    if found is None:
        raise NotFound(f"no account `{email}` to act for")
    return Person(
        tenant=found.tenant,
        account=found.account,
        email=found.email,
        channel=CHANNEL,
        address=f"{_login()} at the machine",
        through=COMMAND_LINE,
    )


def _login() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
