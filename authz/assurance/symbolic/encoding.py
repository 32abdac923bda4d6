"""A formula as SMT-LIB text.

Exact, for all requests of a universe. Strings are of a sort of which nothing is known but
which of them are equal, or, where some are compared by order, of the rationals; sets are
predicates over it. That something is in a set, or that there is a record, is said of a name
of its own; that nothing is, of every name that the text has. No other element or record can
matter, so their number is found, and not assumed.
"""

from collections.abc import Iterable, Mapping

from authz.assurance.symbolic.formula import (
    All,
    Either,
    Formula,
    Not,
    Some,
    conditions_of,
    parts_of,
)
from authz.assurance.symbolic.literals import Literals
from authz.assurance.symbolic.names import Names, conjunction, disjunction, no
from authz.assurance.symbolic.universe import Universe
from authz.engine.conditions import ORDERED, Condition


class Encoding:
    """The text of one question, and what its names stand for."""

    def __init__(self, formula: Formula, universe: Universe):
        conditions = list(conditions_of(formula))
        self.names = Names(universe, conditions, by_order=_by_order(conditions, universe))
        self._literals = Literals(self.names)
        #: Record-set -> the number of its records.
        self.records: dict[str, int] = {}
        #: Identity of a `Some` that may hold, record-set -> the record of which it does.
        self._own: dict[tuple[int, str], int] = {}
        for some, wanted in parts_of(formula):
            for records in sorted({c.records for c in some.conditions} - {""}):
                if wanted and (id(some), records) not in self._own:
                    number = self.records.get(records, 0)
                    self._own[id(some), records] = number
                    self.records[records] = number + 1
        self._said: dict[tuple[int, bool], str] = {}
        self._of_condition: dict[tuple[Condition, int], str] = {}
        asserted = self._formula(formula, wanted=True)
        lines = [*self._literals.definitions(), f"(assert {asserted})"]
        self.text = "\n".join([*self.names.declarations(), *lines])

    def asked(self) -> Mapping[str, Iterable[str]]:
        """Predicates, each with the constants that it is used with."""
        return self._literals.asked()

    def _formula(self, formula: Formula, *, wanted: bool) -> str:
        """The formula as a text; `wanted`: under an even number of `not`."""
        key = id(formula), wanted
        if key not in self._said:
            self._said[key] = self._text(formula, wanted=wanted)
        return self._said[key]

    def _text(self, formula: Formula, *, wanted: bool) -> str:
        match formula:
            case Some():
                return self._some(formula, wanted=wanted)
            case Not(of):
                return no(self._formula(of, wanted=not wanted))
            case All(parts):
                return conjunction(self._formula(one, wanted=wanted) for one in parts)
            case Either(parts):
                return disjunction(self._formula(one, wanted=wanted) for one in parts)

    def _some(self, some: Some, *, wanted: bool) -> str:
        found = []
        for one in some.conditions:
            if not one.records:
                found.append(self._condition(one, 0))
                continue
            every = range(self.records.get(one.records, 0))
            numbers = [self._own[id(some), one.records]] if wanted else every
            for number in numbers:
                there = self.names.record(one.records, number)
                found.append(conjunction([there, self._condition(one, number)]))
        return disjunction(found)

    def _condition(self, condition: Condition, number: int) -> str:
        key = condition, number
        if key not in self._of_condition:
            self._of_condition[key] = conjunction(
                self._literals.literal(literal, condition.records, number)
                for literal in condition.literals
            )
        return self._of_condition[key]


def _by_order(conditions: Iterable[Condition], universe: Universe) -> bool:
    """Whether strings are compared by order."""
    return any(
        universe.type_of(literal.left, condition.records) == "string"
        for condition in conditions
        for literal in condition.literals
        if literal.op in ORDERED
    )
