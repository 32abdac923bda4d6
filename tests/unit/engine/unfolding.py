"""Rules of a small vocabulary, unfolded."""

import re

from authz.engine.clauses import Clause, read
from authz.engine.conditions import Signature, Ways
from authz.engine.schema_file import parse_schema
from authz.engine.text import statements
from authz.engine.unfold import NO_WAYS, Unfolded, unfold

SCHEMA = parse_schema(
    """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
  hour: {type: integer}
action_properties:
  tags: {type: string-set, default: []}
groups: [Kept]
types:
  user:
    subject: true
    attributes:
      name: {type: string}
      team: {type: string, required: true}
      roles: {type: string-set, default: []}
      options: {type: string-set, default: []}
      level: {type: integer}
      active: {type: boolean, default: false}
      grants:
        type: record-set
        fields: {role: string, team: string, until: integer}
        default: []
  paper:
    group: Kept
    attributes:
      owner: {type: string}
      team: {type: string, required: true}
      grade: {type: integer}
      readers: {type: string-set, default: []}
      secret: {type: boolean, default: false}
    actions: [read, edit]
  box:
    group: Kept
    actions: [read]
"""
)
READ = Signature("user", "read", "paper")


def permit(body: str, policy_id: str = "p.one", action: str = '"read"') -> str:
    """A permit for papers; parameters that the body does not read begin with `_`."""
    subject, paper, context = (
        name if re.search(rf"\b{name}\b", body) else f"_{name}"
        for name in ("subject", "paper", "context")
    )
    head = f'permit("{policy_id}", {subject}: User, {action}, {paper}: Paper, {context}) if'
    return f"{head}\n  {body};\n"


def clauses(text: str) -> list[Clause]:
    """The clauses of a text."""
    return [read(statement) for statement in statements("f.polar", text)]


def unfolded(text: str) -> Unfolded:
    """What the text says."""
    return unfold(clauses(text), SCHEMA)


def ways(text: str, signature: Signature = READ) -> Ways:
    """The ways of one signature."""
    return unfolded(text).ways.get(signature, NO_WAYS)


def said(body: str, more: str = "") -> list[str]:
    """What a permit with that body comes down to, one text a condition."""
    return [str(condition) for condition in ways(permit(body) + more).permits]
