"""Where people are logged in, and how that is ended for them."""

import pytest

from authz.administration import logins
from authz.administration.desk import Refused
from authz.errors import NotFound
from authz.storage import sessions
from authz.storage.events import SERVICE
from tests.administration.names import AMINA

ADMIN, FINANCE = "ops.admin@pwani.example", "finance@pwani.example"


@pytest.fixture
def two(world):
    """Two logins of the finance manager."""
    return [
        sessions.create(
            world.database, "pwani", world.id(FINANCE), actor=SERVICE, channel="web"
        )
        for _ in range(2)
    ]


def test_who_looks_after_a_person_ends_one_login_of_theirs(world, two):
    desk = world.desk(ADMIN)
    assert {one.handle for one in logins.live(desk, FINANCE)} == {s.handle for s in two}
    logins.end(desk, FINANCE, two[0].handle)
    assert [one.handle for one in logins.live(desk, FINANCE)] == [two[1].handle]
    last = world.events("pwani")[-1]
    assert (last.action, last.actor_label) == ("session.revoked", ADMIN)
    with pytest.raises(NotFound):
        logins.end(desk, FINANCE, two[0].handle)


def test_all_logins_of_a_person_are_ended_at_once(world, two):
    desk = world.desk(ADMIN)
    assert logins.end_all(desk, FINANCE) == 2
    assert logins.live(desk, FINANCE) == ()
    assert logins.end_all(desk, FINANCE) == 0


def test_r31_nobody_ends_the_logins_of_people_beyond_their_reach(world):
    sessions.create(world.database, "pwani", world.id(AMINA), actor=SERVICE, channel="web")
    for who in (FINANCE, ADMIN):
        desk = world.desk(who)
        for refused in (
            lambda desk=desk: logins.live(desk, AMINA),
            lambda desk=desk: logins.end(desk, AMINA, "0" * 16),
            lambda desk=desk: logins.end_all(desk, AMINA),
        ):
            with pytest.raises(Refused):
                refused()
    assert len(logins.live(world.desk(AMINA), AMINA)) == 1
