"""Giving the own password again, and changing it."""

import pytest

from authz.accounts import login, own, throttle
from authz.accounts.own import ConfirmationNeeded, WrongPassword
from authz.accounts.throttle import Throttled
from authz.errors import InvalidChange, NotFound
from authz.storage import events, people, sessions, tenants
from tests.accounts.entering import (
    BY,
    EMAIL,
    HASHER,
    PASSWORD,
    SlowHasher,
    enrolled,
    enter,
    logged,
    person,
)

NEW = "another horse 5"


@pytest.fixture
def ann(world):
    enrolled(world)
    return person(world)


def alive(world, session):
    return login.person_of(world.database, session, now=world.clock.now)


def change(world, who, old=PASSWORD, new=NEW):
    return own.change_password(world.database, HASHER, who, old=old, new=new)


def test_who_just_logged_in_need_not_give_the_password_again(world, ann):
    own.require_confirmed(world.database, ann, now=world.clock.now)


def test_after_five_minutes_it_is_asked_for_again(world, ann):
    world.clock.now += sessions.CONFIRMED_SECONDS
    with pytest.raises(ConfirmationNeeded):
        own.require_confirmed(world.database, ann, now=world.clock.now)
    with pytest.raises(WrongPassword):
        own.confirm(world.database, HASHER, ann, "wrong")
    with pytest.raises(ConfirmationNeeded):
        own.require_confirmed(world.database, ann, now=world.clock.now)
    own.confirm(world.database, HASHER, ann, PASSWORD)
    own.require_confirmed(world.database, ann, now=world.clock.now)


def test_a_session_of_somebody_else_confirms_nothing(world, ann):
    enrolled(world, "bob@example.org")
    bob = person(world, email="bob@example.org")
    mixed = type(bob)(**{**_fields(bob), "session": ann.session})
    with pytest.raises(ConfirmationNeeded):
        own.require_confirmed(world.database, mixed, now=world.clock.now)


def test_without_a_session_nothing_is_confirmed(world, ann):
    app = type(ann)(**{**_fields(ann), "session": None})
    with pytest.raises(ConfirmationNeeded):
        own.require_confirmed(world.database, app, now=world.clock.now)
    with pytest.raises(NotFound):
        own.confirm(world.database, HASHER, app, PASSWORD)


def _fields(who):
    return {name: getattr(who, name) for name in who.__struct_fields__}


def test_guesses_of_the_own_password_are_throttled(world, ann):
    for _ in range(throttle.LIMITS["confirm"].of_one):
        with pytest.raises(WrongPassword):
            change(world, ann, old="wrong")
    with pytest.raises(Throttled):
        change(world, ann)
    with pytest.raises(Throttled):
        own.confirm(world.database, HASHER, ann, PASSWORD)
    assert ("session.confirmed", "refused", "the password is wrong") in logged(world)


def test_r51_after_a_change_the_old_password_and_all_other_logins_are_worthless(world, ann):
    other = enter(world).session
    session = change(world, ann)
    assert alive(world, session.id).account == ann.account
    assert alive(world, ann.session) is None
    assert alive(world, other.id) is None
    with pytest.raises(login.WrongLogin):
        enter(world)
    enter(world, password=NEW)


def test_r59_who_changes_the_own_password_stays_logged_in_on_the_same_browser(world):
    enrolled(world)
    entered = enter(world, user_agent="Firefox")
    who = login.person_of(world.database, entered.session.id, now=world.clock.now)
    session = change(world, who)
    assert (session.user_agent, session.channel) == ("Firefox", "web")
    assert session.id != entered.session.id


def test_who_changes_it_through_an_app_gets_no_session(world, ann):
    app = type(ann)(**{**_fields(ann), "session": None})
    assert change(world, app) is None
    assert alive(world, ann.session) is None


@pytest.mark.parametrize("new", ["short 1", "letters only", "12345678", "", EMAIL])
def test_r50_the_new_one_must_keep_the_rules(world, ann, new):
    with pytest.raises(InvalidChange) as caught:
        change(world, ann, new=new)
    assert caught.value.field == "password"
    assert alive(world, ann.session)


def test_r19_the_password_of_the_pages_cannot_become_the_own_one(world, ann):
    tenants.set_pages_password(world.database, "grid", HASHER.hash(NEW), actor=BY)
    with pytest.raises(InvalidChange, match="another one than for the pages"):
        change(world, ann)


def test_r69_one_entry_says_it_without_the_value(world, ann):
    before = len(events.entries(world.database, "grid"))
    change(world, ann)
    [entry] = events.entries(world.database, "grid", after=before)
    assert (entry.action, entry.actor_id) == ("user.password_set", ann.account)
    assert NEW not in str(entry)
    assert "argon2" not in str(entry)


def test_who_was_deleted_meanwhile_changes_nothing(world, ann):
    people.delete_account(world.database, "grid", ann.account, actor=BY)
    with pytest.raises(WrongPassword):
        change(world, ann)


def test_a_change_from_elsewhere_while_the_password_is_looked_at_stays(world, ann):
    def meanwhile():
        hashed = HASHER.hash("third horse 6")
        people.set_password(world.database, "grid", ann.account, hashed, actor=BY)

    with pytest.raises(WrongPassword):
        own.change_password(
            world.database, SlowHasher(meanwhile), ann, old=PASSWORD, new=NEW
        )
    enter(world, password="third horse 6")
    assert alive(world, ann.session) is None
