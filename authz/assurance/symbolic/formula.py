"""What is asked about a request: conditions, put together with and, or, not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from authz.engine.conditions import Condition, Ways
from authz.engine.gate.requests import Request, satisfied


@dataclass(frozen=True, slots=True, eq=False)
class Some:
    """At least one of the conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """It does not hold."""

    of: "Formula"


@dataclass(frozen=True, slots=True, eq=False)
class All:
    """Every part holds."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """At least one part holds."""

    parts: tuple["Formula", ...]


Formula = Some | Not | All | Either


def allowed(ways: Ways) -> Formula:
    """The request is allowed."""
    return All((Some(ways.permits), Not(Some(ways.forbids))))


def all_of(*parts: Formula) -> Formula:
    """Every one of them holds."""
    return All(parts)


def either(*parts: Formula) -> Formula:
    """At least one of them holds."""
    return Either(parts)


def true_of(formula: Formula, request: Request) -> bool:
    """Whether it holds for that request, asked condition by condition."""
    match formula:
        case Some(conditions):
            return any(satisfied(one, request) for one in conditions)
        case Not(of):
            return not true_of(of, request)
        case All(parts):
            return all(true_of(part, request) for part in parts)
        case Either(parts):
            return any(true_of(part, request) for part in parts)


def parts_of(formula: Formula, *, wanted: bool = True) -> Iterator[tuple[Some, bool]]:
    """Each `Some` in it, and whether it helps that it holds."""
    match formula:
        case Some():
            yield formula, wanted
        case Not(of):
            yield from parts_of(of, wanted=not wanted)
        case All(parts) | Either(parts):
            for part in parts:
                yield from parts_of(part, wanted=wanted)


def conditions_of(formula: Formula) -> Iterable[Condition]:
    """Every condition in it."""
    return (one for some, _ in parts_of(formula) for one in some.conditions)
