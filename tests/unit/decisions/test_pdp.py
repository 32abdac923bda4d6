"""The decision point: which value counts, and what is denied at the door."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from authz.decisions.pdp import PDP
from authz.decisions.ports import Stored
from authz.engine.policyset import PolicySet
from authz.engine.schema import TypeSchema
from authz.errors import Unavailable
from authz.model import Action, Caller, Entity, Reason, Request
from tests.unit.engine.sets import loaded

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
  pages_unlocked: {type: boolean, source: session, default: false}
  now: {type: integer, source: clock, required: true}
  mood: {type: string}
action_properties:
  soft: {type: boolean}
types:
  user:
    subject: true
    attributes:
      rank: {type: string, source: stored, required: true}
      mood: {type: string, source: any}
  robot: {}
  paper:
    unregistered: true
    attributes:
      owner: {type: string, source: vouched, required: true}
      status: {type: string, source: any}
      note: {type: string, source: request}
    actions: [see]
  vault:
    actions: [see]
"""
RULES = """\
permit("t.rank", u: User, "see", _p: Paper, _c) if u.rank = "high";
permit("t.owner", u: User, "see", p: Paper, _c) if p.owner = u.id;
permit("t.status", _u: User, "see", p: Paper, _c) if p.status = "open";
permit("t.note", _u: User, "see", p: Paper, _c) if p.note = "please";
permit("t.web", _u: User, "see", _p: Paper, c: Context) if c.channel = "web";
permit("t.unlocked", _u: User, "see", _p: Paper, c: Context) if c.pages_unlocked = true;
permit("t.late", _u: User, "see", _p: Paper, c: Context) if c.now > 1000;
permit("t.soft", _u: User, "see", _p: Paper, c: Context) if c.action_soft = true;
permit("t.mood", _u: User, "see", _p: Paper, c: Context) if c.mood = "good";
permit("t.vault", u: User, "see", v: Vault, _c) if u.tenant = v.tenant;
forbid("t.elsewhere", u: User, _a, r, _c) if u.tenant != r.tenant;
"""
IDS = [line.split('"')[1] for line in RULES.splitlines()]


class World(NamedTuple):
    """A decision point over facts that a test writes down."""

    policies: PolicySet
    stored: dict[tuple[str, str], Stored]
    now: list[float]
    held: list[int]

    def revision(self, tenant: str) -> int:
        if tenant != "t":
            raise Unavailable("no such tenant")
        return 7

    def held_revision(self, tenant: str) -> int:
        return self.held.pop() if self.held else 7

    def find(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        return self.stored.get((kind.name, id))

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        return (tenant, session, user) == ("t", "s1", "ann")

    def ask(self, subject="user:ann", resource="paper:p1", action="see", **given):
        pdp = PDP(lambda: self.policies, self, lambda: self.now[0])
        request = Request(
            _entity(subject, given.get("subject_properties", {})),
            Action(action, given.get("action_properties", {})),
            _entity(resource, given.get("properties", {})),
            given.get("context", {}),
        )
        caller = Caller("t", given.get("channel"), given.get("session"))
        return pdp.evaluate(request, caller)

    def decide(self, *args, **given):
        decision = self.ask(*args, **given).decision
        return decision.reason, decision.determining


def _entity(name: str, properties: Mapping[str, object]) -> Entity:
    type, _, id = name.partition(":")
    return Entity(type, id, properties)


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("set"), RULES, *IDS, schema=SCHEMA)


@pytest.fixture
def world(policies):
    stored = {
        ("user", "ann"): Stored("ann", {"rank": "low"}),
        ("user", "ann@t.example"): Stored("ann", {"rank": "low"}),
        ("user", "bob"): Stored("bob", {}),
        ("paper", "p1"): Stored("p1", {"owner": "bob", "status": "closed"}),
        ("vault", "v1"): Stored("v1", {}),
        ("vault", "v2"): Stored("v2", {"tenant": "other"}),
    }
    return World(policies, stored, [100.0], [])


DENIED = (Reason.NO_PERMIT, ())


def permitted(*ids):
    return Reason.PERMITTED, ids


def test_a_stored_attribute_cannot_be_claimed(world):
    assert world.decide(subject_properties={"rank": "high"}) == DENIED
    assert world.decide(subject_properties={"rank": 5}) == DENIED


def test_a_vouched_attribute_counts_only_until_the_resource_is_registered(world):
    mine = {"owner": "ann"}
    assert world.decide(properties=mine) == DENIED
    assert world.decide(resource="paper:p9", properties=mine) == permitted("t.owner")


def test_a_value_of_source_any_is_the_callers_where_it_is_sent(world):
    assert world.decide(properties={"status": "open"}) == permitted("t.status")
    world.stored["paper", "p1"] = Stored("p1", {"owner": "bob", "status": "open"})
    assert world.decide() == permitted("t.status")
    assert world.decide(properties={"status": "closed"}) == DENIED
    assert world.decide(properties={"status": None}) == permitted("t.status")


def test_a_value_of_source_request_is_only_the_callers(world):
    world.stored["paper", "p1"] = Stored("p1", {"owner": "bob", "note": "please"})
    assert world.decide() == DENIED
    assert world.decide(properties={"note": "please"}) == permitted("t.note")


def test_the_channel_is_the_callers_and_not_the_contexts(world):
    assert world.decide(context={"channel": "web"}) == DENIED
    assert world.decide(channel="web") == permitted("t.web")


def test_unlocked_pages_are_read_from_the_session_and_nobody_asserts_them(world):
    assert world.decide(context={"pages_unlocked": True}) == DENIED
    assert world.decide(session="s2") == DENIED
    assert world.decide(session="s1") == permitted("t.unlocked")
    assert world.decide(subject="user:ann@t.example", session="s1") == permitted(
        "t.unlocked"
    )


def test_the_time_is_the_clocks(world):
    assert world.decide(context={"now": 5000}) == DENIED
    world.now[0] = 1001.5
    assert world.decide() == permitted("t.late")


def test_action_properties_reach_rules_and_the_context_cannot_forge_them(world):
    assert world.decide(context={"action_soft": True}) == DENIED
    assert world.decide(action_properties={"soft": True}) == permitted("t.soft")


def test_all_policies_that_hold_are_determining(world):
    given = {"channel": "web", "context": {"mood": "good"}}
    assert world.decide(**given) == permitted("t.mood", "t.web")


@pytest.mark.parametrize(
    ("question", "detail"),
    [
        ({"subject": "user:zoe"}, "the subject `user:zoe` is not known"),
        ({"subject": "ghost:ann"}, "no subject is of the type `ghost`"),
        ({"subject": "robot:r2"}, "no subject is of the type `robot`"),
        ({"resource": "ghost:p1"}, "no resource is of the type `ghost`"),
        ({"resource": "vault:v9"}, "the resource `vault:v9` is not known"),
        ({"action": "eat"}, "`eat` is no action of `paper`"),
        ({"resource": "user:ann"}, "`see` is no action of `user`"),
        ({"action": ""}, "`` is no action of `paper`"),
    ],
)
def test_what_is_not_known_is_denied(world, question, detail):
    decision = world.ask(**question).decision
    assert (decision.allowed, decision.reason) == (False, Reason.UNKNOWN)
    assert decision.detail == detail


@pytest.mark.parametrize(
    ("question", "reason", "detail"),
    [
        ({"resource": "paper:p9"}, Reason.MISSING_ATTRIBUTE, "`owner` is missing"),
        ({"subject": "user:bob"}, Reason.MISSING_ATTRIBUTE, "`rank` is missing"),
        ({"properties": {"owner": 1}}, Reason.ATTRIBUTE_TYPE, "`owner` must be a string"),
        ({"properties": {"status": ["open"]}}, Reason.ATTRIBUTE_TYPE, "`status`"),
        ({"context": {"mood": True}}, Reason.ATTRIBUTE_TYPE, "context: `mood`"),
        ({"action_properties": {"soft": 1}}, Reason.ATTRIBUTE_TYPE, "must be a boolean"),
    ],
)
def test_a_missing_or_mistyped_attribute_is_denied_even_where_a_permit_holds(
    world, question, reason, detail
):
    decision = world.ask(channel="web", **question).decision
    assert (decision.allowed, decision.reason) == (False, reason)
    assert detail in decision.detail


def test_a_type_is_judged_the_same_whether_the_resource_exists_or_not(world):
    known = world.ask(properties={"owner": 1}).decision
    unknown = world.ask(resource="paper:p9", properties={"owner": 1}).decision
    assert known == unknown


def test_what_the_schema_does_not_declare_is_ignored(world):
    given = {"properties": {"wings": 2}, "context": {"wings": 2}, "channel": "web"}
    assert world.decide(**given) == permitted("t.web")


def test_another_tenant_is_forbidden_even_if_the_store_would_find_it(world):
    assert world.decide(resource="vault:v1") == permitted("t.vault")
    assert world.decide(resource="vault:v2") == (Reason.FORBIDDEN, ("t.elsewhere",))


def test_an_answer_names_both_revisions(world):
    answer = world.ask()
    assert answer.policy_revision == world.policies.revision
    assert answer.data_revision == 7


def test_a_decision_rests_on_facts_of_one_revision(world):
    world.held[:] = [8, 8]
    assert world.ask().data_revision == 7
    assert world.held == []
    world.held[:] = [8] * 20
    with pytest.raises(Unavailable, match="keep changing"):
        world.ask()


def test_facts_that_cannot_be_trusted_give_no_decision(world):
    pdp = PDP(lambda: world.policies, world, lambda: 0.0)
    request = Request(Entity("user", "ann"), Action("see"), Entity("paper", "p1"))
    with pytest.raises(Unavailable):
        pdp.evaluate(request, Caller("gone"))
