"""One of the two policy sets that are compared, with its text."""

from dataclasses import dataclass
from functools import cached_property

from authz.engine import clauses
from authz.engine.clauses import Clause
from authz.engine.gate.vet import polar_texts
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource
from authz.engine.text import check_files, statements


@dataclass(frozen=True)
class Side:
    """A policy set and where it comes from."""

    #: As it was named: a directory or a revision.
    name: str
    source: PolicySource
    #: Made of exactly these files.
    policies: PolicySet

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Every rule and fact. Order: as in the files."""
        rules = polar_texts(check_files(self.source.files))
        return tuple(
            clauses.read(statement)
            for file, text in rules.items()
            for statement in statements(file, text)
        )

    def place(self, policy_id: str) -> str:
        """Where that policy stands, as `file:line`."""
        found = self.policies.policies[policy_id]
        return f"{found.file}:{found.line}"
