"""Small policy sets, written to a directory and loaded as a server would."""

from pathlib import Path

from authz.engine.gate.child import Limits
from authz.engine.policyset import PolicySet, load
from authz.engine.source import read_directory

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
  hour: {type: integer}
action_properties:
  soft: {type: boolean}
groups: [Kept]
types:
  user:
    subject: true
    attributes:
      name: {type: string}
      roles: {type: string-set, default: []}
      level: {type: integer}
      badges: {type: record-set, fields: {kind: string, until: integer}, default: []}
  paper:
    group: Kept
    attributes:
      owner: {type: string, required: true}
      grade: {type: integer}
    actions: {paper: [read, edit]}
  box:
    group: Kept
    attributes:
      owner: {type: string, required: true}
    actions: [open]
"""
OWNER = (
    'permit("papers.owner-reads", subject: User, "paper:read", paper: Paper, _context) if\n'
    "  paper.owner = subject.id;\n"
)


#: What cannot be unfolded is left to the engine, which no busy machine makes too late.
INTERPRETED = Limits(interpreted=True, budget_ms=10_000)


def entry(*ids: str) -> str:
    """A catalogue with one plain entry for each id."""
    lines = [
        f"  {policy_id}: {{title: t, why: w, owner: o, sentence: {{en: Because.}}}}"
        for policy_id in ids
    ]
    return "version: 1\npolicies:\n" + "\n".join(lines) + "\n"


def write(directory: Path, rules: str, *ids: str, schema: str = SCHEMA) -> Path:
    """A policy directory with one rule file, `papers.polar`."""
    directory.mkdir(exist_ok=True)
    (directory / "schema.yaml").write_text(schema)
    (directory / "papers.polar").write_text(rules)
    (directory / "papers.yaml").write_text(entry(*ids))
    return directory


def loaded(
    directory: Path,
    rules: str,
    *ids: str,
    schema: str = SCHEMA,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> PolicySet:
    """The policy set of such a directory."""
    return load(read_directory(write(directory, rules, *ids, schema=schema)), limits)
