"""Decisions from what has been prepared before."""

import logging

import pytest

from authz.decisions.pdp import PDP
from authz.decisions.ports import Stored
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
  soft: {type: boolean, default: false}
types:
  user:
    subject: true
    attributes: {roles: {type: string-set, source: stored, default: []}}
  paper:
    unregistered: true
    attributes: {owner: {type: string, source: vouched, required: true}}
    actions: [see, open, time]
"""
RULES = """\
permit("t.owner", u: User, "see", p: Paper, _c) if p.owner = u.id;
permit("t.role", u: User, "open", _p: Paper, c: Context) if
  "r" in u.roles and
  c.channel = "web";
permit("t.soft", _u: User, "see", _p: Paper, c: Context) if c.action_soft = true;
permit("t.mood", _u: User, "see", _p: Paper, c: Context) if c.mood = "good";
permit("t.late", _u: User, "time", _p: Paper, c: Context) if c.now > 1000;
"""
ANN, PAPER = {"type": "user", "id": "ann"}, {"type": "paper", "id": "p"}


class World:
    """Facts that a test writes down, and a decision point over them."""

    def __init__(self, policies):
        self.policies = policies
        self.now = 500.0
        self.at = 7
        self.found = 0
        self.stored = {
            ("user", "ann"): Stored("ann", {"roles": ("r",)}),
            ("paper", "p"): Stored("p", {"owner": "ann"}),
            ("paper", "q"): Stored("q", {"owner": "bob"}),
        }
        self.pdp = PDP(lambda: self.policies, self, lambda: self.now)

    def revision(self, tenant):
        return self.at

    def held_revision(self, tenant):
        return self.at

    def find(self, tenant, kind, id):
        self.found += 1
        return self.stored.get((kind.name, id))

    def pages_unlocked(self, tenant, session, user):
        return True

    def evaluate(self, action="see", resource=PAPER, channel=None, **properties):
        request = Request(
            Entity("user", "ann"),
            Action(action),
            Entity(**resource, properties=properties),
        )
        return self.pdp.evaluate(request, Caller("t", channel)).decision

    def quick(self, action="see", resource=PAPER, context=None):
        return self.pdp.snapshot("t").quick(ANN, {"name": action}, resource, context)


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    ids = [line.split('"')[1] for line in RULES.splitlines() if "permit" in line]
    return loaded(tmp_path_factory.mktemp("p") / "p", RULES, *ids, schema=SCHEMA)


@pytest.fixture
def world(policies):
    return World(policies)


def test_what_has_not_been_prepared_takes_a_whole_decision(world):
    assert world.quick() is None
    assert world.evaluate().allowed
    assert world.quick() is True


def test_the_quick_answer_is_that_of_the_whole_decision(world):
    other = {"type": "paper", "id": "q"}
    for action, resource, channel in (
        ("see", PAPER, None),
        ("see", other, None),
        ("open", PAPER, "web"),
        ("open", PAPER, "android"),
        ("open", PAPER, None),
    ):
        expected = world.evaluate(action, resource, channel).allowed
        context = {"channel": channel} if channel else None
        assert world.quick(action, resource, context) is expected


def test_a_channel_that_is_not_one_of_ours_is_never_quick(world):
    world.evaluate("open", channel="web")
    assert world.quick("open", context={"channel": "webb"}) is None
    assert world.quick("open", context={"channel": ["web"]}) is None


def test_whoever_says_more_gets_a_whole_decision(world):
    world.evaluate()
    snapshot = world.pdp.snapshot("t")
    see = {"name": "see"}
    assert snapshot.quick(ANN, see, PAPER) is True
    assert snapshot.quick({**ANN, "properties": {}}, see, PAPER) is None
    assert snapshot.quick(ANN, {"name": "see", "properties": {"soft": True}}, PAPER) is None
    assert snapshot.quick(ANN, see, {**PAPER, "properties": {"owner": "x"}}) is None
    assert snapshot.quick(ANN, see, PAPER, {"mood": "good"}) is None
    assert snapshot.quick(ANN, see, PAPER, {"channel": None, "mood": "good"}) is None


def test_malformed_questions_are_not_answered_quickly(world):
    world.evaluate()
    snapshot = world.pdp.snapshot("t")
    for subject in ({}, {"type": "user"}, {"type": [], "id": "ann"}, None, "user:ann"):
        assert snapshot.quick(subject, {"name": "see"}, PAPER) is None
    for context in ([], "", 0, "channel", ["channel"]):
        assert snapshot.quick(ANN, {"name": "see"}, PAPER, context) is None
    assert snapshot.quick(ANN, {"name": "see"}, PAPER, {}) is True


def test_what_depends_on_the_time_is_decided_each_time(world):
    assert not world.evaluate("time").allowed
    assert world.quick("time") is None
    world.now = 1001
    assert world.evaluate("time").allowed


def test_a_new_revision_drops_what_was_prepared(world):
    world.evaluate()
    world.stored["paper", "p"] = Stored("p", {"owner": "bob"})
    assert world.quick() is True
    world.at = 8
    assert world.quick() is None
    assert not world.evaluate().allowed
    assert world.quick() is False


def test_a_role_that_ends_is_never_taken_for_one_that_stays(world):
    world.stored["user", "ann"] = Stored("ann", {"roles": ("r",)}, valid_until=600.0)
    assert world.evaluate("open", channel="web").allowed
    found = world.found
    assert world.evaluate("open", channel="web").allowed
    assert world.found == found
    assert world.quick("open", context={"channel": "web"}) is None
    world.now = 600.0
    world.stored["user", "ann"] = Stored("ann", {"roles": ()})
    assert not world.evaluate("open", channel="web").allowed


def test_what_a_caller_says_of_a_thing_is_not_kept(world):
    new = {"type": "paper", "id": "new"}
    assert world.evaluate(resource=new, owner="ann").allowed
    assert world.evaluate(resource=new).reason is Reason.MISSING_ATTRIBUTE
    assert world.quick(resource=new) is None


def test_a_malformed_stored_row_denies_and_is_named_in_the_log(world, caplog):
    world.stored["paper", "p"] = Stored("p", {"owner": 5})
    with caplog.at_level(logging.ERROR):
        decision = world.evaluate()
    assert decision.reason is Reason.ATTRIBUTE_TYPE
    assert [record.getMessage() for record in caplog.records] == [
        "the stored row of paper:'p' in tenant t cannot be used: `owner` must be a string"
    ]


def test_a_row_that_cannot_be_read_denies(world):
    world.stored["paper", "p"] = Stored("p", {}, malformed="its attributes are no JSON")
    decision = world.evaluate()
    assert decision.reason is Reason.ATTRIBUTE_TYPE
    assert decision.detail == "resource: its attributes are no JSON"


def test_a_malformed_row_of_the_subject_denies_that_subject_alone(world):
    world.stored["user", "ann"] = Stored("ann", {"roles": "r"})
    world.stored["user", "bob"] = Stored("bob", {"roles": ()})
    assert world.evaluate().reason is Reason.ATTRIBUTE_TYPE
    request = Request(Entity("user", "bob"), Action("see"), Entity("paper", "q"))
    assert world.pdp.evaluate(request, Caller("t")).decision.allowed


def test_a_false_word_of_a_caller_is_not_logged_as_a_malformed_row(world, caplog):
    with caplog.at_level(logging.ERROR):
        decision = world.evaluate(resource={"type": "paper", "id": "new"}, owner=5)
    assert decision.reason is Reason.ATTRIBUTE_TYPE
    assert caplog.records == []


def test_a_channel_that_requests_say_is_never_taken_from_another_request(tmp_path):
    schema = SCHEMA.replace(
        "channel: {type: string, source: caller, default: unknown}",
        "channel: {type: string, source: request}",
    )
    ids = [line.split('"')[1] for line in RULES.splitlines() if "permit" in line]
    world = World(loaded(tmp_path / "p", RULES, *ids, schema=schema))
    for said, expected in (
        ({"channel": "web"}, True),
        ({}, False),
        ({"channel": "x"}, False),
    ):
        request = Request(Entity("user", "ann"), Action("open"), Entity("paper", "p"), said)
        for channel in ("web", None):
            answer = world.pdp.evaluate(request, Caller("t", channel))
            assert answer.decision.allowed is expected
            quick = world.quick("open", context=said)
            assert quick in (None, expected)


def test_the_time_of_a_decision_is_never_an_earlier_one(world):
    for now, expected in ((500, False), (1001, True), (900, False)):
        world.now = now
        assert world.evaluate("time").allowed is expected


def test_what_is_sent_wrongly_is_told_whether_the_thing_is_there_or_not(world):
    asked = {"action": Action("see", {"soft": "yes"}), "subject": Entity("user", "ann")}
    for id in ("p", "none"):
        request = Request(resource=Entity("paper", id), **asked)
        assert world.pdp.evaluate(request, Caller("t")).decision.reason is (
            Reason.ATTRIBUTE_TYPE
        )
    for subject in ("ann", "nobody"):
        request = Request(Entity("user", subject), asked["action"], Entity("paper", "p"))
        assert world.pdp.evaluate(request, Caller("t")).decision.reason is (
            Reason.ATTRIBUTE_TYPE
        )
