"""The question that a command asks: its arguments, whose facts count, and the answer."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import click

from authz.cli.setup import Setup, json_object, load_policies, opened
from authz.decisions.pdp import PDP, Answer
from authz.engine.policyset import PolicySet
from authz.errors import NotFound, RequestError
from authz.model import Action, Caller, Entity, Request
from authz.storage.database import Database
from authz.storage.facts import StoredFacts
from authz.storage.tenants import list_tenants

#: What `takes_question` takes from the command line.
_PARTS = ("subject", "action", "resource", "context", "properties", "channel", "tenant")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked on the command line."""

    request: Request
    channel: str
    #: None: that of the subject.
    tenant: str | None


def takes_question(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that takes SUBJECT, ACTION and RESOURCE with their options, and gets the
    `Question` as an argument.
    """

    @click.argument("subject")
    @click.argument("action")
    @click.argument("resource")
    @click.option(
        "--context", default="{}", help="Facts of this request, as a JSON object."
    )
    @click.option(
        "--properties", default="{}", help="Properties of the action, as a JSON object."
    )
    @click.option(
        "--channel",
        type=click.Choice(["web", "android", "api"]),
        default="web",
        show_default=True,
    )
    @click.option("--tenant", help="Whose facts count; without it the subject's.")
    @functools.wraps(command)
    def with_question(*arguments: object, **options: Any) -> Any:
        parts = {name: options.pop(name) for name in _PARTS}
        return command(*arguments, _question(**parts), **options)

    return with_question


def _question(
    *,
    subject: str,
    action: str,
    resource: str,
    context: str,
    properties: str,
    channel: str,
    tenant: str | None,
) -> Question:
    request = Request(
        entity(subject, "SUBJECT"),
        Action(plain(action, "ACTION"), json_object(properties, "--properties")),
        entity(resource, "RESOURCE"),
        json_object(context, "--context"),
    )
    return Question(request, channel, tenant)


def entity(text: str, argument: str) -> Entity:
    """The entity that is written type:id. Raises: RequestError."""
    type_, colon, id_ = plain(text, argument).partition(":")
    if not (type_ and colon and id_):
        raise RequestError(f"{argument} is written type:id, not `{text}`")
    return Entity(type_, id_)


def plain(text: str, argument: str) -> str:
    """The text itself. Raises: RequestError for one that was not given in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise RequestError(f"{argument} holds bytes that are no text") from exc
    return text


@dataclass(frozen=True, slots=True)
class Ground:
    """What an answer rests on: all in one process, as a server has it."""

    policies: PolicySet
    database: Database
    facts: StoredFacts
    #: Whose facts count.
    tenant: str


@contextmanager
def ground(setup: Setup, tenant: str | None, named: Entity, what: str) -> Iterator[Ground]:
    """What is configured, with the facts of that tenant, else of the one that knows the
    entity that is named; closed in the end.

    Raises: NotFound, RequestError where no single tenant knows it.
    """
    if tenant is not None:
        plain(tenant, "--tenant")
    settings = setup.config()
    policies = load_policies(settings)
    with opened(settings.store.path) as database:
        facts = StoredFacts(database, time.time)
        with closing(facts):
            slugs = [known.slug for known in list_tenants(database)]
            if tenant is None:
                kind = policies.schema.types.get(named.type)
                knowing = [s for s in slugs if kind and facts.find(s, kind, named.id)]
                tenant = _only(knowing, named, what)
            yield Ground(policies, database, facts, tenant)


@contextmanager
def answered(setup: Setup, question: Question) -> Iterator[tuple[Answer, Database]]:
    """The answer, and the database that it rests on, which is closed in the end.

    Raises: NotFound, RequestError where no single tenant knows the subject.
    """
    with ground(setup, question.tenant, question.request.subject, "subject") as on:
        pdp = PDP(lambda: on.policies, on.facts, time.time)
        caller = Caller(on.tenant, question.channel)
        yield pdp.evaluate(question.request, caller), on.database


def _only(knowing: list[str], named: Entity, what: str) -> str:
    """The one tenant that knows the entity. Raises: NotFound, RequestError."""
    if not knowing:
        raise NotFound(f"no tenant knows the {what} `{named.type}:{named.id}`")
    if len(knowing) > 1:
        raise RequestError(
            f"several tenants know the {what}, name one: {', '.join(knowing)}"
        )
    return knowing[0]
