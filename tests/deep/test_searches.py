"""Searches over many generated rows: exactly what is allowed pair by pair is found."""

import pytest

from tests.samples.company import Company, copy_of
from tests.samples.pairs import populate
from tests.shipped import shipped
from tests.storage.conftest import migrated, world  # noqa: F401
from tests.storage.test_search import agree

SUBJECTS, ROWS = 50, 2_000

pytestmark = pytest.mark.deep


@pytest.mark.parametrize("tenant", ["pwani", "gasmeter-uz"])
def test_a_search_agrees_with_the_compiled_functions(deep, seeded, tmp_path, tenant):
    policies = shipped()
    database = copy_of(seeded[0], tmp_path / "facts.db")
    populate(database, deep.random, SUBJECTS, ROWS)
    at = Company(policies, database, tenant, deep.random.choice(["web", "android"]))
    left = []
    for number in deep.rounds(0.015):
        left = left or deep.random.sample(policies.signatures(), len(policies.signatures()))
        found = at.agree(deep.random, left.pop(), subjects=SUBJECTS, resources=5)
        assert found >= 0, f"{deep.name}, round {number}"
    at.facts.close()
    database.close()


def test_a_search_agrees_with_generated_conditions(deep, world):  # noqa: F811
    assert agree(world, deep.random, deep.rounds(0.015), people=60, things=600)
