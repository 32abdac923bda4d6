"""Live decisions that the reference makes too, with the Events Log of a real database."""

import logging
from dataclasses import replace

import pytest

from authz.decisions.pdp import PDP
from authz.decisions.sample import Sampler
from authz.engine.conditions import Signature, Ways
from authz.engine.policyset import PolicySet
from authz.model import Action, Caller, Entity, Reason, Request
from authz.storage import access, events, incidents
from authz.storage.facts import StoredFacts
from tests.shipped import shipped
from tests.storage.conftest import BY

READ = Signature("user", "settings:read", "tenant")


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return shipped()


@pytest.fixture
def faulty(policies: PolicySet) -> PolicySet:
    """The same, with conditions that have lost the forbids of one kind of request."""
    lost = Ways(policies.ways(READ).permits, ())
    unfolded = replace(policies._unfolded, ways={**policies._unfolded.ways, READ: lost})
    parts = policies.revision, policies.schema, policies.policies
    return PolicySet(*parts, policies._classes, policies._engine, unfolded)


@pytest.fixture
def ask(world):
    person = world.person("ann@example.org")
    access.set_access(world.database, "grid", person, actor=BY, roles={"owner": None})
    opened = []

    def _ask(policies: PolicySet, rate: float = 1.0, **given):
        facts = StoredFacts(world.database, world.clock)
        opened.append(facts)
        sampler = Sampler(rate, lambda: 0.5, incidents.recorder(world.database))
        pdp = PDP(lambda: policies, facts, world.clock, sampler)
        request = Request(
            Entity("user", person), Action("settings:read"), Entity("tenant", "grid")
        )
        return pdp.evaluate(request, Caller("grid", "android"), **given).decision

    yield _ask
    for facts in opened:
        facts.close()


def incidents_of(world) -> list[str]:
    found = events.entries(world.database, "grid")
    return [e.object_label for e in found if e.action == incidents.ACTION]


def test_where_both_agree_nothing_is_written(world, policies, ask):
    assert ask(policies).reason is Reason.FORBIDDEN
    assert incidents_of(world) == []


def test_a_disagreement_denies_and_is_an_event(world, faulty, ask, caplog):
    assert ask(faulty, rate=0.1).allowed
    with caplog.at_level(logging.ERROR):
        decision = ask(faulty)
    assert (decision.allowed, decision.determining) == (False, ("common.web-only",))
    assert incidents_of(world) == ["settings:read on tenant"]
    assert "differ about `settings:read` on a `tenant`" in caplog.text
    assert "ann@example.org" not in caplog.text


def test_a_decision_may_be_sampled_without_chance(world, faulty, ask):
    assert not ask(faulty, rate=0.1, sample=True).allowed
    assert ask(faulty, rate=1.0, sample=False).allowed
    assert len(incidents_of(world)) == 1
