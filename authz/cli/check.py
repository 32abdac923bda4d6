"""`authz check`: one decision, made here from the policies and facts that a server uses."""

import json

import click

from authz.cli.exits import Exit
from authz.cli.question import Question, answered, takes_question
from authz.cli.setup import Setup, takes_setup
from authz.decisions.explain import reasons
from authz.decisions.pdp import Answer


@click.command(
    epilog="Example: authz check user:finance@pwani.example transaction:read tenant:pwani"
)
@takes_question
@click.option("--explain", is_flag=True, help="Say why.")
@click.option("--fail-on-deny", is_flag=True, help="Exit with 10 when the answer is deny.")
@click.option("--output", type=click.Choice(["human", "json"]), default="human")
@takes_setup
def check(
    setup: Setup, question: Question, *, explain: bool, fail_on_deny: bool, output: str
) -> int:
    """Say whether SUBJECT may do ACTION on RESOURCE.

    SUBJECT and RESOURCE are written type:id; a user may be named by e-mail.
    """
    with answered(setup, question) as (answer, _):
        pass
    click.echo(
        _as_json(answer, explain) if output == "json" else _in_words(answer, explain)
    )
    return Exit.DENY if fail_on_deny and not answer.decision.allowed else Exit.OK


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
