"""The Protected Pages Password itself: whose it is, what it covers, how it is kept
(R19-R22).
"""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.administration.conftest import CHEAP, PASSWORD
from tests.administration.names import CLERK, JUMA, OTIENO, WANJIKU
from tests.requirements.locks import (
    ACTIONS,
    OTHER,
    PAGES,
    SETTING,
    asks,
    change,
    protected_pages,
    unlock,
)
from tests.requirements.metering import edit, new_events, rows
from tests.requirements.minigrid import KEVIN, ZIWA, addresses, logins
from tests.shipped import shipped


def in_the_file(world, text: str) -> bool:
    """Whether the text stands anywhere in the database."""
    with closing(sqlite3.connect(world.path)) as connection:
        return any(text in line for line in connection.iterdump())


# R19: it is apart from the passwords of people.


def test_r19_it_does_not_log_anybody_in(app):
    assert logins(app, OTIENO, PAGES) == [401]


def test_r19_another_login_password_leaves_it_alone_and_the_other_way_round(
    app, world, logged_in
):
    browser = logged_in(OTIENO)
    new = {"password": "nairobi2026", "password_again": "nairobi2026"}
    changed = browser.post("/profile/password", new | {"old_password": PASSWORD})
    assert changed.status_code == 303
    assert unlock(browser).location == "/users"
    assert edit(browser, world, CLERK, password="kisumu2026").status_code == 303
    assert unlock(browser).location == "/users"
    assert change(browser).status_code == 303
    assert logins(app, OTIENO, OTHER, PASSWORD, "nairobi2026") == [401, 401, 303]
    assert logins(app, CLERK, OTHER, "kisumu2026") == [401, 303]


def test_r19_the_own_login_password_is_refused_for_it(logged_in):
    browser = logged_in(OTIENO)
    unlock(browser)
    answer = change(browser, PASSWORD)
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert PASSWORD not in answer.text
    assert browser.get("/users").status_code == 200


def test_r19_it_cannot_become_the_own_login_password(logged_in):
    new = {"old_password": PASSWORD, "password": PAGES, "password_again": PAGES}
    answer = logged_in(OTIENO).post("/profile/password", new)
    assert answer.status_code == 422


# R20: it can be changed at any time.


def test_r20_who_has_not_unlocked_does_not_reach_the_change(world, logged_in):
    browser = logged_in(OTIENO)
    for _ in range(2):
        assert asks(browser.get(SETTING))
        assert asks(change(browser))
        unlock(browser, "wrong12345")
    assert unlock(browser).location == "/users"


@pytest.mark.parametrize(
    ("password", "again"),
    [(OTHER, "lake-pages-2028"), (OTHER, ""), ("", ""), ("short1", "short1")],
)
def test_r20_what_is_not_the_same_twice_or_too_weak_is_422(logged_in, password, again):
    browser = logged_in(OTIENO)
    unlock(browser)
    assert change(browser, password, again).status_code == 422
    assert unlock(browser).location == "/users"


def test_r20_after_a_change_every_unlock_ends_and_the_log_says_so_without_it(
    world, logged_in
):
    owner, second, since = logged_in(OTIENO), logged_in(WANJIKU), len(world.events(ZIWA))
    for browser in (owner, second):
        unlock(browser)
    assert change(owner).status_code == 303
    assert [asks(browser.get("/users")) for browser in (owner, second)] == [True, True]
    assert unlock(second).location == "/"
    written = [one for one in new_events(world, since, ZIWA) if "password" in one.action]
    assert [(one.actor_label, one.result) for one in written] == [(OTIENO, "ok")]
    assert OTHER not in repr(world.events(ZIWA))
    assert PAGES not in repr(world.events(ZIWA))


def test_r20_d2_only_who_may_change_settings_and_users_may_change_it(world, logged_in):
    field = logged_in(KEVIN)
    unlock(field)
    assert field.get(SETTING).status_code == 403
    assert change(field).status_code == 403
    admin = logged_in(CLERK)
    unlock(admin)
    assert change(admin).status_code == 303


def test_r20_d2_a_forgotten_one_is_made_new_by_a_link_for_who_may_change_it(
    world, logged_in
):
    owner, field, outbox = logged_in(OTIENO), logged_in(KEVIN), world.path.parent / "outbox"
    assert field.post("/unlock/forgotten").status_code == 403
    assert not outbox.exists() or not list(outbox.iterdir())
    assert owner.post("/unlock/forgotten").status_code == 303
    (mail,) = outbox.iterdir()
    text = mail.read_text("utf-8")
    assert f"To: {OTIENO}" in text
    link = re.search(r"http://127\.0\.0\.1:8081(/reset/pages/\S+)", text)[1]
    new = {"password": OTHER, "password_again": OTHER}
    for browser, status in ((field, (403, 404)), (owner, (303,)), (owner, (404, 422))):
        assert browser.post(link, new).status_code in status
    assert unlock(owner).location == "/"
    assert unlock(owner, OTHER).location == "/users"


# R21: which pages it protects is a defined set.


def test_r21_the_set_is_what_the_policies_say():
    assert {action for (action,) in shipped().rows("protected", None)} == ACTIONS


VARIANTS = (
    *("/users/", "/Users", "/USERS", "//users", "///users", "/users//", "/./users"),
    *("/users.", "/users/.", "/users/..", "/x/../users", "/users/../users", "/users;a=1"),
    *("/users\x00", "/users ", "/users%2e", "/%75sers", "/\\users", "/settings/../users"),
    *(
        "/settings/",
        "/Settings",
        "/settings//",
        "//settings",
        "/settings/.",
        "/settings/map/",
    ),
    *("/settings/Map", "/settings//map", "/settings/map/..", "/locations//cluster/add"),
)


def test_r21_no_other_way_to_write_an_address_opens_a_protected_page(logged_in):
    browser = logged_in(OTIENO)
    for path in VARIANTS:
        # WHY so: it is what the server hands over, and no browser sends most of them.
        answer = browser.get("/", environ_overrides={"PATH_INFO": path})
        assert asks(answer) or answer.status_code in (403, 404, 308), path
        if answer.status_code == 308:
            assert asks(browser.get(answer.location)), path
        for theirs in (CLERK, "office@ziwa.example"):
            assert theirs not in answer.text, path


@pytest.mark.parametrize("path", ["/%75sers", "/users?q=a", "/users?", "/users?next=/"])
def test_r21_the_same_address_written_differently_asks_too(logged_in, path):
    browser = logged_in(OTIENO)
    assert asks(browser.get(path))
    unlock(browser)
    assert CLERK in browser.get("/%75sers").text


def test_r21_the_pages_below_a_protected_one_are_protected_too(world, logged_in):
    browser, person = logged_in(OTIENO), world.id(CLERK)
    for path in (
        *(f"/users/{person}", f"/users/{person}/edit", f"/users/{person}/permissions"),
        *(f"/users/{person}/delete", f"/users/{person}?tab=a", "/users/add"),
        *("/settings/map", "/settings/mail", "/settings/sms_gateway", SETTING),
        *("/locations/cluster/add", "/locations/minigrid/add", "/locations/village/add"),
        "/locations/cluster/ziwa-east/edit",
    ):
        assert asks(browser.get(path)), path


def test_r21_every_page_below_the_users_and_the_settings_asks(app, world, logged_in):
    browser, person = logged_in(OTIENO), world.id(CLERK)
    found = [
        path
        for _, rule in addresses(app, "GET")
        for path in [rule.replace("something", person)]
        if path.startswith(("/users", "/settings"))
    ]
    assert len(found) > 12
    assert [path for path in found if not asks(browser.get(path))] == []


# R22: nobody can read it back.


def test_r22_it_stands_nowhere_that_anybody_could_read(app, world, logged_in, caplog):
    caplog.set_level(0)
    browser = logged_in(OTIENO)
    unlock(browser)
    assert change(browser).status_code == 303
    unlock(browser, OTHER)
    hashed = rows(world, "SELECT ppp_hash FROM tenant WHERE slug = ?", ZIWA)[0][0]
    assert hashed.startswith("$argon2id$")
    for value in (OTHER, PAGES):
        assert not in_the_file(world, value)
        assert value not in caplog.text
    pages = [path for _, path in protected_pages(app, world, "GET")]
    for path in (*pages, "/events", "/events.csv", "/events.jsonl", f"/events?q={OTHER}"):
        shown = (
            browser.get(path).text.replace(f"q={OTHER}", "").replace(f'value="{OTHER}"', "")
        )
        assert OTHER not in shown, path
        assert hashed not in shown, path


def test_r22_equal_ones_of_two_companies_are_stored_unlike(world, logged_in):
    assert change(logged_in(JUMA)).status_code == 303
    browser = logged_in(OTIENO)
    unlock(browser)
    assert change(browser).status_code == 303
    stored = rows(world, "SELECT ppp_hash FROM tenant WHERE ppp_hash IS NOT NULL")
    assert len({hashed for (hashed,) in stored}) == len(stored) == 2
    assert all(CHEAP.verify(hashed, OTHER) for (hashed,) in stored)
