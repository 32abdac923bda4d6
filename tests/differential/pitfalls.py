"""A small policy set around one text, and questions about it in a few words."""

import re
from typing import Any

from authz.assurance.bench_load import uncompared
from authz.engine.conditions import Signature
from authz.engine.lint import lint
from authz.engine.policyset import PolicySet
from authz.engine.schema_file import parse_schema
from tests.differential.comparison import differences
from tests.differential.worlds import Asked

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
  hour: {type: integer}
  now: {type: integer, source: clock, required: true}
groups: [Kept]
types:
  user:
    subject: true
    attributes:
      status: {type: string, required: true}
      nick: {type: string}
      mfa: {type: boolean, default: false}
      level: {type: integer}
      rank: {type: integer, default: 0}
      options: {type: string-set, default: []}
      tags: {type: string-set, default: []}
      grants:
        type: record-set
        fields: {role: string, company: string, organization: string, until: integer}
        default: []
      keys:
        type: record-set
        fields: {door: string, seal: string, role: integer}
        default: []
  unit:
    group: Kept
    attributes:
      company: {type: string}
      organization: {type: string}
      locked: {type: boolean, default: false}
      size: {type: integer}
      line: {type: string-set, default: []}
    actions: {unit: [read]}
  box:
    group: Kept
    attributes: {company: {type: string}, seal: {type: string}}
    actions: {unit: [read]}
"""
USER: dict[str, Any] = {
    "id": "u",
    "tenant": "t",
    "status": "active",
    "nick": None,
    "mfa": True,
    "level": None,
    "rank": 0,
    "options": (),
    "tags": (),
    "grants": (),
    "keys": (),
}
UNIT: dict[str, Any] = {
    "id": "m",
    "tenant": "t",
    "company": "k",
    "organization": "o",
    "locked": False,
    "size": 1,
    "line": (),
}
CONTEXT: dict[str, Any] = {"channel": "web", "hour": 10, "now": 1}
GRANT = {"role": None, "company": None, "organization": None, "until": None}


def permit(body: str, *more: str) -> PolicySet:
    """A set with one permit to read a unit, and what else is written.

    Raises: PolicyError.
    """
    return policies(_rules(body, more), "one.way")


def refused(body: str, *more: str) -> set[tuple[str, int]]:
    """What is wrong with such a set: rules of the linter, each with the line."""
    return refused_rules(_rules(body, more))


def refused_rules(text: str) -> set[tuple[str, int]]:
    """What is wrong with a set of that text: rules of the linter, each with the line."""
    schema = parse_schema(SCHEMA, "schema.yaml")
    return {(found.rule, found.line) for found in lint({"rules.polar": text}, schema)}


def _rules(body: str, more: tuple[str, ...]) -> str:
    head = []
    for variable, name in (("s", "User"), ("r", "Unit"), ("c", "Context")):
        used = re.search(rf"\b{variable}\b", body)
        head.append(f"{'' if used else '_'}{variable}: {name}")
    subject, resource, context = head
    rule = f'permit("one.way", {subject}, "unit:read", {resource}, {context}) if {body};'
    return "\n".join([rule, *more])


def policies(text: str, *ids: str) -> PolicySet:
    """A set of that text. Raises: PolicyError."""
    entries = [
        f"  {one}: {{title: t, why: w, owner: o, sentence: {{en: Because.}}}}\n"
        for one in ids
    ]
    return uncompared(
        {
            "rules.polar": text.encode(),
            "rules.yaml": f"version: 1\npolicies:\n{''.join(entries)}".encode(),
            "schema.yaml": SCHEMA.encode(),
        }
    )


def allowed(
    held: PolicySet,
    subject: dict[str, Any] | None = None,
    unit: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
) -> bool:
    """What all evaluators say of the usual user and unit with these attributes changed."""
    grants = tuple(GRANT | grant for grant in (subject or {}).get("grants", ()))
    asked = Asked(
        Signature("user", "unit:read", "unit"),
        USER | (subject or {}) | {"grants": grants},
        UNIT | (unit or {}),
        CONTEXT | (context or {}),
    )
    decision, found = differences(held, asked)
    assert found == []
    return decision.allowed
