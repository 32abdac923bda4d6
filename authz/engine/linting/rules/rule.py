"""One rule of the linter, and the small schema that the examples of all rules share."""

from dataclasses import dataclass

#: An example of more lines is shown by its first and its last ones.
SHOWN_LINES = 20
#: How most examples begin.
READ = (
    'permit("docs.who-reads", subject: User, "document:read", document: Document, '
    "_context) if\n"
)
EXAMPLE_SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
  hour: {type: integer}
types:
  user:
    subject: true
    attributes:
      name: {type: string, required: true}
      level: {type: integer, required: true}
      suspended: {type: boolean, default: false}
      roles: {type: string-set, default: []}
      team: {type: string}
      bindings:
        type: record-set
        fields: {kind: string, team: string, until: integer}
        default: []
  document:
    attributes:
      owner: {type: string, required: true}
      readers: {type: string-set, default: []}
      team: {type: string}
      grade: {type: integer}
    actions: {document: [read, write]}
  folder:
    attributes:
      owner: {type: string, required: true}
    actions: {folder: [open]}
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a policy may not contain, told to those who write policies."""

    #: A word in kebab-case.
    id: str
    title: str
    why: str
    #: What to write instead.
    instead: str
    #: Policies that break it, and nearly the same without breaking any rule.
    bad: str
    good: str
    #: The line of the bad ones at which the finding is.
    line: int = 1
    #: Whether the reference can decide such a policy all the same, by itself.
    interpreted: bool = False

    def page(self) -> str:
        """Its page of the documentation, in Markdown."""
        lines = self.bad.splitlines()
        lines[self.line - 1] += "  # <-"
        if len(lines) > SHOWN_LINES:
            lines[4:-3] = [f"    # and {len(lines) - 7} lines more"]
        bad = "\n".join(lines)
        return (
            f"# `{self.id}`: {self.title}\n\n{self.why}\n\n{self.instead}\n\n"
            f"Refused at the line that is marked:\n\n```polar\n{bad}\n```\n\n"
            f"Accepted:\n\n```polar\n{self.good}```\n"
        )
