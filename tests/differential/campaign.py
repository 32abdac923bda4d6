"""Many questions to one policy set after another, and where the two evaluators differ."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from authz.assurance.bench_load import uncompared
from authz.engine.conditions import Condition, Signature
from authz.engine.policyset import PolicySet
from authz.engine.unfolding.terms import OutsideFragment
from tests.differential.aims import push
from tests.differential.comparison import differences
from tests.differential.generated import Generated
from tests.differential.vocabulary import STRINGS
from tests.differential.worlds import Asked, Pools

POOLS = Pools({"": STRINGS})


@dataclass
class Tally:
    """What a campaign came to."""

    #: Sets, questions and answers -> how many.
    counts: Counter[str] = field(default_factory=Counter)
    #: Sentences, each with what is needed to repeat it.
    differences: list[str] = field(default_factory=list)
    #: Ids of the policies that held at least once.
    held: set[str] = field(default_factory=set)

    def compare(self, policies: PolicySet, asked: Asked, where: str) -> None:
        """Ask all evaluators, and keep what differs."""
        expected, found = differences(policies, asked)
        self.counts["questions"] += 1
        self.counts[expected.reason.value] += 1
        self.held.update(expected.determining, expected.overruled)
        if found:
            self.differences.append(f"{where}: {'; '.join(found)}, asked {asked}")


def of_generated(name: str, questions: int, tally: Tally) -> None:
    """One generated policy set, and questions about it.

    A third of them by chance, a third pushed toward what a policy was made of, a third
    toward a condition.
    """
    random = Random(name)
    made = Generated(random)
    tally.counts["sets"] += 1
    try:
        policies = uncompared(made.files())
    except OutsideFragment as exc:
        tally.counts["refused"] += 1
        tally.counts[f"refused: {exc.rule}"] += 1
        return
    for number in range(questions):
        aim = random.choice(made.aims)
        pushed = aim.push if number % 3 == 1 else None
        signature = aim.signature(random)
        asked = POOLS.question(random, policies.schema, signature, pushed)
        if number % 3 == 2:
            asked = near_a_condition(random, policies, POOLS, signature) or asked
        tally.compare(policies, asked, f"{name}, question {number}")


def near_a_condition(
    random: Random,
    policies: PolicySet,
    pools: Pools,
    signature: Signature,
    policy: str = "",
) -> Asked | None:
    """A question that almost satisfies a condition of that policy, or of any; None where
    there is none.
    """
    ways = policies.ways(signature)
    by_policy: dict[str, list[Condition]] = {}
    for condition in (*ways.permits, *ways.forbids):
        by_policy.setdefault(condition.policies[0], []).append(condition)
    if not by_policy:
        return None
    condition = random.choice(by_policy[policy or random.choice(sorted(by_policy))])
    return pools.question(
        random,
        policies.schema,
        signature,
        lambda world: push(random, condition, world),
        condition.records,
    )
