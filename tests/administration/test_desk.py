import json

import pytest

from authz.administration.desk import Refused
from authz.errors import Forbidden, NotFound
from authz.storage import events, refusals
from tests.administration.names import AMINA, GRACE, JUMA, ROOT, SALUM


def refused(world, tenant="pwani"):
    return [entry for entry in world.events(tenant) if entry.result == "refused"]


def test_what_is_allowed_names_the_person_and_the_revision_it_was_decided_at(world):
    desk = world.desk(AMINA)
    actor = desk.require("settings:update", "tenant", "pwani")
    assert (actor.kind, actor.id, actor.label) == ("user", desk.person.account, AMINA)
    assert (actor.channel, actor.address, actor.request_id) == ("web", "192.0.2.7", "req-1")
    assert (
        actor.decided_at == desk.answer("settings:update", "tenant", "pwani").data_revision
    )


def test_what_is_refused_says_why_to_the_person(world):
    with pytest.raises(Refused) as found:
        world.desk(JUMA).require("user:delete", "user", world.id(JUMA))
    assert isinstance(found.value, Forbidden)
    assert found.value.action == "user:delete"
    assert found.value.reason == "forbidden"
    assert found.value.policies == (
        "common.nobody-deletes-themselves",
        "common.person-may-not-be-removed",
    )
    assert str(found.value).endswith(".")


def test_r72_a_refused_attempt_is_an_event_with_the_address(world):
    with pytest.raises(Refused):
        world.desk(SALUM).require("settings:update", "tenant", "pwani")
    (entry,) = refused(world)
    assert (entry.actor_label, entry.action) == (SALUM, "settings:update")
    assert (entry.object_type, entry.object_id) == ("tenant", "pwani")
    assert (entry.address, entry.channel) == ("192.0.2.7", "web")
    assert (entry.result, entry.reason) == ("refused", "no_permit")


def test_r72_refusals_are_counted_per_person_and_action(world):
    for email in (SALUM, GRACE):
        for action in ("settings:update", "user:list"):
            for _ in range(5):
                with pytest.raises(Refused):
                    world.desk(email).require(action, "tenant", "pwani")
                world.clock.now += 1
    assert len(refused(world)) == 4
    world.clock.now += refusals.WINDOW_SECONDS
    refusals.settle(world.database, "pwani")
    told = [json.loads(entry.after) for entry in refused(world)[4:]]
    assert [one["count"] for one in told] == [5, 5, 5, 5]
    assert told[0]["first"] == "2027-01-15T08:00:00+00:00"
    assert told[0]["last"] == "2027-01-15T08:00:04+00:00"
    assert not refusals.is_due(world.database, "pwani")
    assert events.first_bad_entry(world.database, "pwani") is None


def test_a_refusal_after_the_window_is_an_event_of_its_own(world):
    for _ in range(2):
        with pytest.raises(Refused):
            world.desk(SALUM).require("user:list", "tenant", "pwani")
        world.clock.now += refusals.WINDOW_SECONDS
    assert [entry.after for entry in refused(world)] == [None, None]


def test_a_refusal_inside_a_change_is_written_down_and_the_change_is_not(world):
    desk = world.desk(JUMA)
    before = len(world.events("pwani"))

    def attempt():
        with desk.deciding():
            events.record(
                world.database, "pwani", actor=desk.actor, action="x", about=("user", "u")
            )
            desk.require("user:delete", "user", world.id(AMINA))

    with pytest.raises(Refused):
        attempt()
    (entry,) = world.events("pwani")[before:]
    assert (entry.action, entry.result) == ("user:delete", "refused")


def test_r05_a_person_of_another_tenant_is_as_unknown_as_nobody(world):
    foreign, nobody = world.id(ROOT), "u_nobody"
    for who in (AMINA, SALUM):
        said = []
        for id in (foreign, nobody):
            with pytest.raises((Refused, NotFound)) as found:
                world.desk(who).require("user:update", "user", id)
            said.append((type(found.value), str(found.value).replace(id, "it")))
        assert said[0] == said[1]
    assert said[0][0] is Refused


def test_r05_who_may_see_everybody_is_told_that_nobody_is_there(world):
    with pytest.raises(NotFound):
        world.desk(AMINA).require("user:update", "user", "u_nobody")
    (entry,) = refused(world)
    assert (entry.object_id, entry.reason) == ("u_nobody", "no_permit")


def test_a_made_up_id_of_any_length_and_kind_is_refused_and_written_down_short(world):
    desk = world.desk(SALUM)
    for id in ("x" * 100_000, "", "\ud800", "a\0b", "' OR 1=1 --"):
        with pytest.raises((Refused, NotFound)):
            desk.require("user:read", "user", id)
    assert all(len(entry.object_id) <= 256 for entry in refused(world))


def test_very_many_refusals_are_counted_up_to_a_limit(world, monkeypatch):
    monkeypatch.setattr(refusals, "COUNT_MAX", 3)
    for _ in range(5):
        with pytest.raises(Refused):
            world.desk(SALUM).require("user:list", "tenant", "pwani")
    world.clock.now += refusals.WINDOW_SECONDS
    refusals.settle(world.database, "pwani")
    assert json.loads(refused(world)[-1].after)["count"] == 3
