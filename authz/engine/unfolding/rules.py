"""The clauses of a policy set, found by what their heads say, and the answers so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authz.engine.clauses import Clause, Constant, Parameter
from authz.engine.conditions import Value
from authz.engine.linting import fragment
from authz.engine.unfolding.terms import Known

#: Of a call without attributes: a value for each argument, and the clauses used.
Answer = tuple[tuple[Known, ...], tuple[Clause, ...]]
_Index = tuple[dict[tuple[object, ...], list[Clause]], list[Clause]]


@dataclass(slots=True)
class Rules:
    """The clauses of a policy set, and what has been found out about them."""

    clauses: Mapping[str, list[Clause]]
    facts: dict[str, bool] = field(default_factory=dict)
    #: Ids of the clauses with a variable that the engine could take for one of its own.
    clashing: frozenset[int] = frozenset()
    _fitting: dict[object, list[Clause]] = field(default_factory=dict)
    _indexes: dict[tuple[str, int], _Index] = field(default_factory=dict)
    #: A call without attributes -> (values, clauses used) of each answer, clauses visited.
    answers: dict[object, tuple[list[Answer], dict[int, Clause]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.facts = {
            name: all(c.is_fact for c in found) for name, found in self.clauses.items()
        }
        self.clashing = frozenset(
            id(clause)
            for found in self.clauses.values()
            for clause in found
            if not clause.is_fact and _clashes(clause)
        )

    def fitting(self, name: str, args: tuple[Known, ...]) -> list[Clause]:
        """The clauses whose head does not contradict the constants."""
        given = tuple(
            (i, type(arg.value), arg.value)
            for i, arg in enumerate(args)
            if isinstance(arg, Constant)
        )
        key = (name, len(args), given)
        if key not in self._fitting:
            candidates = self.clauses.get(name, [])
            if given:
                at, *constant = given[0]
                by_value, other = self._indexed(name, at)
                candidates = by_value.get(tuple(constant), other)
            self._fitting[key] = [
                clause
                for clause in candidates
                if len(clause.parameters) == len(args)
                and all(_may_be(clause.parameters[i], value) for i, _, value in given)
            ]
        return self._fitting[key]

    def _indexed(self, name: str, at: int) -> _Index:
        """The clauses by the constant at one position, and those of any other value."""
        if (name, at) not in self._indexes:
            by_value: dict[tuple[object, ...], list[Clause]] = {}
            other: list[Clause] = []
            for clause in self.clauses.get(name, ()):
                term = clause.parameters[at].term if at < len(clause.parameters) else None
                if isinstance(term, Constant):
                    key = (type(term.value), term.value)
                    by_value.setdefault(key, list(other)).append(clause)
                    continue
                for found in (other, *by_value.values()):
                    found.append(clause)
            self._indexes[name, at] = by_value, other
        return self._indexes[name, at]


def _clashes(clause: Clause) -> bool:
    return any(found.rule == "engine-variable" for found in fragment.problems([clause]))


def _may_be(parameter: Parameter, value: Value) -> bool:
    term = parameter.term
    if not isinstance(term, Constant):
        return True
    return type(term.value) is type(value) and term.value == value
