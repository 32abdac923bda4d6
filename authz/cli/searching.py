"""What the commands that search have in common: their options, and who they ask for."""

import functools
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from authz.cli.question import ground, plain
from authz.cli.setup import Setup, json_object
from authz.decisions.search import PAGE, Page, Searches
from authz.engine.schema import Schema
from authz.model import Action, Caller, Entity
from authz.storage.search import StoredSearch, emails

#: Most ids on one page.
LIMIT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a search."""

    context: Any
    properties: Any
    channel: str
    #: None: the one that knows the entity that is named.
    tenant: str | None

    def action(self, name: str) -> Action:
        """The action of that name, with its properties."""
        return Action(plain(name, "ACTION"), self.properties)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a search is asked: all in one process, on the facts that a server uses."""

    searches: Searches
    schema: Schema
    caller: Caller
    #: Ids of accounts -> their e-mails.
    emails: Callable[[Iterable[str]], dict[str, str]]


def takes_search(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that takes the options of `Asked`, and gets it as an argument."""

    @click.option("--context", default="{}", help="Facts of the request, a JSON object.")
    @click.option(
        "--properties", default="{}", help="Properties of the action, a JSON object."
    )
    @click.option(
        "--channel",
        type=click.Choice(["web", "android", "api"]),
        default="web",
        show_default=True,
    )
    @click.option("--tenant", help="Whose facts count; else that of what is named.")
    @functools.wraps(command)
    def with_search(
        *arguments: object,
        context: str,
        properties: str,
        channel: str,
        tenant: str | None,
        **options: object,
    ) -> Any:
        asked = Asked(
            json_object(context, "--context"),
            json_object(properties, "--properties"),
            channel,
            tenant,
        )
        return command(*arguments, asked, **options)

    return with_search


def takes_page(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that takes `--limit`, `--after` and `--output`."""
    for option in (
        click.option("--output", type=click.Choice(["human", "json"]), default="human"),
        click.option(
            "--after",
            default="",
            callback=lambda _context, _option, after: plain(after, "--after"),
            help="Go on after this one.",
        ),
        click.option(
            "--limit",
            type=click.IntRange(1, LIMIT_MAX),
            default=PAGE,
            show_default=True,
            help="How many at most.",
        ),
    ):
        command = option(command)
    return command


@contextmanager
def desk(setup: Setup, asked: Asked, named: Entity, what: str) -> Iterator[Desk]:
    """Where to ask, for the tenant of the entity that is named.

    Raises: NotFound, RequestError where no single tenant knows it.
    """
    with ground(setup, asked.tenant, named, what) as on:
        search = StoredSearch(on.database)
        yield Desk(
            Searches(lambda: on.policies, on.facts, search, time.time),
            on.policies.schema,
            Caller(on.tenant, asked.channel),
            functools.partial(emails, on.database, on.tenant),
        )


def as_json(command: str, page: Page, results: list[dict[str, str]]) -> str:
    """A page as the commands print it."""
    shown = {
        "schema": f"authz.{command}/1",
        "results": results,
        "next": page.next,
        "policy_revision": page.policy_revision,
        "data_revision": page.data_revision,
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


def told(desk: Desk, type: str, page: Page) -> None:
    """Print one entity a line, a person with the e-mail."""
    kind = desk.schema.types.get(type)
    known = desk.emails(page.ids) if kind and kind.facts == "accounts" else {}
    for id in page.ids:
        click.echo(f"{type}:{id}  {known[id]}" if id in known else f"{type}:{id}")
    more(page.next)


def more(after: str | None) -> None:
    """Say on stderr how to go on, where there is more."""
    if after is not None:
        click.echo(f"there are more: --after {after}", err=True)
