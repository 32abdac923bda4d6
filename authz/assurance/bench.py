"""What decisions cost: the rows of the benchmark's table.

What is compared is timed in turn, round by round, so that a busy machine slows both: a
ratio is that of two neighbouring rounds. A round asks many different questions, prepared
beforehand; the collector of garbage rests meanwhile. Costs are of one call, with the loop.
"""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from authz.assurance.bench_by_hand import Given, IsAllowed, Quick, written_by_hand
from authz.assurance.bench_world import Question, World
from authz.model import Decision

ROUNDS = 15
#: Of what takes longer: fewer rounds of fewer questions.
SLOW_ROUNDS = 5
EVALUATIONS = 500
REFERENCES = 20
FIRST_DECISIONS = 200
#: Of how many bindings altogether, as each of them is read.
FIRST_BINDINGS = 20_000


class Asked(Protocol):
    """The part of the library's PDP that is timed."""

    def is_allowed(
        self, subject: Given, action: Given, resource: Given, context: Given
    ) -> bool:
        """Yes or no."""
        ...

    def evaluate(self, request: Mapping[str, object]) -> Decision:
        """The whole decision."""
        ...


#: Opens another PDP over the same policies and database, with nothing cached.
Reopen = Callable[[], AbstractContextManager[Asked]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    #: `us` (microseconds of one call), `x` (a ratio) or `bytes`.
    unit: str
    least: float
    median: float
    most: float


def decision_rows(world: World, pdp: Asked, pinned: Quick) -> list[Row]:
    """What a yes or no costs with the facts cached, beside the function written by hand.

    pinned: answers from one revision of the facts, without the check that it is the last.
    """
    costs = _in_turn(
        {
            "is_allowed, facts cached": pinned,
            "hand-written function": written_by_hand(world),
            "is_allowed, with freshness": pdp.is_allowed,
        },
        world.questions,
    )
    by_hand = costs["hand-written function"]
    ratios = {
        "ratio, facts cached": _divided(costs["is_allowed, facts cached"], by_hand),
        "ratio, with freshness": _divided(costs["is_allowed, with freshness"], by_hand),
    }
    return [
        *(_row(name, "us", found) for name, found in costs.items()),
        *(_row(name, "x", found) for name, found in ratios.items()),
    ]


def other_rows(
    world: World, pdp: Asked, reopen: Reopen, reference: IsAllowed
) -> Iterator[Row]:
    """What else costs: the whole decision, a first one, the reference, the memory."""
    asked = [_request(question) for question in world.questions[:EVALUATIONS]]
    yield _row("evaluate", "us", [_evaluations(pdp, asked) for _ in range(SLOW_ROUNDS)])
    firsts = [_first_decisions(world, reopen, n) for n in range(SLOW_ROUNDS)]
    yield _row("first decision, uncached subject", "us", firsts)
    few = world.questions[:REFERENCES]
    yield _row(
        "reference engine", "us", [_cost(reference, few) for _ in range(SLOW_ROUNDS)]
    )
    held = [_memory(world, reopen, n) for n in range(SLOW_ROUNDS)]
    yield _row("memory per cached subject", "bytes", held)


def _in_turn(
    functions: Mapping[str, Quick], questions: Sequence[Question]
) -> dict[str, list[float]]:
    """Name -> the cost in each round; a round before the first fills caches."""
    for ask in functions.values():
        _cost(ask, questions)
    costs: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, ask in functions.items():
            costs[name].append(_cost(ask, questions))
    return costs


def _cost(ask: Quick, questions: Sequence[Question]) -> float:
    """Microseconds of one call."""
    with _undisturbed():
        started = time.perf_counter()
        for subject, action, resource, context in questions:
            ask(subject, action, resource, context)
        return (time.perf_counter() - started) / len(questions) * 1e6


def _evaluations(pdp: Asked, requests: Sequence[Mapping[str, object]]) -> float:
    """Microseconds of one whole decision."""
    with _undisturbed():
        started = time.perf_counter()
        for request in requests:
            pdp.evaluate(request)
        return (time.perf_counter() - started) / len(requests) * 1e6


def _first_decisions(world: World, reopen: Reopen, number: int) -> float:
    """Microseconds of the first question about a person; the unit is known already."""
    with reopen() as pdp:
        first, *others = _about_new_people(world, number)
        pdp.is_allowed(*first)
        return _cost(pdp.is_allowed, others or [first])


def _memory(world: World, reopen: Reopen, number: int) -> float:
    """Bytes that are kept for a person who was asked about; the unit is counted before."""
    with reopen() as pdp:
        first, *others = _about_new_people(world, number)
        tracemalloc.start()
        try:
            pdp.is_allowed(*first)
            gc.collect()
            before, _ = tracemalloc.get_traced_memory()
            for question in others:
                pdp.is_allowed(*question)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return (after - before) / max(1, len(others))


def _about_new_people(world: World, number: int) -> list[Question]:
    """Questions that differ in the subject only: other people for each number."""
    _, action, resource, context = world.questions[0]
    count = max(2, min(FIRST_DECISIONS, FIRST_BINDINGS // world.shape.bindings))
    start = number * count % len(world.people)
    chosen = world.people[start : start + count]
    return [({"type": "user", "id": p.id}, action, resource, context) for p in chosen]


def _request(question: Question) -> Mapping[str, object]:
    return dict(zip(("subject", "action", "resource", "context"), question, strict=True))


def _divided(costs: Sequence[float], others: Sequence[float]) -> list[float]:
    return [cost / other for cost, other in zip(costs, others, strict=True)]


def _row(name: str, unit: str, found: Sequence[float]) -> Row:
    return Row(name, unit, min(found), statistics.median(found), max(found))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No collection of garbage inside, as in the standard `timeit`."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
