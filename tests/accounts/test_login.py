"""Who gets in, who does not, and what is told of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.accounts import login, throttle
from authz.accounts.credentials import UNKNOWN_MAX
from authz.accounts.login import Throttled, WrongLogin
from authz.administration.person import Person
from authz.storage import events, people, sessions, tenants
from tests.accounts.entering import (
    BY,
    EMAIL,
    HASHER,
    HERE,
    PASSWORD,
    CountingHasher,
    SlowHasher,
    enrolled,
    enter,
    logged,
    person,
)

ONE_TEXT = "the e-mail or the password is wrong"


@pytest.fixture
def ann(world):
    return enrolled(world)


def refused(world, **changed):
    with pytest.raises(WrongLogin) as caught:
        enter(world, **changed)
    return str(caught.value)


def test_r01_an_account_that_was_created_can_log_in(world, ann):
    entered = enter(world, user_agent="Firefox")
    assert entered.account.id == ann.id
    assert (entered.session.channel, entered.session.address) == ("web", HERE)
    assert entered.session.user_agent == "Firefox"
    assert entered.session.expires_at == world.clock.now + sessions.ABSOLUTE_SECONDS


@pytest.mark.parametrize(
    "email", ["ANN@Example.org", "  ann@example.org ", "ａnn@example.org"]
)
def test_any_spelling_of_the_e_mail_is_the_person(world, ann, email):
    assert enter(world, email=email).account.id == ann.id


@pytest.mark.parametrize("channel", ["web", "android"])
def test_r02_r04_one_account_works_on_the_web_and_in_an_app(world, ann, channel):
    assert person(world, channel=channel) == Person(
        tenant="grid",
        account=ann.id,
        email=EMAIL,
        channel=channel,
        session=sessions.list_live(world.database, "grid", ann.id)[0].id,
        address=HERE,
    )


def test_r03_each_login_is_counted_and_named(world, ann):
    enter(world)
    enter(world)
    assert len(sessions.list_live(world.database, "grid", ann.id)) == 2
    last = events.entries(world.database, "grid")[-1]
    assert (last.action, last.actor_id, last.address) == ("authorization", ann.id, HERE)


def test_every_login_has_an_id_of_its_own(world, ann):
    assert len({enter(world).session.id for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "wrong horse 4"},
        {"password": ""},
        {"password": "x" * 100_000},
        {"password": "\ud800"},
        {"password": PASSWORD + " "},
        {"email": "bob@example.org"},
        {"email": ""},
        {"email": "no address"},
        {"email": "x" * 100_000},
        {"email": "\ud800@example.org"},
        {"email": "' OR 1=1 --@example.org"},
        {"tenant": "gas"},
    ],
)
def test_whatever_is_wrong_has_one_text(world, ann, changed):
    assert refused(world, **changed) == ONE_TEXT


def block(world, ann):
    people.set_status(world.database, "grid", ann.id, "blocked", actor=BY)


def delete(world, ann):
    people.delete_account(world.database, "grid", ann.id, actor=BY)


def suspend(world, ann):
    tenants.set_status(world.database, "grid", "suspended", actor=BY)


@pytest.mark.parametrize("shut_out", [block, delete, suspend])
def test_r63_who_is_shut_out_gets_the_text_of_the_unknown(world, ann, shut_out):
    shut_out(world, ann)
    assert refused(world) == ONE_TEXT == refused(world, email="nobody@example.org")


def other_password(world, ann):
    hashed = HASHER.hash("another horse 5")
    people.set_password(world.database, "grid", ann.id, hashed, actor=BY)


@pytest.mark.parametrize("change", [block, delete, suspend, other_password])
def test_r51_what_changes_while_a_password_is_looked_at_counts(world, ann, change):
    slow = SlowHasher(lambda: change(world, ann))
    assert refused(world, hasher=slow) == ONE_TEXT
    assert sessions.list_live(world.database, "grid", ann.id) == []


def test_an_account_without_a_password_cannot_log_in(world):
    world.person(EMAIL)
    for password in ("", "None", PASSWORD):
        assert refused(world, password=password) == ONE_TEXT


def test_r68_an_unknown_e_mail_costs_a_hash_too(world, ann):
    """As a time: the one slow step is taken for every try, known or not."""
    counting = CountingHasher()
    for email in (EMAIL, "nobody@example.org", "no address"):
        refused(world, email=email, password="wrong", hasher=counting)
    assert [stored is not None for stored in counting.asked] == [True, False, False]


def test_r69_the_log_says_why_and_nothing_secret(world, ann):
    refused(world, password="hunter2 secret 9")
    suspend(world, ann)
    refused(world)
    assert [(action, reason) for action, result, reason in logged(world) if reason] == [
        ("authorization", "the password is wrong"),
        ("authorization", "the account is suspended"),
    ]
    [first, _] = [e for e in events.entries(world.database, "grid") if e.reason]
    assert (first.actor_kind, first.object_id, first.address) == ("anonymous", ann.id, HERE)
    assert "hunter2" not in str(events.entries(world.database, "grid"))


def test_tries_that_lead_to_nobody_are_in_the_log_of_the_operators_while_rare(world):
    tenants.create_tenant(
        world.database, "system", actor=BY, name="Operators", kind="system"
    )
    for number in range(UNKNOWN_MAX + 3):
        email = f"nobody{number}@example.org"
        refused(world, email=email, address=f"192.0.2.{number}")
    found = [entry for entry in logged(world, "system") if entry[0] == "authorization"]
    assert found == [("authorization", "refused", "the e-mail is unknown")] * UNKNOWN_MAX
    assert "nobody" not in str(events.entries(world.database, "system"))


def test_ten_failures_in_five_minutes_shut_an_account_to_everybody(world, ann):
    for number in range(10):
        refused(world, password="wrong", address=f"198.51.100.{number}")
        world.clock.now += 10
    for changed in ({}, {"address": "203.0.113.9"}, {"email": "ANN@example.org "}):
        with pytest.raises(Throttled) as caught:
            enter(world, **changed)
        assert caught.value.retry_after_seconds == 200
    world.clock.now += 200
    enter(world)


def test_ten_failures_from_one_address_shut_it_to_everybody(world, ann):
    for number in range(10):
        refused(world, email=f"nobody{number}@example.org")
    with pytest.raises(Throttled) as caught:
        enter(world)
    assert caught.value.retry_after_seconds == 300
    enter(world, address="198.51.100.1")


def test_an_unknown_e_mail_is_throttled_as_a_known_one_is(world, ann):
    said = []
    for email in (EMAIL, "nobody@example.org"):
        for number in range(11):
            with pytest.raises((WrongLogin, Throttled)) as caught:
                enter(world, email=email, password="wrong", address=f"10.0.{number}.1")
            said.append((type(caught.value), str(caught.value)))
        world.clock.now += throttle.WINDOW_SECONDS
    assert said[:11] == said[11:]
    assert said[10][0] is Throttled


def test_right_logins_are_not_counted(world, ann):
    for _ in range(30):
        enter(world)


def test_a_right_login_does_not_take_back_what_failed_before(world, ann):
    for _ in range(9):
        refused(world, password="wrong")
    enter(world)
    refused(world, password="wrong")
    with pytest.raises(Throttled):
        enter(world)


def test_no_password_is_looked_at_while_tries_are_refused(world, ann):
    for _ in range(10):
        refused(world, password="wrong")
    counting = CountingHasher()
    with pytest.raises(Throttled):
        enter(world, hasher=counting)
    assert counting.asked == []


def test_tries_at_the_same_time_are_all_counted(world, ann):
    def attempt(_):
        try:
            enter(world, password="wrong")
        except (WrongLogin, Throttled) as exc:
            return type(exc)
        finally:
            world.database.close()

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(40)))
    assert said.count(WrongLogin) == 10
    assert said.count(Throttled) == 30


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("strange", "strange", True),
    ],
)
def test_an_address_is_that_of_one_customer(one, other, same):
    assert (throttle.network(one) == throttle.network(other)) is same


def test_a_try_from_nowhere_known_is_counted_for_its_account(world, ann):
    for _ in range(10):
        refused(world, password="wrong", address=None)
    with pytest.raises(Throttled):
        enter(world)
    refused(world, email="bob@example.org", address=None)


def test_nothing_that_was_typed_is_kept_of_a_try(world, ann):
    refused(world, email="my password 1", password="my password 2")
    content = world.path.read_bytes() + world.path.with_name("facts.db-wal").read_bytes()
    assert b"my password" not in content


def test_log_out_ends_the_session(world, ann):
    someone = person(world)
    login.log_out(world.database, someone)
    assert login.person_of(world.database, someone.session, now=world.clock.now) is None
    login.log_out(world.database, someone)
    assert [action for action, _, _ in logged(world)].count("session.revoked") == 1


def test_the_others_of_a_person_can_be_ended(world, ann):
    enter(world)
    someone = person(world)
    assert login.end_others(world.database, someone) == 1
    assert login.person_of(world.database, someone.session, now=world.clock.now)


def test_a_change_of_rights_gives_the_browser_another_id_once(world, ann):
    someone = person(world)
    assert login.rotate_if_due(world.database, someone.session) is None
    people.set_status(world.database, "grid", ann.id, "active", actor=BY)
    assert login.person_of(world.database, someone.session, now=world.clock.now) is None
    someone = person(world)
    with world.database.transaction():
        world.database.db.execute_sql("UPDATE account SET authz_version = 9")
    new = login.rotate_if_due(world.database, someone.session)
    assert new not in (None, someone.session)
    assert login.rotate_if_due(world.database, new) is None
    assert login.rotate_if_due(world.database, someone.session) is None
    assert login.person_of(world.database, new, now=world.clock.now).account == ann.id


def test_an_id_can_be_renewed_at_any_time(world, ann):
    someone = person(world)
    new = login.rotate(world.database, someone.session)
    assert login.person_of(world.database, new, now=world.clock.now)
    assert login.rotate(world.database, "unknown") is None
