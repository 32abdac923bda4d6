"""`authz explain`: why a decision came out as it did, and what would change it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import click

from authz.cli.exits import Exit
from authz.cli.question import Question, answered, takes_question
from authz.cli.setup import Setup, takes_setup
from authz.decisions.full import full
from authz.decisions.pdp import Answer
from authz.engine.catalogue import FALLBACK_LANGUAGE
from authz.storage import provenance

Said = Mapping[str, Any]

MET, UNMET = "✓", "✗"
#: Ways that are spelled out for people, the nearest ones.
WAYS_MAX = 5


@click.command(
    epilog="Example: authz explain user:finance@pwani.example transaction:read"
    " tenant:pwani --channel android"
)
@takes_question
@click.option(
    "--language",
    default=FALLBACK_LANGUAGE,
    show_default=True,
    help="Of the sentence for the user.",
)
@click.option(
    "--for",
    "audience",
    type=click.Choice(["admin", "user"]),
    default="admin",
    show_default=True,
    help="To whom it is said: a user is never told what others have.",
)
@click.option("--output", type=click.Choice(["human", "json"]), default="human")
@takes_setup
def explain(
    setup: Setup, question: Question, *, language: str, audience: str, output: str
) -> int:
    """Say why SUBJECT may or may not do ACTION on RESOURCE, and what would allow it.

    SUBJECT and RESOURCE are written type:id; a user may be named by e-mail.
    """
    with answered(setup, question) as (answer, database):
        said = full(
            answer,
            partial(provenance.given, database),
            language=language,
            for_admin=audience == "admin",
        )
    words = _as_json(answer, said) if output == "json" else "\n".join(_lines(answer, said))
    click.echo(words)
    return Exit.OK


def _as_json(answer: Answer, said: Said) -> str:
    shown = {
        "schema": "authz.explain/1",
        "decision": answer.decision.allowed,
        "policy_revision": answer.policy_revision,
        "data_revision": answer.data_revision,
        "context": said,
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _lines(answer: Answer, said: Said) -> Iterator[str]:
    allowed = answer.decision.allowed
    yield f"{'allow' if allowed else 'deny'}, {said['reason']}"
    yield f"  to the user: {said['reason_user']}"
    if "reason_admin" not in said:
        return
    if said["determining_policies"] and not (said["ways"] or said["forbids"]):
        yield f"  to an admin: {said['reason_admin']}"
    for forbid in said["forbids"]:
        yield from _way("forbidden by", forbid, UNMET)
    for way in said["ways"][:WAYS_MAX]:
        yield from _way("allowed by" if allowed else "could be allowed by", way, MET)
    further = len(said["ways"]) - WAYS_MAX
    if further > 0:
        yield f"\n{further} ways more, with `--output json`"
    if said["facts"]:
        yield "\nresting on"
        yield from map(_fact, said["facts"])
    if said["smallest_change"]:
        yield from _change(said["smallest_change"])


def _way(title: str, way: Said, mark: str) -> Iterator[str]:
    yield f"\n{title} `{way['policy']}`"
    for test in way["met"]:
        yield f"  {mark} {test['sentence']}"
    for test in way["unmet"]:
        yield f"  {UNMET} {test['sentence']}"
    yield f"  at {_places(way['places'])}"


def _places(places: Sequence[str]) -> str:
    """Where the policy stands, then the lines of the helpers and facts by file."""
    policy, *used = places
    lines: dict[str, list[str]] = {}
    for place in used:
        file, _, line = place.rpartition(":")
        lines.setdefault(file, []).append(line)
    by = [f"{file} {', '.join(numbers)}" for file, numbers in lines.items()]
    return f"{policy}, by {'; '.join(by)}" if by else policy


def _fact(fact: Said) -> str:
    given = [f"given by {fact['given_by']}"] if fact["given_by"] else []
    given += [f"on {fact['given_at']}"] if fact["given_at"] else []
    given += [f"until {fact['expires_at']}"] if fact["expires_at"] else []
    said = f", {' '.join(given)}" if given else ""
    return f"  `{fact['value']}` in `{fact['attribute']}`{said}"


def _change(found: Said) -> Iterator[str]:
    if not found["changes"]:
        yield f"\nno change would allow it: {found['impossible']}"
        return
    yield "\nthe smallest change that would allow it"
    for change in found["changes"]:
        yield f"  - {change['sentence']}"
