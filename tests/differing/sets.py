"""A small pair of sets: who reads which paper, said in two ways."""

from authz.assurance.bench_load import uncompared
from authz.assurance.differing.sides import Side
from authz.engine.source import PolicySource

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
types:
  user:
    subject: true
    facts: accounts
    attributes:
      roles: {type: string-set, source: stored, default: []}
      status: {type: string, source: stored, required: true}
  paper:
    registrable: true
    attributes:
      owner: {type: string, source: stored, required: true}
      grade: {type: integer, source: stored}
    actions: {paper: [read, edit]}
"""
RULES = """\
# Who reads.
can("clerk", "paper:read");
can("clerk", "paper:edit");

permit("papers.by-role", subject: User, action, _paper: Paper, _context) if
  can(role, action) and
  role in subject.roles;

permit("papers.owner-reads", subject: User, "paper:read", paper: Paper, _context) if
  paper.owner = subject.id;

forbid("papers.edited-on-the-web", _subject: User, "paper:edit", _paper: Paper,
    context: Context) if
  context.channel != "web";
"""


def side(name: str, rules: str = RULES, schema: str = SCHEMA) -> Side:
    """A set with these rules."""
    ids = [
        line.split('"')[1]
        for line in rules.splitlines()
        if line[:6] in ("permit", "forbid")
    ]
    entries = [
        f"  {one}: {{title: t, why: w, owner: o, sentence: {{en: Because.}}}}"
        for one in ids
    ]
    files = {
        "papers.polar": rules.encode(),
        "papers.yaml": "\n".join(["version: 1", "policies:", *entries, ""]).encode(),
        "schema.yaml": schema.encode(),
    }
    policies = uncompared(files)
    return Side(name, PolicySource(files, policies.revision), policies)
