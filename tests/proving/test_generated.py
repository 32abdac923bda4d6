"""Policy sets made by chance: what is proved is true, and what is violated is broken."""

from random import Random

from authz.assurance.proving.proofs import Proofs, Verdict
from authz.assurance.proving.prove import prove
from tests.proving.generated import Case, Truths, case

EACH = 6


def judged(one: Case, truths: Truths) -> Proofs:
    """What is known of it, once counting agrees."""
    policies, invariants = one.loaded()
    found = prove(policies, invariants, budget_s=300)
    expected = Verdict.PROVED
    if one.broken(truths):
        expected = Verdict.VIOLATED
    elif one.vacuous(truths):
        expected = Verdict.NOT_PROVED
    text = "".join(content.decode() for content in one.source.files.values())
    told = f"{text}\n{one.invariant()}\n{found}"
    assert found.invariants[0].verdict is expected, told
    assert {idle.policy_id for idle in found.idle} == one.idle(truths), told
    return found


def test_what_is_proved_is_what_counting_finds():
    random, truths = Random("proving"), Truths()
    seen = dict.fromkeys((Verdict.PROVED, Verdict.VIOLATED), 0)
    while min(seen.values()) < EACH:
        found = judged(case(random), truths)
        if found.invariants[0].verdict in seen:
            seen[found.invariants[0].verdict] += 1
