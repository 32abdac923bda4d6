"""The whole difference between two policy sets."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from authz.assurance.differing.contexts import GAIN
from authz.assurance.differing.everywhere import People, everywhere
from authz.assurance.differing.kinds import Judge, Kind, Verdicts
from authz.assurance.differing.rules import (
    ClauseChange,
    PolicyChange,
    clause_changes,
    policy_changes,
)
from authz.assurance.differing.sides import Side
from authz.assurance.differing.vocabulary import schema_changes
from authz.storage.database import Database

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]
#: How many people and things of a group are named.
SHOW = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from the old set to the new one."""

    old: Side
    new: Side
    policies: tuple[PolicyChange, ...]
    clauses: tuple[ClauseChange, ...]
    schema_changes: tuple[str, ...]
    verdicts: Verdicts
    #: None where no database was looked at.
    people: People | None

    @property
    def gains(self) -> bool:
        """Whether anybody, real or possible, is allowed what was denied."""
        kinds = any(kind.gain for kind in self.verdicts.kinds)
        return kinds or any(group.change == GAIN for group in self._groups())

    @property
    def changes(self) -> bool:
        """Whether any decision, real or possible, is another."""
        kinds = any(kind.gain or kind.loss for kind in self.verdicts.kinds)
        return kinds or bool(self._groups())

    @property
    def is_undecided(self) -> bool:
        """Whether something could not be found out."""
        people = self.people.undecided if self.people else ()
        return bool(people) or self.verdicts.counts["undecided"] > 0

    def _groups(self) -> tuple[Any, ...]:
        return self.people.groups if self.people else ()

    def document(self) -> dict[str, Any]:
        """The document `authz.diff/1`."""
        return {
            "schema": "authz.diff/1",
            "old": _named(self.old),
            "new": _named(self.new),
            "policies": [asdict(one) for one in self.policies],
            "clauses": [asdict(one) for one in self.clauses],
            "schema_changes": list(self.schema_changes),
            "kinds": [_kind(one) for one in self.verdicts.kinds],
            "counts": dict(self.verdicts.counts),
            "people": self.people.document() if self.people else None,
        }


def compare_sets(
    old: Side,
    new: Side,
    *,
    database: Database | None = None,
    show: int = SHOW,
    progress: Progress = lambda stage, done, total: None,
) -> Difference:
    """The difference; with a database, over everybody in it too.

    show: how many people and things of a group are named.
    """
    judge = Judge(old.policies, new.policies)
    verdicts = judge.verdicts(lambda done, total: progress("kinds of request", done, total))
    people = None
    if database is not None:
        differing = [kind.signature for kind in verdicts.kinds]
        people = everywhere(
            old,
            new,
            differing,
            database,
            show,
            lambda done, total: progress("people", done, total),
        )
    return Difference(
        old=old,
        new=new,
        policies=tuple(policy_changes(old, new)),
        clauses=tuple(clause_changes(old, new)),
        schema_changes=tuple(schema_changes(old.policies.schema, new.policies.schema)),
        verdicts=verdicts,
        people=people,
    )


def _named(side: Side) -> dict[str, str]:
    return {"name": side.name, "revision": side.policies.revision}


def _kind(kind: Kind) -> dict[str, Any]:
    return {
        "subject": kind.signature.subject,
        "action": kind.signature.action,
        "resource": kind.signature.resource,
        "verdict": kind.verdict,
        "reason": kind.reason,
        "gain": kind.gain.document() if kind.gain else None,
        "loss": kind.loss.document() if kind.loss else None,
    }
