"""The second factor at login: codes by time, recovery codes, and their loss."""

import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from authz.accounts import credentials, keyfiles, login, resets, second_factor, throttle
from authz.accounts.login import SecondFactorNeeded, Throttled, WrongLogin
from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage import events, people, second_factors, tenants
from tests.accounts.entering import (
    BY,
    EMAIL,
    HASHER,
    HERE,
    PASSWORD,
    enrolled,
    enter,
    logged,
)


class Phone:
    """The app of a person, and the recovery codes written down."""

    def __init__(self, world):
        self.world = world
        self.account = enrolled(world)
        self.enrolment = second_factor.enrol(
            world.database, "grid", self.account.id, label=EMAIL, issuer="Gatehouse"
        )
        self.totp = pyotp.TOTP(self.enrolment.secret)
        self.codes: list[str] = []

    def code(self, steps: int = 0) -> str:
        return self.totp.at(int(self.world.clock.now) + 30 * steps)

    def confirm(self) -> None:
        self.codes = second_factor.confirm(
            self.world.database,
            "grid",
            self.account.id,
            self.code(),
            actor=BY,
            now=self.world.clock.now,
        )
        self.world.clock.now += 60

    def use(self, code: str) -> bool:
        return second_factor.use(
            self.world.database, "grid", self.account.id, code, now=self.world.clock.now
        )


@pytest.fixture
def begun(world):
    return Phone(world)


@pytest.fixture
def phone(begun):
    begun.confirm()
    return begun


def test_the_secret_is_shown_as_text_and_as_a_picture(begun):
    assert begun.enrolment.uri.startswith("otpauth://totp/Gatehouse:ann%40example.org?")
    assert begun.enrolment.secret in begun.enrolment.uri
    picture = xml.fromstring(begun.enrolment.svg)
    assert picture.tag.endswith("svg")
    assert "style" not in begun.enrolment.svg
    assert begun.enrolment.secret not in repr(begun.enrolment)


def test_what_was_begun_and_not_confirmed_is_not_asked_for(world, begun):
    enter(world)
    assert not begun.use(begun.code())


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "\ud800", "٠٠٠٠٠٠"])
def test_a_wrong_code_confirms_nothing(world, begun, code):
    with pytest.raises(InvalidChange) as caught:
        second_factor.confirm(
            world.database, "grid", begun.account.id, code, actor=BY, now=world.clock.now
        )
    assert caught.value.field == "code"
    enter(world)


def test_it_can_be_begun_again_until_it_is_confirmed(world, begun):
    again = second_factor.enrol(
        world.database, "grid", begun.account.id, label=EMAIL, issuer="Gatehouse"
    )
    begun.totp = pyotp.TOTP(again.secret)
    begun.confirm()
    with pytest.raises(Conflict):
        second_factor.enrol(
            world.database, "grid", begun.account.id, label=EMAIL, issuer="Gatehouse"
        )
    with pytest.raises(NotFound):
        begun.confirm()


def test_the_password_alone_gives_a_ticket_and_no_session(world, phone):
    with pytest.raises(SecondFactorNeeded) as caught:
        enter(world)
    entered = by_ticket(world, caught.value.ticket, phone.code())
    assert entered.account.id == phone.account.id
    assert entered.session.address == HERE


def by_ticket(world, ticket, code):
    return login.log_in_by_ticket(
        world.database,
        ticket=ticket,
        code=code,
        channel="web",
        address=HERE,
        clock=world.clock,
    )


def ticket(world):
    with pytest.raises(SecondFactorNeeded) as caught:
        enter(world)
    return caught.value.ticket


def test_an_app_gives_password_and_code_at_once(world, phone):
    assert enter(world, code=phone.code(), channel="android")


def test_a_code_opens_nothing_without_the_password(world, phone):
    with pytest.raises(WrongLogin):
        enter(world, password="wrong", code=phone.code())
    with pytest.raises(WrongLogin):
        by_ticket(world, "no ticket", phone.code())


def test_each_code_counts_once(world, phone):
    code = phone.code()
    enter(world, code=code)
    with pytest.raises(WrongLogin):
        enter(world, code=code)
    assert not phone.use(phone.code(-1)), "nor one that is older"
    assert phone.use(phone.code(1))


def test_a_code_counts_once_for_many_at_the_same_time(world, phone):
    code = phone.code()

    def attempt(_):
        try:
            return phone.use(code)
        finally:
            world.database.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(attempt, range(32))).count(True) == 1


@pytest.mark.parametrize(
    ("steps", "right"), [(-2, False), (-1, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_half_a_minute(phone, steps, right):
    assert phone.use(phone.code(steps)) is right


def test_a_ticket_is_good_for_five_minutes_and_once(world, phone):
    first = ticket(world)
    by_ticket(world, first, phone.code())
    world.clock.now += 60
    with pytest.raises(WrongLogin):
        by_ticket(world, first, phone.code())
    second = ticket(world)
    world.clock.now += credentials.TICKET_SECONDS
    with pytest.raises(WrongLogin):
        by_ticket(world, second, phone.code())


def test_a_mistyped_code_does_not_cost_the_ticket(world, phone):
    given = ticket(world)
    with pytest.raises(WrongLogin):
        by_ticket(world, given, "000000")
    assert by_ticket(world, given, f"  {phone.code()[:3]} {phone.code()[3:]} ")


@pytest.mark.parametrize(
    "shut_out",
    [
        lambda db, id: people.set_status(db, "grid", id, "blocked", actor=BY),
        lambda db, id: tenants.set_status(db, "grid", "suspended", actor=BY),
    ],
    ids=["blocked", "suspended"],
)
def test_a_ticket_ends_when_the_person_is_shut_out(world, phone, shut_out):
    given = ticket(world)
    shut_out(world.database, phone.account.id)
    with pytest.raises(WrongLogin):
        by_ticket(world, given, phone.code())


def test_guesses_of_a_code_are_throttled_for_all_tickets_together(world, phone):
    for _ in range(throttle.LIMITS["code"].of_one):
        with pytest.raises(WrongLogin):
            enter(world, code="000000")
    with pytest.raises(Throttled):
        by_ticket(world, ticket(world), phone.code())
    assert ("authorization", "refused", "the code is wrong") in logged(world)


def test_a_recovery_code_stands_in_for_the_app_once(world, phone):
    assert len(set(phone.codes)) == second_factor.RECOVERY_CODES
    first, second = phone.codes[0], phone.codes[1].upper().replace("-", " ")
    enter(world, code=first)
    enter(world, code=second)
    for used in (first, second):
        with pytest.raises(WrongLogin):
            enter(world, code=used)
    assert second_factors.codes_left(world.database, "grid", phone.account.id) == 8


def test_other_recovery_codes_make_the_old_ones_worthless(world, phone):
    new = second_factor.renew_codes(world.database, "grid", phone.account.id, actor=BY)
    assert not phone.use(phone.codes[0])
    assert phone.use(new[0])


def test_once_it_is_removed_the_password_is_enough(world, phone):
    second_factors.remove(world.database, "grid", phone.account.id, actor=BY)
    enter(world)
    assert not phone.use(phone.codes[0])
    with pytest.raises(NotFound):
        second_factors.remove(world.database, "grid", phone.account.id, actor=BY)
    with pytest.raises(NotFound):
        second_factor.renew_codes(world.database, "grid", phone.account.id, actor=BY)


def test_a_reset_of_the_password_does_not_pass_it_by(world, phone):
    sent = []

    class Here:
        def send(self, mail):
            sent.append(mail)

    resets.send(
        world.database,
        Here(),
        lambda token, account: token,
        "grid",
        phone.account.id,
        "login",
        actor=BY,
    )
    resets.set_password(world.database, HASHER, sent[0], "another horse 5", address=HERE)
    with pytest.raises(SecondFactorNeeded):
        enter(world, password="another horse 5")


def test_a_copy_of_the_database_makes_no_codes(world, phone):
    """Nor does a key file that came later: only recovery codes help then."""
    stored = world.path.read_bytes() + world.path.with_name("facts.db-wal").read_bytes()
    assert phone.enrolment.secret.encode() not in stored
    assert not any(code.encode() in stored for code in phone.codes)
    keyfiles.path_of(world.path, second_factor.KEY_FILE).unlink()
    assert not phone.use(phone.code())
    assert phone.use(phone.codes[0])


def test_the_secret_of_another_account_is_not_taken(world, phone):
    bob = enrolled(world, "bob@example.org")
    with world.database.transaction():
        world.database.db.execute_sql(
            "INSERT INTO second_factor SELECT tenant, ?, secret, created_at, confirmed_at,"
            " 0 FROM second_factor",
            [bob.id],
        )
    given = {"email": "bob@example.org", "password": PASSWORD}
    with pytest.raises(WrongLogin):
        enter(world, **given, code=phone.code())


def test_a_deleted_account_leaves_no_secret(world, phone):
    people.delete_account(world.database, "grid", phone.account.id, actor=BY)
    assert second_factors.find(world.database, "grid", phone.account.id) is None


def test_the_log_tells_of_it_without_codes(world, phone):
    second_factor.renew_codes(world.database, "grid", phone.account.id, actor=BY)
    second_factors.remove(world.database, "grid", phone.account.id, actor=BY)
    said = [action for action, _, _ in logged(world) if "factor" in action]
    assert said == [
        "second_factor.added",
        "second_factor.codes_replaced",
        "second_factor.removed",
    ]
    text = str(events.entries(world.database, "grid"))
    assert not any(code in text for code in (phone.enrolment.secret, *phone.codes))
