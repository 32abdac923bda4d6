"""Do two lists of conditions, or two functions, ever say different things?

It asks neither the comparison that is tested nor the reference, so that a fault which
changes nothing is told from one that is missed.
"""

from random import Random
from typing import Any

from authz.engine.conditions import Condition, Signature, Ways
from tests.differential.aims import push
from tests.differential.comparison import holds
from tests.differential.worlds import Asked, Pools
from tests.mutation.twice import Sound

QUESTIONS = 800


def shown(sound: Sound, signature: Signature, faulty: Ways, made: Any) -> Asked | None:
    """A question that is answered otherwise with the fault; None when none was found."""
    right = sound.unfolded.ways[signature]
    random = Random(str(signature))
    conditions = sorted({*_all(right), *_all(faulty)}, key=str)
    pools = Pools({"": [*_constants(conditions), "x", "y"]})
    for _ in range(QUESTIONS):
        condition = random.choice(conditions)
        asked = pools.question(
            random,
            sound.schema,
            signature,
            lambda world, condition=condition: push(random, condition, world),
            condition.records,
        )
        if _answer(right, asked) != _by_functions(sound, made, asked):
            return asked
    return None


def _all(ways: Ways) -> tuple[Condition, ...]:
    return (*ways.permits, *ways.forbids)


def _constants(conditions: list[Condition]) -> list[str]:
    found = {
        value
        for condition in conditions
        for literal in condition.literals
        for value in (literal.right if isinstance(literal.right, tuple) else ())
    }
    return sorted(value for value in found if isinstance(value, str))


def _answer(ways: Ways, asked: Asked) -> tuple[frozenset[str], frozenset[str], bool]:
    permits, forbids = (
        frozenset(c.policies[0] for c in conditions if holds(c, asked))
        for conditions in (ways.permits, ways.forbids)
    )
    return permits, forbids, bool(permits) and not forbids


def _by_functions(sound: Sound, made: Any, asked: Asked) -> object:
    parts = sound.prepared(asked)
    try:
        found = made.satisfied(*parts)
        return found.permits, found.forbids, made.allowed(*parts)
    except (TypeError, KeyError, AttributeError):
        return None
