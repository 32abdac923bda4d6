"""A hundred thousand recorded decisions: none flips without an edit, and edits exactly."""

from random import Random

import pytest

from authz.assurance.replaying import replay
from tests.deep.conftest import SEED
from tests.replaying.edits import edited
from tests.replaying.recorded import Oracle, recorded
from tests.replaying.truths import flipped, outcomes
from tests.shipped import shipped

#: Requests of every kind, some of them batches; and items of plain batches.
ODD, PLAIN, ITEMS = 8_000, 176, 500
#: Share of the decisions that the engine itself is asked for, beside all that flip.
BY_OSO = 0.003
#: What a line cannot say, and a candidate may ask for.
UNSAID = {
    "it is a search",
    "the session is not recorded",
    "the channel of the item is not recorded",
}

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    random, policies = Random(f"DEEP_SEED={SEED} replay"), shipped()
    with recorded(tmp_path_factory.mktemp("replay"), policies, people=60) as at:
        at.ask(random, ODD, policies)
        for _ in range(PLAIN):
            at.ask_plainly(random, ITEMS, policies)
        yield at


def test_the_same_policies_flip_nothing_of_a_hundred_thousand(at):
    found = replay(at.lines(), shipped(), shipped(), at.database).document()
    assert found["decisions"] > 100_000
    assert found["flips"] == []
    assert {one["why"] for one in found["not_replayed"]} == {"it is a search"}


def test_an_edit_flips_exactly_what_is_decided_otherwise(deep, at):
    for number in deep.rounds(0.03):
        candidate = edited(deep.random, deep.random.choice((1, 3, 20)))
        oracle = Oracle(at, candidate)
        wanted = flipped(at, oracle, by_oso=lambda: deep.random.random() < BY_OSO)
        got, left = outcomes(at, candidate, shipped())
        where = f"{deep.name}, edit {number}: {candidate.revision}"
        assert {why for why, _ in left.values()} <= UNSAID, where
        assert got == {one for one in wanted if one[:2] not in left}, where
        oracle.close()
