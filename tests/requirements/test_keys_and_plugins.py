"""Settings, keys and plugins are different permissions; pages without the shared password
(R36-R38).
"""

import re

import pytest

from tests.administration.names import (
    AMINA,
    CLERK,
    GRACE,
    JUMA,
    NEWCOMER,
    OTIENO,
    SALUM,
)
from tests.api.doors import Client, question
from tests.console.conftest import Browser
from tests.requirements.metering import App, rows, write
from tests.requirements.minigrid import KEVIN, PWANI, ZIWA

KEY = re.compile(r"gh_([0-9a-f]{16})_[0-9a-f]{64}")
NEW = {"name": "field app", "scopes": "decision:check", "channel": "android"}
COMPANY = f"tenant:{PWANI}"
ADMINISTRATORS, OTHERS = (AMINA, JUMA), (GRACE, SALUM, NEWCOMER)


# R36: settings are not keys.


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_r36_the_secret_of_a_key_is_shown_once(world, logged_in, who):
    browser = logged_in(who)
    page = browser.post("/clients/add", NEW).text
    key = KEY.search(page)
    assert page.count(key[0]) == 1
    for path in ("/clients", "/events", "/events.jsonl", "/events.csv", "/clients/add"):
        assert key[0].rpartition("_")[2] not in browser.get(path).text, path
    assert f"gh_{key[1]}_…" in browser.get("/clients").text
    stored = rows(world, "SELECT * FROM api_client WHERE id = ?", key[1])
    assert len(stored) == 1
    assert key[0].rpartition("_")[2] not in repr(stored)


def test_r36_a_key_that_was_revoked_is_answered_401(world, logged_in):
    browser, app = logged_in(JUMA), App(world, PWANI)
    key = KEY.search(browser.post("/clients/add", NEW).text)
    asking = Client(app.client.door, key[0])
    asked = question(f"user:{SALUM}", "customer:read", "customer:cust-1")
    assert asking.ask(asked).status == 200
    assert browser.post(f"/clients/{key[1]}/revoke").status_code == 303
    for _ in range(2):
        reply = asking.ask(asked)
        assert reply.status == 401
        assert "www-authenticate" in reply.headers
    assert "Revoked" in browser.get("/clients").text


@pytest.mark.parametrize("who", OTHERS)
def test_r36_who_has_no_permission_for_keys_reaches_none(world, logged_in, who):
    browser, before = logged_in(who), rows(world, "SELECT * FROM api_client ORDER BY id")
    for path in ("/clients", "/clients/add"):
        assert browser.get(path).status_code == 403
    assert browser.post("/clients/add", NEW).status_code == 403
    for id, *_ in before:
        assert browser.post(f"/clients/{id}/revoke").status_code == 403
    assert rows(world, "SELECT * FROM api_client ORDER BY id") == before


def test_r36_settings_alone_open_no_keys(thin):
    browser = Browser(thin)
    browser.log_in(JUMA)
    assert browser.get("/settings").status_code == 200
    assert browser.get("/settings/sms_gateway").status_code == 200
    assert 'href="/clients"' not in browser.get("/").text
    assert browser.get("/clients").status_code == 403
    assert browser.get("/clients/add").status_code == 403
    assert browser.post("/clients/add", NEW).status_code == 403


def test_r36_no_company_revokes_the_key_of_another(world, logged_in):
    theirs = rows(world, "SELECT id FROM api_client WHERE tenant <> ? LIMIT 1", PWANI)
    browser, before = logged_in(AMINA), rows(world, "SELECT * FROM api_client")
    for (id,) in [*theirs, ("0" * 16,)]:
        assert browser.post(f"/clients/{id}/revoke").status_code in (403, 404)
    assert rows(world, "SELECT * FROM api_client") == before


# R37: plugins.


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_r37_an_administrator_switches_a_plugin_off_and_on(world, logged_in, who):
    browser, app = logged_in(who), App(world, PWANI)
    for switch, other in (("disable", "enable"), ("enable", "disable")):
        path = f"/settings/plugins/prospect/{switch}"
        assert browser.post(path).status_code == 303
        page = browser.get("/settings/plugins").text
        assert f"/settings/plugins/prospect/{other}" in page
        assert f'"{path}"' not in page
    for verb in ("list", "enable", "disable", "configure"):
        assert app.decides(who, f"plugin:{verb}", COMPANY), verb


@pytest.mark.parametrize("who", OTHERS)
def test_r37_nobody_else_does(world, logged_in, who):
    browser, app = logged_in(who), App(world, PWANI)
    assert browser.get("/settings/plugins").status_code == 403
    for switch in ("enable", "disable"):
        path = f"/settings/plugins/prospect/{switch}"
        assert browser.post(path).status_code == 403
    for verb in ("list", "enable", "disable", "configure"):
        assert not app.decides(who, f"plugin:{verb}", COMPANY), verb
    page = logged_in(AMINA).get("/settings/plugins").text
    assert "/settings/plugins/prospect/disable" in page


@pytest.mark.parametrize("plugin", ["nothing", "..", "%2e%2e", "a" * 300])
def test_r37_a_plugin_that_there_is_not_is_not_there(logged_in, plugin):
    answer = logged_in(AMINA).post(f"/settings/plugins/{plugin}/enable")
    assert answer.status_code in (403, 404)


# R38: without the shared password, permissions alone.


def test_r38_where_it_is_off_a_protected_page_opens_by_permission_alone(logged_in):
    for who, status in ((AMINA, 200), (JUMA, 200), (GRACE, 403), (SALUM, 403)):
        browser = logged_in(who)
        for path in ("/users", "/settings", "/locations/cluster/add"):
            assert browser.get(path).status_code == status, (who, path)


def test_r38_d1_a_company_that_switches_it_off_is_asked_no_more(world, logged_in):
    owner, clerk, field = logged_in(OTIENO), logged_in(CLERK), logged_in(KEVIN)
    owner.post("/unlock", {"password": "ziwa-pages-7", "next": "/users"})
    assert clerk.get("/users").status_code == 303
    setting = "/settings/protected-pages"
    assert owner.post(setting, {"off": "yes"}).status_code == 303
    assert [one.get("/users").status_code for one in (owner, clerk, field)] == [
        *(200, 200, 403)
    ]
    again = {"password": "lake-pages-2027", "password_again": "lake-pages-2027"}
    assert owner.post(setting, again).status_code == 303
    assert [one.get("/users").status_code for one in (owner, clerk, field)] == [
        *(303, 303, 403)
    ]


def test_r38_a_hash_that_is_still_stored_is_ignored_while_it_is_off(world, logged_in):
    write(world, "UPDATE tenant SET ppp_enabled = 0 WHERE slug = ?", ZIWA)
    assert rows(world, "SELECT ppp_hash FROM tenant WHERE slug = ?", ZIWA) != [(None,)]
    assert logged_in(CLERK).get("/users").status_code == 200
    assert logged_in(KEVIN).get("/users").status_code == 403
    app = App(world, ZIWA)
    assert app.decides(CLERK, "user:list", f"tenant:{ZIWA}")
