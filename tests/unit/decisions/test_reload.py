"""While policies are reloaded, no thread reads facts by the declarations of another set."""

import json

import pytest

from authz.composition import parts
from authz.decisions.snapshot import Snapshot
from authz.model import Action, Caller, Entity, Request
from authz.storage import people, resources, tenants
from authz.storage.database import migrate, open_database
from authz.storage.events import Actor
from authz.storage.tables import Resource
from tests.unit.engine.sets import loaded

BY = Actor("user", "u_tester", "t@example.org", channel="web", address="192.0.2.1")
NOW = 1_800_000_000.0
SCHEMA = """\
version: 1
types:
  user:
    subject: true
    facts: accounts
    attributes: {status: {type: string, required: true}}
  paper:
    registrable: true
    attributes: {ATTRIBUTE: {type: boolean, default: false}}
    actions: [see]
"""
RULES = """\
permit("t.permit", s: User, "see", r: Paper, _c) if s.tenant = r.tenant;
forbid("t.forbid", _s: User, "see", r: Paper, _c) if r.ATTRIBUTE = true;
"""
SEE = Request(Entity("user", "a@b.org"), Action("see"), Entity("paper", "p1"))


class Active:
    """The policies that are in force, for a test to change."""

    def __init__(self, policies):
        self.policies = policies

    def current(self):
        return self.policies


def forbidding(folder, attribute):
    schema, rules = (text.replace("ATTRIBUTE", attribute) for text in (SCHEMA, RULES))
    return loaded(folder, rules, "t.permit", "t.forbid", schema=schema)


@pytest.fixture
def world(tmp_path):
    """A paper that is locked and sealed; policies about the one, then about the other."""
    migrate(tmp_path / "f.db")
    database = open_database(tmp_path / "f.db", lambda: NOW)
    tenants.create_tenant(database, "g", actor=BY, name="G", kind="minigrid")
    people.create_account(
        database, "g", actor=BY, email="a@b.org", name="X", password_hash=None
    )
    old, new = (forbidding(tmp_path / name, name) for name in ("locked", "sealed"))
    resources.put(database, old.schema, "g", "paper", "p1", {"locked": True}, actor=BY)
    both = json.dumps({"locked": True, "sealed": True})
    Resource.update(attributes=both).execute(database.db)
    active = Active(old)
    made = parts(active, database, lambda: NOW)
    yield active, old, new, made
    made.facts.close()
    database.close()


def allowed(snapshot: Snapshot) -> bool:
    return snapshot.decide(SEE, Caller("g"))[0].allowed


def test_a_decision_begun_before_a_reload_ends_by_the_old_declarations(world):
    active, _, new, made = world
    before = made.pdp.snapshot("g")
    active.policies = new
    assert not allowed(made.pdp.snapshot("g"))
    assert not allowed(before)


def test_a_slow_thread_leaves_no_facts_of_the_old_declarations_behind(world):
    active, _, new, made = world
    before = made.pdp.snapshot("g")
    active.policies = new
    after = made.pdp.snapshot("g")
    assert not allowed(before)
    assert not allowed(after)
    assert not made.pdp.evaluate(SEE, Caller("g")).decision.allowed
