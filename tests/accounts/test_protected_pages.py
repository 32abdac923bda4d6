"""The Protected Pages Password: a further step, never a right."""

import pytest

from authz.accounts import login, own, protected_pages, throttle
from authz.accounts.own import WrongPassword
from authz.accounts.throttle import Throttled
from authz.errors import InvalidChange, NotFound
from authz.storage import events, sessions, tenants
from tests.accounts.entering import (
    BY,
    HASHER,
    PASSWORD,
    SlowHasher,
    enrolled,
    enter,
    logged,
    person,
)

PAGES = "the pages 77"


@pytest.fixture
def ann(world):
    enrolled(world)
    tenants.set_pages_password(world.database, "grid", HASHER.hash(PAGES), actor=BY)
    return person(world)


def unlock(world, who, password=PAGES):
    protected_pages.unlock(world.database, HASHER, who, password, now=world.clock.now)


def is_unlocked(world, who):
    session = sessions.find(world.database, who.tenant, who.session)
    return session.has_pages_unlocked(world.clock.now)


def change(world, who, password):
    protected_pages.change(
        world.database, HASHER, who.tenant, who.account, password, actor=BY
    )


def test_r14_r18_all_of_a_company_unlock_with_one_password(world, ann):
    enrolled(world, "bob@example.org")
    bob = person(world, email="bob@example.org")
    unlock(world, ann)
    assert is_unlocked(world, ann)
    assert not is_unlocked(world, bob), "an unlock belongs to one session"
    unlock(world, bob)
    assert is_unlocked(world, bob)


def test_r18_the_password_of_another_company_fails(world, ann):
    enrolled(world, "gus@example.org", "gas")
    other = HASHER.hash("other pages 88")
    tenants.set_pages_password(world.database, "gas", other, actor=BY)
    gus = person(world, email="gus@example.org")
    with pytest.raises(WrongPassword):
        unlock(world, gus)
    unlock(world, gus, "other pages 88")


@pytest.mark.parametrize(
    "password", ["", "wrong", PASSWORD, "x" * 10_240, "пароль 77", "\ud800", "None"]
)
def test_r16_a_wrong_password_unlocks_nothing_and_is_in_the_log(world, ann, password):
    with pytest.raises(WrongPassword):
        unlock(world, ann, password)
    assert not is_unlocked(world, ann)
    assert logged(world)[-1] == ("pages.unlocked", "refused", "the password is wrong")


def test_r16_after_ten_failures_the_right_one_does_not_help(world, ann):
    for _ in range(throttle.LIMITS["pages"].of_one):
        with pytest.raises(WrongPassword):
            unlock(world, ann, "wrong")
    with pytest.raises(Throttled):
        unlock(world, ann)
    world.clock.now += throttle.WINDOW_SECONDS
    unlock(world, ann)


def test_right_unlocks_are_not_counted(world, ann):
    for _ in range(2 * throttle.LIMITS["pages"].of_one):
        unlock(world, ann)


def test_r15_without_a_login_nothing_is_unlocked(world, ann):
    login.log_out(world.database, ann)
    with pytest.raises(NotFound):
        unlock(world, ann)
    app = type(ann)(ann.tenant, ann.account, ann.email, "api")
    with pytest.raises(NotFound):
        unlock(world, app)


def test_an_unlock_is_over_after_half_an_hour(world, ann):
    unlock(world, ann)
    for _ in range(2):
        world.clock.now += protected_pages.UNLOCKED_SECONDS / 2 - 1
        login.person_of(world.database, ann.session, now=world.clock.now)
        assert is_unlocked(world, ann)
    world.clock.now += 2
    assert not is_unlocked(world, ann)


def test_r38_where_it_is_not_in_use_nothing_unlocks(world):
    enrolled(world)
    ann = person(world)
    for password in ("", PAGES, PASSWORD):
        with pytest.raises(WrongPassword):
            unlock(world, ann, password)


def test_r19_it_is_not_a_login_password(world, ann):
    with pytest.raises(login.WrongLogin):
        enter(world, password=PAGES)


def test_r19_changing_the_one_leaves_the_other_alone(world, ann):
    session = own.change_password(
        world.database, HASHER, ann, old=PASSWORD, new="another horse 5"
    )
    ann = login.person_of(world.database, session.id, now=world.clock.now)
    unlock(world, ann)
    change(world, ann, "other pages 88")
    enter(world, password="another horse 5")


def test_r19_the_own_login_password_is_refused_for_the_pages(world, ann):
    with pytest.raises(InvalidChange, match="another one than for your login") as caught:
        change(world, ann, PASSWORD)
    assert caught.value.field == "password"


def test_r20_after_a_change_all_unlocks_end_and_the_old_value_fails(world, ann):
    unlock(world, ann)
    change(world, ann, "other pages 88")
    assert not is_unlocked(world, ann)
    with pytest.raises(WrongPassword):
        unlock(world, ann)
    unlock(world, ann, "other pages 88")


@pytest.mark.parametrize("new", ["", "short 1", "letters only", "12345678"])
def test_r17_the_pages_have_the_rules_of_all_passwords(world, ann, new):
    with pytest.raises(InvalidChange):
        change(world, ann, new)
    unlock(world, ann)


def test_it_can_be_switched_off(world, ann):
    change(world, ann, None)
    assert not tenants.find_tenant(world.database, "grid").ppp_enabled


def test_r22_the_value_is_stored_nowhere(world, ann):
    unlock(world, ann)
    change(world, ann, "canary pages 99")
    unlock(world, ann, "canary pages 99")
    stored = world.path.read_bytes() + world.path.with_name("facts.db-wal").read_bytes()
    assert b"canary pages" not in stored
    assert PAGES.encode() not in stored
    assert "argon2" not in str(events.entries(world.database, "grid"))


def test_r20_a_change_while_the_old_value_is_looked_at_counts(world, ann):
    def meanwhile():
        hashed = HASHER.hash("other pages 88")
        tenants.set_pages_password(world.database, "grid", hashed, actor=BY)

    with pytest.raises(WrongPassword):
        protected_pages.unlock(
            world.database, SlowHasher(meanwhile), ann, PAGES, now=world.clock.now
        )
    assert not is_unlocked(world, ann)
