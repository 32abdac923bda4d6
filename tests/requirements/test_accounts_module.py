"""The accounts of the metering platform: who reaches them, and the list (R42-R45)."""

import re

import pytest

from authz.administration import people
from tests.administration.names import AUDITOR, FRESH, OTHER_LEVELS, ROOT, TECH
from tests.console.conftest import Browser
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    SERVICE_ADMIN,
    App,
    account,
    add,
    delete,
    edit,
    has_account,
    revision,
    row_of,
    set_access,
)

OUTSIDERS = tuple(who for who in OTHER_LEVELS if who != AUDITOR)
#: Of the accounts module: what is asked of the platform, and what of one account.
WRITES = ("user:update", "user:set_password", "user:set_access", "user:delete")


def heading_of(page, address):
    """The heading of the menu under which an address stands."""
    menu = page.partition('<nav id="nav"')[2].partition("</nav>")[0]
    return re.findall(r"<h2>([^<]+)</h2>", menu.partition(f'href="{address}"')[0])[-1]


# R42: only the platform administrator reaches the accounts.


@pytest.mark.parametrize("who", OUTSIDERS)
def test_r42_every_other_level_finds_the_accounts_closed(world, logged_in, who):
    browser, person, before = logged_in(who), world.id(TECH), revision(world)
    assert 'href="/users"' not in browser.get("/").text
    for path in ("", "/add", f"/{person}/edit", f"/{person}/delete", f"/{person}"):
        assert browser.get(f"/users{path}").status_code == 403, path
    assert browser.get(f"/users/{person}/permissions").status_code == 403
    sent = {
        "/users/add": NEW,
        f"/users/{person}/edit": {"name": "Other"},
        f"/users/{person}/delete": {"sure": "yes"},
        f"/users/{person}/permissions": SERVICE_ADMIN,
    }
    for path, form in sent.items():
        assert browser.post(path, form).status_code == 403, path
    assert revision(world) == before


def test_r42_d6_the_reader_sees_the_list_and_may_write_nothing(world, logged_in):
    browser, person, before = logged_in(AUDITOR), world.id(TECH), revision(world)
    assert 'href="/users"' in browser.get("/").text
    assert TECH in browser.get("/users").text
    for path, form in (
        ("/users/add", NEW),
        (f"/users/{person}/edit", {"name": "Other"}),
        (f"/users/{person}/delete", {"sure": "yes"}),
        (f"/users/{person}/permissions", SERVICE_ADMIN),
    ):
        assert browser.get(path).status_code == 403, path
        assert browser.post(path, form).status_code == 403, path
    assert revision(world) == before


def test_r42_apps_are_told_the_same(world):
    app, company, person = App(world), f"tenant:{PLATFORM}", f"user:{TECH}"
    reads = [("user:list", company), ("user:read", person)]
    writes = [("user:create", company), *((action, person) for action in WRITES)]
    for who in (ROOT, *OTHER_LEVELS):
        told = list(app.decides_all([(who, *asked) for asked in reads + writes]))
        assert told[:2] == [who in (ROOT, AUDITOR)] * 2, who
        assert told[2:] == [who == ROOT] * 5, who


@pytest.mark.parametrize("channel", ["android", "api", "unknown"])
def test_r42_no_app_reaches_the_accounts_for_the_administrator(world, channel):
    app = App(world)
    assert not app.decides(ROOT, "user:list", f"tenant:{PLATFORM}", channel)
    assert not app.decides(ROOT, "user:create", f"tenant:{PLATFORM}", channel)


# R43, R44: create, edit, set rights, under Administration, Users.


def test_r43_an_account_is_created_edited_given_rights_and_deleted(app, world, logged_in):
    browser = logged_in(ROOT)
    assert add(browser).status_code == 303
    assert edit(browser, world, NEW["email"], name="Ann Bolder").status_code == 303
    assert set_access(browser, world, NEW["email"], **SERVICE_ADMIN).status_code == 303
    saved = account(world, NEW["email"])
    assert (saved.name, [one.role for one in saved.roles]) == (
        "Ann Bolder",
        ["service_company_admin"],
    )
    hers = Browser(app)
    assert hers.log_in(NEW["email"], NEW["password"]).status_code == 303
    assert hers.get("/units").status_code == 200
    assert delete(browser, world, NEW["email"]).status_code == 303
    assert hers.get("/units").status_code == 303
    assert not has_account(world, NEW["email"])


def test_r44_the_way_to_the_accounts_is_administration_then_users(logged_in):
    browser = logged_in(ROOT)
    home = browser.get("/").text
    assert heading_of(home, "/users") == "Administration"
    assert re.search(r'href="/users"[^>]*>Users</a>', home)
    page = browser.get("/users").text
    assert re.search(r'href="/users" aria-current="page"', page)
    assert "<h1>Users</h1>" in page


# R45: the list.


def test_r45_each_row_shows_level_options_and_bindings(logged_in):
    page = logged_in(ROOT).get("/users").text
    row = row_of(page, "Service Tech")
    for word in (
        TECH,
        "Service Company Administrator",
        "Reporting",
        "Equipment monitoring",
        "Hududgaz",
        "TechService",
    ):
        assert word in row, word
    bare = row_of(page, "Not Yet Assigned")
    assert re.search(r'data-label="[^"]*level"><span class="muted">None</span>', bare)
    assert "No access yet" in bare


def test_r45_the_list_is_paged_and_searched(world, logged_in):
    desk, browser = world.desk(ROOT), logged_in(ROOT)
    for number in range(60):
        people.add(
            desk,
            email=f"extra{number:02}@gasmeter.example",
            name=f"Extra {number:02}",
            password="meter2026y",
        )
    first = browser.get("/users").text
    address = re.search(r'href="(/users\?[^"]*after=[^"]+)"', first)[1]
    second = browser.get(address.replace("&amp;", "&")).text
    shown = [
        re.findall(r'<span class="mail">(extra[^<]+)<', page) for page in (first, second)
    ]
    assert sorted(shown[0] + shown[1]) == sorted(
        f"extra{number:02}@gasmeter.example" for number in range(60)
    )
    found = browser.get("/users?q=EXTRA 07").text
    assert re.findall(r'<span class="mail">(extra[^<]+)<', found) == [
        "extra07@gasmeter.example"
    ]


def test_r45_who_is_deleted_is_listed_only_when_asked_for(world, logged_in):
    browser = logged_in(ROOT)
    delete(browser, world, FRESH)
    page = browser.get("/users?q=fresh").text
    assert "Not Yet Assigned" not in page
    assert "Not Yet Assigned" in browser.get("/users?show=deleted").text


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "&lt;b&gt;",
    ],
)
def test_r45_markup_in_a_name_is_shown_as_it_was_typed(world, logged_in, name):
    browser = logged_in(ROOT)
    assert add(browser, name=name).status_code == 303
    escaped = (
        name.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&#34;")
    )
    for path in ("/users", f"/users/{world.id(NEW['email'])}", "/events"):
        page = browser.get(path).text
        assert escaped in page, path
        assert name == escaped or name not in page, path
