"""Denies of random worlds, and whether their smallest change is one."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random

from authz.decisions.change import FIXED, Change, applied, kinds_of, mirrored
from authz.decisions.pdp import PDP, Answer
from authz.decisions.smallest import Found, smallest_change
from authz.decisions.ways import allows, reach
from authz.engine.combine import combine
from authz.engine.conditions import Values
from authz.engine.policyset import PolicySet
from authz.model import Reason
from tests.deep import worlds

NOW = 1_800_000_000.0
QUESTIONS = 20


def denies(random: Random, policies: PolicySet) -> Iterator[Answer]:
    """Denies of world after world that follow from the policies."""
    while True:
        here = worlds.world(random, policies.schema)
        facts = here.facts(policies.schema, pages_unlocked=random.random() < 0.5)
        pdp = PDP(lambda: policies, facts, lambda: NOW)
        for _ in range(QUESTIONS):
            asked = worlds.question(random, policies.schema, here)
            answer = pdp.evaluate(*worlds.request(random, asked))
            if answer.decision.reason in (Reason.FORBIDDEN, Reason.NO_PERMIT):
                yield answer


def checked(answer: Answer) -> Found:
    """The smallest change of a deny, which allows as a whole and no part of which does.

    The whole and all but one of the changes are asked of the engine itself, every part of
    the conditions.
    """
    policies, inputs = answer.policies, answer.inputs
    assert inputs is not None
    signature, values = inputs.signature, values_of(answer)
    ways, kinds = policies.ways(signature), kinds_of(policies.schema, signature)
    found = smallest_change(
        ways,
        values,
        kinds,
        signature,
        reach=reach(map(policies.ways, policies.signatures())),
    )
    both = mirrored(values, kinds, signature)

    def engine_allows(changes: Sequence[Change]) -> bool:
        after = applied(values, changes, mirrored=both)
        parts = (after["subject"], after["resource"], after["context"])
        packed = policies.layout(signature).packed(*parts)
        return combine(policies.reference(signature, *packed)).allowed

    if not found.changes:
        assert found.impossible
        return found
    what = f"{signature} {found.changes} {values}"
    assert FIXED.isdisjoint(change.attribute for change in found.changes), what
    assert engine_allows(found.changes), what
    for change in found.changes:
        assert not engine_allows([one for one in found.changes if one != change]), what
    for size in range(len(found.changes)):
        for part in combinations(found.changes, size):
            assert not allows(ways, applied(values, part, mirrored=both)), what
    return found


def values_of(answer: Answer) -> Values:
    """What the decision was made from."""
    inputs = answer.inputs
    assert inputs is not None
    return dict(zip(("subject", "resource", "context"), inputs.values, strict=True))
