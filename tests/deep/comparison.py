"""Asks the policies and the oracle the same, and says where they differ."""

from random import Random

from authz.decisions.pdp import PDP
from authz.engine.policyset import PolicySet
from tests.deep import worlds
from tests.deep.oracle import allowed

QUESTIONS = 40


def differences(random: Random, policies: PolicySet) -> tuple[list[str], dict[str, int]]:
    """What one random world is answered otherwise than it must be, and how often what came.

    Shape: sentences; `allow`, `deny` and `open` -> number of questions.
    """
    here = worlds.world(random, policies.schema)
    pdps = {
        unlocked: PDP(
            lambda: policies,
            here.facts(policies.schema, pages_unlocked=unlocked),
            lambda: 1_800_000_000.0,
        )
        for unlocked in (False, True)
    }
    found, counts = [], {"allow": 0, "deny": 0, "open": 0}
    for _ in range(QUESTIONS):
        asked = worlds.question(random, policies.schema, here)
        request, caller = worlds.request(random, asked)
        decision = pdps[asked.unlocked].evaluate(request, caller).decision
        expected = False if here.lacks(asked) else allowed(asked)
        counts["open" if expected is None else "allow" if expected else "deny"] += 1
        if decision.errors or expected not in (None, decision.allowed):
            found.append(f"expected {expected}, came {decision}, to {asked}")
    return found, counts
