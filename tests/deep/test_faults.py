"""One faulty place among all conditions: nearly always the comparison shows it."""

from dataclasses import replace

import pytest

from authz.engine.gate import compare as gate
from tests.differential import shipped
from tests.mutation import constructs
from tests.mutation.difference import shown
from tests.mutation.faults import FAULTS
from tests.mutation.twice import Faulty, Sound

BUDGET_S = 60
#: Share of the places that change an answer in which the fault is caught.
CAUGHT = 0.97
#: So many misses say nothing about a share.
FEW = 5

pytestmark = pytest.mark.deep


@pytest.mark.parametrize(
    "files", [shipped.files, constructs.files], ids=["shipped", "made"]
)
def test_a_fault_in_one_place_is_nearly_always_caught(deep, files):
    sound, random = Sound(files()), deep.random
    caught, missed = 0, []
    for _ in deep.rounds(0.015):
        name, signature = random.choice(list(FAULTS)), random.choice(sound.signatures)
        effect = random.choice(["permits", "forbids"])
        ways = sound.unfolded.ways[signature]
        places = list(FAULTS[name](getattr(ways, effect)))
        if not places:
            continue
        faulty = replace(ways, **{effect: random.choice(places)})
        candidate = Faulty(sound, {**sound.unfolded.ways, signature: faulty})
        if gate.compare(candidate, [signature], BUDGET_S).mismatch is not None:
            caught += 1
        elif asked := shown(sound, signature, faulty, candidate.compiled(signature)):
            missed.append(f"{name}: {asked}")
    told = (deep.name, missed[:3])
    assert len(missed) <= max(FEW, (1 - CAUGHT) * (caught + len(missed))), told
