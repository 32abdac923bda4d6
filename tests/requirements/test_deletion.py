"""Deleting an account, what stays of it, and who cannot be made twice (R62-R64, R67)."""

import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.administration import people
from authz.errors import NotFound
from authz.storage import access
from authz.storage import people as stored
from authz.storage.events import SERVICE, first_bad_entry
from tests.administration.conftest import PASSWORD
from tests.administration.names import AMINA, FRESH, GRACE, ROOT, TECH
from tests.console.conftest import Browser
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    SERVICE_ADMIN,
    App,
    account,
    add,
    counts,
    delete,
    edit,
    has_account,
    held,
    new_events,
    rows,
    set_access,
    token_of,
    write,
)

SECOND = "second.root@gasmeter.example"


def second_administrator(world, ends_at=None):
    """Another platform administrator, whose access may end."""
    people.add(world.desk(ROOT), email=SECOND, name="Second Root", password=PASSWORD)
    access.grant_role(
        world.database,
        PLATFORM,
        SECOND,
        "platform_admin",
        actor=SERVICE,
        expires_at=ends_at,
    )


# R62: deleting, with confirmation.


def test_r62_delete_stands_among_the_actions_and_asks_first(world, logged_in):
    browser, person = logged_in(ROOT), world.id(TECH)
    page = browser.get("/users").text
    assert re.search(rf'href="/users/{person}/delete"[^>]*>Delete</a>', page)
    question = browser.get(f"/users/{person}/delete").text
    assert "Cannot be undone" in question
    assert TECH in question
    assert re.search(r'<form method="post">', question)
    assert delete(browser, world, TECH).status_code == 303
    assert not has_account(world, TECH)


def test_r62_without_the_confirmation_nothing_happens(world, logged_in):
    browser, path = logged_in(ROOT), f"/users/{world.id(TECH)}/delete"
    seen = held(browser, path)
    for form in ({}, {"sure": ""}, {"sure": "no"}, {"sure": "YES"}):
        answer = browser.post(path, {"version": seen} | form)
        assert (answer.status_code, answer.location) == (303, path), form
    assert browser.send(path, {"version": seen, "sure": "yes"}).status_code == 400
    assert has_account(world, TECH)


def test_r62_looking_at_an_address_never_deletes(world, logged_in):
    browser, person = logged_in(ROOT), world.id(TECH)
    sure = {"sure": "yes", "version": held(browser, f"/users/{person}/delete")}
    for path in (f"/users/{person}/delete", f"/users/{person}"):
        for method in ("GET", "HEAD", "DELETE", "PUT", "PATCH"):
            browser.client.open(
                path, method=method, base_url="http://127.0.0.1:8081", query_string=sure
            )
    assert has_account(world, TECH)


def test_r62_what_changed_since_the_question_was_read_is_not_deleted(world, logged_in):
    browser, path = logged_in(ROOT), f"/users/{world.id(TECH)}/delete"
    old = held(browser, path)
    edit(browser, world, TECH, name="Somebody Else")
    assert browser.post(path, {"version": old, "sure": "yes"}).status_code == 409
    assert has_account(world, TECH)


@pytest.mark.parametrize("who", [ROOT, AMINA])
def test_r62_nobody_deletes_themselves(world, logged_in, who):
    browser, person = logged_in(who), world.id(who)
    page = browser.get("/users").text
    assert f"/users/{person}/delete" not in page
    path = f"/users/{person}/delete"
    assert browser.get(path).status_code == 403
    assert browser.post(path, {"sure": "yes"}).status_code == 403
    assert account(world, who).status == "active"


def test_r62_d4_one_platform_administrator_always_stays(world, logged_in):
    second_administrator(world, ends_at=world.clock.now + 86_400)
    second = logged_in(SECOND)
    path = f"/users/{world.id(ROOT)}/delete"
    refused = delete(second, world, ROOT)
    assert refused.status_code == 422
    assert "Nobody else keeps this role without an end" in refused.text
    assert set_access(second, world, ROOT, level="platform_reader").status_code == 422
    assert [one.role for one in account(world, ROOT).roles] == ["platform_admin"]
    root = logged_in(ROOT)
    assert delete(root, world, SECOND).status_code == 303
    assert second.get("/users").location.startswith("/login")
    assert root.post(path, {"sure": "yes"}).status_code == 403
    assert has_account(world, ROOT)


# R63: it cannot be undone.


def test_r63_no_form_and_no_function_brings_an_account_back(app, world, logged_in):
    browser, person = logged_in(ROOT), world.id(TECH)
    token = held(browser, f"/users/{person}/permissions")
    delete(browser, world, TECH)
    names = " ".join(rule.rule for rule in app.url_map.iter_rules())
    assert not re.search("restore|undelete|undo|recover(?!y)", names)
    page = browser.get("/users?show=deleted").text
    assert f'href="/users/{person}/' not in page
    for path, form in (
        ("edit", {**NEW, "version": token}),
        ("permissions", {**SERVICE_ADMIN, "version": token}),
        ("delete", {"sure": "yes", "version": token}),
    ):
        assert browser.get(f"/users/{person}/{path}").status_code == 404, path
        assert browser.post(f"/users/{person}/{path}", form).status_code == 404, path
    desk = world.desk(ROOT)
    for change in (people.unblock, people.block, people.delete):
        with pytest.raises(NotFound):
            change(desk, person)
    with pytest.raises(NotFound):
        stored.set_status(world.database, PLATFORM, person, "active", actor=SERVICE)
    assert not has_account(world, TECH)


def test_r63_a_deleted_person_is_told_what_a_stranger_is_told(app, world, logged_in):
    hers = logged_in(TECH)
    is_believed = token_of(world, TECH)
    apps = App(world)
    assert apps.decides(TECH, "metering_unit:read", "metering_unit:mu-101")
    delete(logged_in(ROOT), world, TECH)
    assert hers.get("/units").location.startswith("/login")
    assert not is_believed()
    assert not apps.decides(TECH, "metering_unit:read", "metering_unit:mu-101")
    said = set()
    for email in (TECH, "nobody@domain.com"):
        answer = Browser(app).log_in(email, PASSWORD)
        assert answer.status_code == 401
        said.add(re.sub(r'request-\d+|value="[^"]*"', "", answer.text))
    assert len(said) == 1


def test_r63_deleting_twice_is_deleting_nobody(world, logged_in):
    browser, path = logged_in(ROOT), f"/users/{world.id(TECH)}/delete"
    form = {"version": held(browser, path), "sure": "yes"}
    since = len(world.events(PLATFORM))
    assert [browser.post(path, form).status_code for _ in range(3)] == [303, 404, 404]
    deleted = [
        one for one in world.events(PLATFORM)[since:] if one.action == "user.deleted"
    ]
    assert len(deleted) == 1


def test_r63_d8_the_e_mail_may_be_used_again_for_somebody_without_rights(
    app, world, logged_in
):
    browser, old = logged_in(ROOT), world.id(TECH)
    delete(browser, world, TECH)
    assert add(browser, email=TECH).status_code == 303
    new = account(world, TECH)
    assert new.id != old
    assert (new.roles, new.options, new.bindings) == ((), (), {})
    assert Browser(app).log_in(TECH, PASSWORD).status_code == 401
    hers = Browser(app)
    assert hers.log_in(TECH, NEW["password"]).status_code == 303
    assert hers.get("/units").status_code == 403


# R64: what the person did stays.


def test_r64_what_a_deleted_administrator_did_stays_and_names_the_person(world, logged_in):
    second_administrator(world)
    second = logged_in(SECOND)
    add(second)
    set_access(second, world, NEW["email"], **SERVICE_ADMIN)
    second.post("/organizations/service_organization/add", {"name": "New Hands"})
    person = world.id(SECOND)
    before, entries = counts(world), world.events(PLATFORM)
    by_her = [one for one in entries if one.actor_id == person]
    assert len(by_her) >= 4
    delete(logged_in(ROOT), world, SECOND)
    after = world.events(PLATFORM)
    assert after[: len(entries)] == entries
    assert {one.actor_label for one in by_her} == {SECOND}
    page = logged_in(ROOT).get(f"/events?actor={person}").text
    assert SECOND in page
    made = "SELECT created_by FROM account WHERE email = ?"
    assert rows(world, made, NEW["email"]) == [(person,)]
    given = "SELECT DISTINCT granted_by FROM role_assignment WHERE account = ?"
    assert rows(world, given, world.id(NEW["email"])) == [(person,)]
    assert "New Hands" in logged_in(ROOT).get("/organizations/service_organization").text
    now = counts(world)
    assert [name for name in before if now[name] < before[name]] == []
    grown = {name for name in before if now[name] > before[name]}
    assert grown <= {"event", "change", "session", "login_attempt"}
    assert rows(world, "PRAGMA foreign_key_check") == []
    assert first_bad_entry(world.database, PLATFORM) is None


def test_r64_the_account_itself_stays_named_and_can_be_read(world, logged_in):
    browser, person = logged_in(ROOT), world.id(TECH)
    delete(browser, world, TECH)
    page = browser.get(f"/users/{person}").text
    assert "Service Tech" in page
    assert "Deleted" in page
    (entry,) = [one for one in world.events(PLATFORM) if one.action == "user.deleted"]
    assert (entry.actor_label, entry.object_label) == (ROOT, TECH)
    assert json.loads(entry.before)["status"] == "active"


# R67: one account for an e-mail, whoever is first.


def test_r67_twenty_forms_at_once_make_one_account(app, world):
    spellings = ("ann@gasmeter.example", "ANN@Gasmeter.example", " ann@ｇasmeter.example ")
    browsers = []
    for _ in range(20):
        browser = Browser(app)
        assert browser.log_in(ROOT).status_code == 303
        browsers.append((browser, browser.token("/users/add")))

    since = len(world.events(PLATFORM))

    def send(number):
        browser, token = browsers[number]
        form = {**NEW, "email": spellings[number % 3], "csrf_token": token}
        return browser.send("/users/add", form).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(send, range(20)))
    assert statuses == [303, *[409] * 19]
    query = "SELECT count(*) FROM account WHERE email_key = 'ann@gasmeter.example'"
    assert rows(world, query) == [(1,)]
    made = [one for one in new_events(world, since) if one.action == "user.created"]
    assert len(made) == 1


@pytest.mark.parametrize("tenant", [PLATFORM, "pwani"])
def test_r67_the_database_itself_refuses_a_second_one(world, tenant):
    copy = """
        INSERT INTO account (id, tenant, email, email_key, name, timezone, language, status,
                             authz_version, created_at)
        SELECT 'u_second', ?, email, email_key, name, 'UTC', 'en', 'active', 1, 0
        FROM account WHERE email = ?
    """
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        write(world, copy, tenant, FRESH)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        write(
            world,
            "UPDATE account SET email_key = ? WHERE email = ?",
            GRACE,
            FRESH,
        )
