"""A policy directory of a few lines, with everything that a review looks at."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
types:
  user:
    subject: true
    attributes:
      roles: {type: string-set, default: []}
      status: {type: string, default: active}
  paper:
    attributes:
      owner: {type: string, required: true}
    actions: {paper: [read, edit]}
"""
RULES = """\
# Papers.

edits("editor");

permit("papers.owner-reads", subject: User, "paper:read", paper: Paper, _context) if
  paper.owner = subject.id;

permit("papers.editor-edits", subject: User, "paper:edit", _paper: Paper, _context) if
  edits(role) and
  role in subject.roles;

forbid("papers.blocked-does-nothing", subject: User, _action, _paper: Paper, _context) if
  subject.status = "blocked";
"""
CATALOGUE = """\
version: 1
policies:
  papers.owner-reads: {title: t, why: w, owner: o, sentence: It is yours.}
  papers.editor-edits: {title: t, why: w, owner: o, sentence: You edit.}
  papers.blocked-does-nothing: {title: t, why: w, owner: o, sentence: You are blocked.}
"""
TESTS = """\
version: 1
suite: papers
now: 2026-03-01T10:00:00Z
subjects:
  ann: {type: user, id: ann, tenant: t}
  bob: {type: user, id: bob, tenant: t, roles: [editor]}
  eve: {type: user, id: eve, tenant: t, roles: [editor], status: blocked}
resources:
  draft: {type: paper, id: draft, tenant: t, owner: ann}
tests:
  - name: who does what with a paper
    matrix:
      ann: {draft: [paper:read]}
      bob: {draft: [paper:edit]}
      eve: {draft: []}
  - name: the blocked are kept out
    check: {subject: eve, action: paper:edit, resource: draft}
    expect: deny
    because: [papers.blocked-does-nothing]
"""
INVARIANTS = """\
version: 1
invariants:
  blocked-do-nothing:
    title: Whoever is blocked does nothing
    why: It says so.
    owner: o
    never: {action: "*", resource: "*"}
    when: subject.status = "blocked"
"""
FILES = {
    "schema.yaml": SCHEMA,
    "papers.polar": RULES,
    "papers.yaml": CATALOGUE,
    "papers_test.yaml": TESTS,
    "invariants.yaml": INVARIANTS,
}
NO_CHANGES: Mapping[str, str | None] = MappingProxyType({})
#: Without the word that keeps the blocked out: a test fails, the invariant is broken,
#: somebody gains, and the line ends are not where they should be.
WIDENED = RULES.replace('subject.status = "blocked";', 'subject.status="closed";')
#: A finding of the linter, and so nothing that loads.
REFUSED = RULES.replace('"blocked";', '"blocked" and\n  subject.statu = "x";')
#: One who was denied is allowed, and nothing else.
MORE = RULES.replace('edits("editor");', 'edits("editor");\nedits("author");')


def write(directory: Path, changed: Mapping[str, str | None] = NO_CHANGES) -> Path:
    """The directory, with other texts for some files; None leaves a file out."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in {**FILES, **changed}.items():
        if text is not None:
            (directory / name).write_text(text, "utf-8")
    return directory
