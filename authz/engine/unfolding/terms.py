"""The terms of the resolution: what a variable can stand for, and one branch of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.engine.clauses import Clause, Constant
from authz.engine.conditions import Attr
from authz.engine.unfolding.store import Store
from authz.errors import PolicyCheckError


class OutsideFragment(PolicyCheckError):
    """A rule that parses, and of which no exact conditions exist."""

    def __init__(self, rule: str, message: str, clause: Clause):
        super().__init__(message, file=clause.file, line=clause.line, rule=rule)
        self.clause = clause


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable of one use of a clause, as long as nothing is known of it."""

    name: str
    frame: int


@dataclass(frozen=True, slots=True)
class Thing:
    """The subject, the resource, the context, or the record of a set."""

    root: str
    #: Of a record: the attribute of the subject that holds it.
    records: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A literal list."""

    items: tuple["Known", ...]


Known = Constant | Attr | Thing | Listed | Unknown


@dataclass(frozen=True, slots=True)
class State:
    """One branch of the resolution."""

    bound: Mapping[Unknown, Known]
    store: Store
    #: Clauses used so far.
    used: tuple[Clause, ...] = ()
    #: The record-set of which the branch has chosen a record; empty when none.
    records: str = ""

    def value_of(self, term: Known) -> Known:
        """What a variable stands for; an attribute stays one, whatever its value."""
        while isinstance(term, Unknown) and term in self.bound:
            term = self.bound[term]
        return term

    def constant_of(self, term: Known) -> Known:
        """The same, and an attribute with one possible value is that value."""
        term = self.value_of(term)
        if isinstance(term, Attr) and (value := self.store.value(term)):
            return Constant(value[0])
        return term
