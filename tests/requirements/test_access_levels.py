"""Access levels: none at first, exactly one, and none that is new (R54-R56, R74)."""

import re

from tests.administration.names import (
    AUDITOR,
    FRESH,
    OTHER_LEVELS,
    ROOT,
    TECH,
)
from tests.console.conftest import Browser
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    App,
    account,
    add,
    may_of,
    new_events,
    row_of,
    rows,
    set_access,
    write,
)

COMPANY = f"tenant:{PLATFORM}"
BUMP = "UPDATE tenant SET revision = revision + 1 WHERE slug = ?"


# R54: rights come after the account.


def test_r54_a_new_account_logs_in_and_every_decision_about_it_is_deny(
    app, world, logged_in
):
    browser = logged_in(ROOT)
    add(browser)
    hers = Browser(app)
    assert hers.log_in(NEW["email"], NEW["password"]).status_code == 303
    assert hers.get("/profile").status_code == 200
    for path in ("/users", "/units", "/reports", "/monitoring", "/events", "/clients"):
        assert hers.get(path).status_code == 403, path
    apps = App(world)
    assert may_of(apps, NEW["email"]) == []
    me = f"user:{NEW['email']}"
    for action in ("profile:read", "profile:update", "profile:change_password"):
        assert apps.decides(NEW["email"], action, me)
    for action in ("user:read", "user:update", "user:set_access", "user:delete"):
        assert not apps.decides(NEW["email"], action, me)
    assert "No access yet" in row_of(browser.get("/users").text, NEW["name"])
    assert NEW["email"] in browser.get("/users?show=none").text


def test_r54_whoever_has_no_level_sees_no_menu_but_the_own_profile(logged_in):
    page = logged_in(FRESH).get("/").text
    menu = page.partition('<nav id="nav"')[2].partition("</nav>")[0]
    assert re.findall(r'<li><a href="([^"]+)"', menu) == []
    assert 'href="/profile"' in menu


# R55: Permissions in the column Actions.


def test_r55_each_row_has_permissions_that_open_that_person_s_form(world, logged_in):
    browser = logged_in(ROOT)
    page = browser.get("/users").text
    for who in OTHER_LEVELS:
        person = account(world, who)
        row = row_of(page, person.name)
        actions = row.partition('data-label="Actions"')[2]
        address = re.search(r'href="([^"]+)"[^>]*>Permissions</a>', actions)[1]
        assert address == f"/users/{person.id}/permissions"
        form = browser.get(address).text
        assert f"<h1>Permissions of {person.name}</h1>" in form
        assert person.email in form


# R56: exactly one level.


def test_r56_the_form_has_one_field_for_one_level(world, logged_in):
    page = logged_in(ROOT).get(f"/users/{world.id(TECH)}/permissions").text
    levels = page.partition('<select id="level"')[2].partition("</select>")[0]
    assert page.count('name="level"') == 1
    assert "multiple" not in levels.partition(">")[0]
    assert levels.count(" selected") == 1
    assert '<option value="service_company_admin" selected>' in levels


def test_r56_no_level_is_no_access(world, logged_in):
    browser, hers = logged_in(ROOT), logged_in(TECH)
    assert set_access(browser, world, TECH, level="").status_code == 303
    assert account(world, TECH).roles == ()
    assert may_of(App(world), TECH) == []
    assert hers.get("/units").status_code == 403
    assert "No access yet" in row_of(browser.get("/users").text, "Service Tech")


NO_LEVELS = {
    "unknown": ("galactic_admin", 422),
    "a role of a mini-grid company": ("owner", 422),
    "a role of the server": ("operator", 422),
    "with a capital": ("Branch", 422),
    "with a space": (" branch", 422),
    "two in a word": ("branch,consumer", 422),
    "two": (["branch", "consumer"], 400),
    "the same twice": (["branch", "branch"], 400),
}


def test_r56_two_levels_or_an_unknown_one_are_refused(world, logged_in):
    browser, before = logged_in(ROOT), account(world, FRESH)
    since = len(world.events(PLATFORM))
    for why, (level, status) in NO_LEVELS.items():
        form = {"level": level, "supply_company": "hududgaz", "consumer": "c-bakery"}
        assert set_access(browser, world, FRESH, **form).status_code == status, why
    assert account(world, FRESH) == before
    assert new_events(world, since) == []


def test_r56_the_new_level_takes_the_place_of_the_old_one(world, logged_in):
    form = {"level": "branch", "supply_company": "hg-poytaxt"}
    assert set_access(logged_in(ROOT), world, TECH, **form).status_code == 303
    saved = account(world, TECH)
    assert [one.role for one in saved.roles] == ["branch"]
    assert (saved.options, saved.bindings) == ((), {"supply_company": ("hg-poytaxt",)})


# R74: nobody invents a level.


def test_r74_there_is_no_form_and_no_address_to_make_a_level(app, logged_in):
    made = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if re.search("role|level|option", rule.rule) and "POST" in rule.methods
    ]
    assert made == []
    browser = logged_in(ROOT)
    page = browser.get("/roles").text.partition("<main")[2].partition("</main>")[0]
    assert "<form" not in page
    for path in ("/roles", "/roles/add", "/levels", "/levels/add"):
        assert browser.post(path, {"name": "galactic_admin"}).status_code in (404, 405)


def test_r74_the_policies_let_nobody_make_a_level(world):
    app = App(world)
    for who in (ROOT, *OTHER_LEVELS):
        assert not app.decides(who, "access_level:create", COMPANY)


def test_r74_a_level_that_got_into_the_database_opens_nothing(world, logged_in):
    row = "INSERT INTO role_assignment VALUES (?, ?, 'galactic_admin', NULL, 'x', 0)"
    write(world, row, PLATFORM, world.id(FRESH))
    write(world, BUMP, PLATFORM)
    assert rows(world, "SELECT count(*) FROM role_assignment WHERE role LIKE 'gal%'") == [
        (1,)
    ]
    assert may_of(App(world), FRESH) == []
    assert logged_in(FRESH).get("/units").status_code == 403


def test_r74_the_reader_of_everything_makes_no_level_either(world, logged_in):
    answer = set_access(logged_in(AUDITOR), world, FRESH, level="galactic_admin")
    assert answer.status_code == 403
