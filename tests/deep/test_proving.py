"""Formulas and policy sets made by chance: the solver says what counting says."""

import pytest

from authz.assurance.proving.invariant import FILE
from authz.assurance.proving.invariant_file import parse_invariants
from authz.assurance.proving.proofs import Verdict
from authz.assurance.proving.prove import prove
from tests.proving.enumerated import WORLDS
from tests.proving.generated import Truths, case
from tests.proving.planted import PLANTED, planted
from tests.proving.test_generated import judged
from tests.proving.test_witness import agrees
from tests.shipped import POLICIES, changed

pytestmark = pytest.mark.deep
#: Policy sets of each kind that a run sees at least.
EACH = 50


@pytest.mark.parametrize("name", list(WORLDS))
def test_the_solver_finds_a_request_exactly_where_there_is_one(deep, name):
    world = WORLDS[name]()
    for _ in deep.rounds(0.01):
        agrees(world, deep.random)


def test_nothing_is_proved_or_violated_that_counting_sees_otherwise(deep):
    truths = Truths()
    seen = dict.fromkeys((Verdict.PROVED, Verdict.VIOLATED), 0)
    rounds = deep.rounds(0.03)
    while next(rounds, None) is not None or min(seen.values()) < EACH:
        found = judged(case(deep.random), truths)
        if found.invariants[0].verdict in seen:
            seen[found.invariants[0].verdict] += 1


def test_each_planted_edit_alone_breaks_its_invariant(deep):
    ids = deep.random.sample(list(PLANTED), len(PLANTED))
    for id, _ in zip(ids, deep.rounds(0.03), strict=False):
        source = planted(PLANTED[id])
        policies = changed(source)
        text = (POLICIES / FILE).read_bytes()
        invariants = parse_invariants(text, source, policies.schema)
        found = prove(policies, invariants, budget_s=600)
        assert id in {one.id for one in found.verdicts(Verdict.VIOLATED)}, deep.name
        assert not found.verdicts(Verdict.NOT_PROVED), deep.name
