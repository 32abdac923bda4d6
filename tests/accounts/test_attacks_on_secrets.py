"""Guesses by ways other than the one where they are counted, and tries without end."""

import pytest

from authz.accounts import own, protected_pages, resets
from authz.accounts.mail import Outbox
from authz.accounts.throttle import LIMITS, Throttled
from authz.errors import InvalidChange, NotFound
from authz.storage import people, sessions, tenants
from tests.accounts.entering import (
    BY,
    EMAIL,
    HASHER,
    HERE,
    PASSWORD,
    SlowHasher,
    enrolled,
    logged,
)
from tests.accounts.entering import person as logged_in

PAGES = "pages horse 6"
ASKED = "reset.login_requested"


@pytest.fixture
def ann(world):
    return enrolled(world)


def change(world, old, new):
    """What the person does with the own password, in a login of its own."""
    who = logged_in(world, password=old)
    own.change_password(world.database, HASHER, who, old=old, new=new)


def test_r16_the_pages_password_cannot_be_guessed_by_changing_the_own_one(world, ann):
    tenants.set_pages_password(world.database, "grid", HASHER.hash(PAGES), actor=BY)
    held = PASSWORD
    for number in range(LIMITS["pages"].of_one - 1):
        change(world, held, f"guessed horse {number}")
        held = f"guessed horse {number}"
    with pytest.raises(InvalidChange, match="than for the pages"):
        change(world, held, PAGES)
    with pytest.raises(Throttled):
        change(world, held, PAGES)
    who = logged_in(world, password=held)
    with pytest.raises(Throttled):
        protected_pages.unlock(world.database, HASHER, who, PAGES, now=world.clock.now)


def test_a_session_that_is_ended_meanwhile_does_not_go_on_as_another(world, ann):
    who = logged_in(world)

    def end():
        for one in sessions.list_live(world.database, "grid", ann.id):
            sessions.revoke(world.database, "grid", one.id, actor=BY)

    with pytest.raises(NotFound):
        own.change_password(
            world.database, SlowHasher(end), who, old=PASSWORD, new="another horse 5"
        )
    assert sessions.list_live(world.database, "grid", ann.id) == []
    logged_in(world)


def test_without_protected_pages_the_own_password_is_changed_as_often_as_one_likes(
    world, ann
):
    held = PASSWORD
    for number in range(LIMITS["pages"].of_one + 1):
        change(world, held, f"another horse {number}")
        held = f"another horse {number}"


def ask(world, tmp_path, email):
    outbox = Outbox(tmp_path / "outbox", "service@example.org", world.clock)
    resets.request(
        world.database,
        outbox,
        lambda token, account: pytest.fail(f"a mail to {account.email}"),
        email=email,
        address=HERE,
    )


def test_who_asks_for_a_link_of_nobody_is_seen_by_the_operators(world, tmp_path):
    tenants.create_tenant(
        world.database, "system", actor=BY, name="Operators", kind="system"
    )
    ask(world, tmp_path, "nobody@example.org")
    ask(world, tmp_path, "no e-mail at all")
    told = (ASKED, "refused", "the e-mail is unknown")
    assert logged(world, "system").count(told) == 2


def test_who_asks_for_a_link_of_somebody_shut_out_is_seen_by_the_company(
    world, ann, tmp_path
):
    people.set_status(world.database, "grid", ann.id, "blocked", actor=BY)
    ask(world, tmp_path, EMAIL)
    assert logged(world)[-1] == (ASKED, "refused", "the account is blocked")
