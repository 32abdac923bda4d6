"""Rights are given after the own password was given: lately, or in the very form."""

import pytest

from authz.administration import versions
from authz.storage import people
from tests.administration.conftest import PASSWORD
from tests.console.conftest import OWNER, ROOT_ADMIN

FRESH = "fresh@gasmeter.example"
SIX_MINUTES = 360


@pytest.fixture
def form(world):
    account = people.find_account(world.database, "gasmeter-uz", FRESH)
    return {
        "version": versions.of(account),
        "level": "branch",
        "supply_company": "hg-navoiy",
        "options": [],
        "expires_at": "2027-05-01T10:00",
    }


def held(world):
    return people.find_account(world.database, "gasmeter-uz", FRESH).roles


def test_a_form_sent_late_asks_for_the_password_and_keeps_what_was_typed(
    world, logged_in, form
):
    browser = logged_in(ROOT_ADMIN)
    path = f"/users/{world.id(FRESH)}/permissions"
    assert 'name="own_password"' not in browser.get(path).text
    world.clock.now += SIX_MINUTES
    asked = browser.post(path, form)
    assert asked.status_code == 422
    assert 'name="own_password"' in asked.text
    assert "2027-05-01T10:00" in asked.text
    assert held(world) == ()
    wrong = browser.post(path, form | {"own_password": "wrong-canary-1"})
    assert wrong.status_code == 422
    assert "wrong-canary-1" not in wrong.text
    assert held(world) == ()
    saved = browser.post(path, form | {"own_password": PASSWORD})
    assert saved.status_code == 303
    assert [one.role for one in held(world)] == ["branch"]
    assert "wrong-canary-1" not in str(world.events("gasmeter-uz"))


def test_a_preview_asks_for_nothing(world, logged_in, form):
    browser = logged_in(ROOT_ADMIN)
    world.clock.now += SIX_MINUTES
    path = f"/users/{world.id(FRESH)}/permissions"
    shown = browser.post(path, form | {"preview": "1"})
    assert shown.status_code == 200
    assert held(world) == ()


def test_who_may_not_give_the_right_is_not_asked_for_a_password(world, logged_in):
    browser = logged_in("ops.admin@pwani.example")
    world.clock.now += SIX_MINUTES
    answer = browser.post(f"/users/{world.id(OWNER)}/permissions", {"roles": "user"})
    assert answer.status_code == 403
    assert "own_password" not in answer.text


def test_too_many_wrong_passwords_are_throttled(world, logged_in, form):
    browser = logged_in(ROOT_ADMIN)
    world.clock.now += SIX_MINUTES
    path = f"/users/{world.id(FRESH)}/permissions"
    wrong = form | {"own_password": "wrong-password-1"}
    statuses = [browser.post(path, wrong).status_code for _ in range(12)]
    assert statuses[:10] == [422] * 10
    assert statuses[-1] == 429
    assert browser.post(path, form | {"own_password": PASSWORD}).status_code == 429
    assert held(world) == ()
