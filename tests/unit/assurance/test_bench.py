"""The benchmark's world: always the same, as large as it is said to be, and right."""

import time
from dataclasses import replace

import pytest

from authz.assurance.bench_by_hand import written_by_hand
from authz.assurance.bench_check import by_reference, disagreements
from authz.assurance.bench_policies import write_policies
from authz.assurance.bench_rules import RULES_LEAST
from authz.assurance.bench_store import store
from authz.assurance.bench_world import Shape, generated_world
from authz.engine.policyset import load
from authz.engine.source import read_directory
from authz.storage.database import migrate, open_database
from authz.storage.facts import StoredFacts
from authz.storage.tables import Account, Binding, MeteringUnit
from authz.storage.tenants import list_tenants

SMALL = Shape(users=60, tenants=3, bindings=4, resources=80, rules=23, questions=400)


def clock():
    return 1_800_000_000.0


@pytest.fixture(scope="module")
def world():
    return generated_world(SMALL)


@pytest.fixture(scope="module")
def policies(world, tmp_path_factory):
    directory = tmp_path_factory.mktemp("bench") / "policies"
    write_policies(world.rules, directory)
    return load(read_directory(directory))


@pytest.fixture(scope="module")
def database(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "bench.db"
    migrate(path)
    opened = open_database(path, time.time)
    store(world, opened)
    yield opened
    opened.close()


def test_a_seed_makes_one_world_and_another_seed_another(world):
    assert generated_world(SMALL) == world
    assert generated_world(replace(SMALL, seed=2)).questions != world.questions


@pytest.mark.parametrize("count", [RULES_LEAST, 23, 104])
def test_there_are_as_many_policies_as_are_asked_for(count, tmp_path):
    world = generated_world(replace(SMALL, rules=count))
    write_policies(world.rules, tmp_path / "policies")
    texts = [path.read_text() for path in (tmp_path / "policies").glob("*.polar")]
    lines = [line for text in texts for line in text.splitlines()]
    assert sum(line.startswith(("permit(", "forbid(")) for line in lines) == count


def test_the_generated_set_is_accepted_and_has_those_policies(policies):
    assert len(policies.policies) == SMALL.rules


def test_everybody_and_everything_is_stored(world, database):
    def count(table):
        return table.select().count(database.db)

    assert count(Account) == SMALL.users
    assert count(MeteringUnit) == SMALL.resources
    assert count(Binding) == SMALL.users * SMALL.bindings
    assert [tenant.slug for tenant in list_tenants(database)] == list(world.tenants)


def test_people_who_are_not_asked_about_are_stored_too(tmp_path):
    shape = replace(SMALL, users=50, bindings=10_000, resources=2_010, questions=1)
    world = generated_world(shape)
    assert (len(world.people), len(world.units)) == (20, 2_000)
    migrate(tmp_path / "bench.db")
    database = open_database(tmp_path / "bench.db", time.time)
    store(world, database)
    others = Binding.select().where(Binding.account.startswith("u_1_"))
    assert Account.select().count(database.db) == 50
    assert MeteringUnit.select().count(database.db) == 2_010
    assert others.count(database.db) == 30 * 2
    database.close()


def test_the_function_written_by_hand_answers_as_the_reference_does(
    world, policies, database
):
    facts = StoredFacts(database, clock)
    reference = by_reference(policies, facts, world.tenant, clock)
    by_hand = written_by_hand(world)
    asked = world.questions[:150] + world.strangers[:50]
    assert disagreements(by_hand, reference, asked) == []
    assert {by_hand(*question) for question in asked} == {True, False}
    facts.close()


def test_a_wrong_answer_is_found(world):
    by_hand = written_by_hand(world)
    first = world.questions[0]

    def wrong(*question):
        return by_hand(*question) is not (question == first)

    found = disagreements(wrong, by_hand, world.questions)
    assert set(map(str, found)) == {str(first)}


def test_a_question_that_is_not_answered_at_all_is_found(world):
    found = disagreements(lambda *_: None, written_by_hand(world), world.questions)
    assert found == list(world.questions)
