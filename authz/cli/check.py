"""`authz check`: one decision, made here from the policies and facts that a server uses."""

import json
import time
from collections.abc import Iterable

import click

from authz.cli.exits import Exit
from authz.cli.setup import Setup, json_object, load_policies, opened, takes_setup
from authz.decisions.explain import reasons
from authz.decisions.pdp import PDP, Answer
from authz.decisions.ports import Facts
from authz.errors import NotFound, RequestError
from authz.model import Action, Caller, Entity, Request
from authz.storage.facts import StoredFacts
from authz.storage.tenants import list_tenants


@click.command(
    epilog="Example: authz check user:finance@pwani.example transaction:read tenant:pwani"
)
@click.argument("subject")
@click.argument("action")
@click.argument("resource")
@click.option("--context", default="{}", help="Facts of this request, as a JSON object.")
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
@click.option("--explain", is_flag=True, help="Say why.")
@click.option("--fail-on-deny", is_flag=True, help="Exit with 10 when the answer is deny.")
@click.option("--output", type=click.Choice(["human", "json"]), default="human")
@takes_setup
def check(
    setup: Setup,
    subject: str,
    action: str,
    resource: str,
    *,
    context: str,
    properties: str,
    channel: str,
    tenant: str | None,
    explain: bool,
    fail_on_deny: bool,
    output: str,
) -> int:
    """Say whether SUBJECT may do ACTION on RESOURCE.

    SUBJECT and RESOURCE are written type:id; a user may be named by e-mail.
    """
    request = Request(
        _entity(subject, "SUBJECT"),
        Action(action, json_object(properties, "--properties")),
        _entity(resource, "RESOURCE"),
        json_object(context, "--context"),
    )
    settings = setup.config()
    policies = load_policies(settings)
    with opened(settings.store.path) as database:
        facts = StoredFacts(database, policies.schema, time.time)
        slugs = [known.slug for known in list_tenants(database)]
        chosen = tenant or _tenant_of(request.subject, facts, slugs)
        answer = PDP(lambda: policies, facts, time.time).evaluate(
            request, Caller(chosen, channel)
        )
    click.echo(
        _as_json(answer, explain) if output == "json" else _in_words(answer, explain)
    )
    return Exit.DENY if fail_on_deny and not answer.decision.allowed else Exit.OK


def _entity(text: str, argument: str) -> Entity:
    type_, colon, id_ = text.partition(":")
    if not (type_ and colon and id_):
        raise RequestError(f"{argument} is written type:id, not `{text}`")
    return Entity(type_, id_)


def _tenant_of(subject: Entity, facts: Facts, tenants: Iterable[str]) -> str:
    """The one tenant that knows the subject. Raises: NotFound, RequestError."""
    knowing = [slug for slug in tenants if facts.find(slug, subject.type, subject.id)]
    if not knowing:
        raise NotFound(f"no tenant knows the subject `{subject.type}:{subject.id}`")
    if len(knowing) > 1:
        raise RequestError(
            f"several tenants know the subject, name one: {', '.join(knowing)}"
        )
    return knowing[0]


def _in_words(answer: Answer, explain: bool) -> str:
    word = "allow" if answer.decision.allowed else "deny"
    if not explain:
        return word
    said = reasons(answer, for_admin=True)
    rows = [
        ("reason", said["reason"]),
        ("policies", ", ".join(said["determining_policies"]) or "none"),
        ("to the user", said["reason_user"]),
        ("to an admin", said["reason_admin"]),
    ]
    return "\n".join([word, *(f"  {name:12} {value}" for name, value in rows)])


def _as_json(answer: Answer, explain: bool) -> str:
    shown: dict[str, object] = {
        "schema": "authz.check/1",
        "decision": answer.decision.allowed,
        "policy_revision": answer.policy_revision,
        "data_revision": answer.data_revision,
    }
    if explain:
        shown["context"] = reasons(answer, for_admin=True)
    return json.dumps(shown, ensure_ascii=False, indent=2)
