"""Roles, settings, protected pages, plugins, apps and events through the API."""

import csv
import json
from io import StringIO

import pytest

from authz.storage import sessions
from tests.console.conftest import (
    ADMIN,
    FIELD,
    FINANCE,
    OWNER,
    PASSWORD,
    ROOT_ADMIN,
    TECH,
)
from tests.json_api.conftest import App, error

ZIWA, PAGES = "owner@ziwa.example", "ziwa-pages-7"
CANARY = "canary2026secret"


def test_r28_the_four_roles_and_what_they_carry(logged_in):
    told = logged_in(OWNER).get("/roles").json
    rows = {one["id"]: one for one in told["roles"]}
    assert set(rows) == {"owner", "admin", "financial-manager", "user"}
    assert sorted(rows["user"]["own"]) == ["assets", "customers", "tickets"]
    assert rows["owner"]["people"] == 1
    assert told["permissions"]
    assert not told["is_single"]


def test_r36_settings_are_read_and_changed(logged_in):
    app = logged_in(ADMIN)
    seen = app.get("/settings").json
    saved = app.patch("/settings", {"phone": "+255 7", "version": seen["version"]}).json
    assert (saved["phone"], saved["name"]) == ("+255 7", seen["name"])
    old = app.patch("/settings", {"phone": "1", "version": seen["version"]})
    assert error(old) == (409, "conflict")
    gateway = app.get("/settings/sms_gateway").json
    values = {"provider": "africastalking", "url": "https://sms.example/send"}
    body = {"values": values, "version": gateway["version"]}
    assert app.patch("/settings/sms_gateway", body).json["values"]["sender"] == ""
    plain = {"values": {"url": "http://sms.example"}}
    assert error(app.patch("/settings/sms_gateway", plain)) == (422, "invalid")
    unknown = app.patch("/settings/map", {"values": {"zom": "3"}})
    assert error(unknown) == (422, "invalid")
    assert "did you mean `zoom`" in unknown.json["error"]["message"]
    assert error(app.get("/settings/moon")) == (404, "not_found")


@pytest.mark.parametrize("email", [FINANCE, FIELD])
def test_r08_r33_settings_are_for_administrators(logged_in, email):
    app = logged_in(email)
    for path in (
        "/settings",
        "/settings/mail",
        "/settings/protected-pages",
        "/settings/plugins",
        "/clients",
        "/events",
        "/events.csv",
        "/users",
        "/roles",
    ):
        assert error(app.get(path)) == (403, "forbidden"), path


def test_r37_plugins_are_switched(logged_in):
    app = logged_in(OWNER)
    assert {
        one["id"]: one["is_enabled"] for one in app.get("/settings/plugins").json["plugins"]
    } == {
        "calin-meter": True,
        "prospect": True,
        "sun-king-shs": False,
    }
    assert app.post("/settings/plugins/sun-king-shs/enable").json["is_enabled"]
    assert not app.post("/settings/plugins/prospect/disable").json["is_enabled"]
    assert error(app.post("/settings/plugins/moon/enable")) == (404, "not_found")


def test_r14_what_is_behind_the_pages_is_refused_until_they_are_unlocked(logged_in):
    app = logged_in(ZIWA)
    locked = app.get("/users")
    assert error(locked) == (403, "pages_locked")
    assert "/api/v1/profile/unlock" in locked.json["error"]["message"]
    wrong = app.post("/profile/unlock", {"password": "wrong12345"})
    assert error(wrong) == (403, "wrong_password")
    assert error(app.get("/users")) == (403, "pages_locked")
    assert app.post("/profile/unlock", {"password": PAGES}).status_code == 204
    assert app.get("/users").status_code == 200
    assert error(logged_in(ZIWA).get("/users")) == (403, "pages_locked")


def test_r15_the_password_of_the_pages_grants_nothing(logged_in):
    app = logged_in("field@ziwa.example")
    assert error(app.get("/settings")) == (403, "forbidden")
    assert app.post("/profile/unlock", {"password": PAGES}).status_code == 204
    assert error(app.get("/settings")) == (403, "forbidden")


def test_r16_guessing_the_password_of_the_pages_is_throttled(logged_in):
    app = logged_in(ZIWA)
    for _ in range(10):
        app.post("/profile/unlock", {"password": "wrong12345"})
    answer = app.post("/profile/unlock", {"password": PAGES})
    assert error(answer) == (429, "throttled")


def test_an_unlock_is_over_after_half_an_hour_whatever_is_refreshed(logged_in, world):
    app = logged_in(ZIWA)
    app.post("/profile/unlock", {"password": PAGES})
    world.clock.now += 1799
    told = app.post("/token/refresh", {"refresh_token": app.refresh_token}).json
    app.token = told["access_token"]
    assert app.get("/users").status_code == 200
    world.clock.now += 1
    assert error(app.get("/users")) == (403, "pages_locked")


def test_r20_a_new_password_for_the_pages_ends_every_unlock(logged_in, world):
    app, other = logged_in(ZIWA), logged_in("coowner@ziwa.example")
    for one in (app, other):
        one.post("/profile/unlock", {"password": PAGES})
    assert app.get("/settings/protected-pages").json == {"is_on": True}
    own = app.put("/settings/protected-pages", {"password": PASSWORD})
    assert error(own) == (422, "invalid")
    body = {"password": CANARY}
    assert app.put("/settings/protected-pages", body).status_code == 204
    for one in (app, other):
        assert error(one.get("/users")) == (403, "pages_locked")
    assert app.post("/profile/unlock", {"password": CANARY}).status_code == 204
    assert app.put("/settings/protected-pages", {"password": None}).status_code == 204
    assert other.get("/users").status_code == 200
    assert CANARY not in "".join(str(one) for one in world.events("ziwa"))


def test_r36_a_key_is_shown_once_and_worthless_once_revoked(logged_in, flask, world):
    app = logged_in(OWNER)
    wanted = {"name": "till", "scopes": ["decision:check"], "channel": "android"}
    made = app.post("/clients", wanted)
    assert made.status_code == 201
    key, client = made.json["key"], made.json["client"]
    assert (client["channel"], client["is_live"]) == ("android", True)
    shown = app.get("/clients").text
    assert client["id"] in shown
    assert key.rpartition("_")[2] not in shown
    assert "hash" not in shown
    phone = App(flask, key)
    assert phone.log_in(FIELD).status_code == 200
    assert app.delete(f"/clients/{client['id']}").status_code == 204
    assert error(phone.get("/profile")) == (401, "unauthenticated")
    assert error(phone.log_in(FIELD)) == (401, "unauthenticated")
    assert key.rpartition("_")[2] not in "".join(map(str, world.events("pwani")))


def test_r36_the_key_of_an_app_is_changed(logged_in, flask):
    app = logged_in(OWNER)
    wanted = {"name": "till", "scopes": ["decision:check"], "channel": "android"}
    old = app.post("/clients", wanted).json
    assert error(app.post("/clients", wanted)) == (409, "conflict")
    new = app.post(f"/clients/{old['client']['id']}/rotate").json
    assert new["client"]["name"] == "till"
    assert error(App(flask, old["key"]).log_in(FIELD)) == (401, "unauthenticated")
    assert App(flask, new["key"]).log_in(FIELD).status_code == 200
    assert error(app.post("/clients", wanted | {"name": "x", "scopes": ["all"]})) == (
        422,
        "invalid",
    )


def test_a_new_key_takes_a_password_that_was_given_lately(logged_in, world):
    app = logged_in(OWNER)
    world.clock.now += 301
    wanted = {"name": "till", "scopes": ["decision:check"]}
    assert error(app.post("/clients", wanted)) == (403, "confirmation_needed")


def test_r69_changes_and_refusals_are_events(logged_in, world):
    app, field = logged_in(OWNER), logged_in(FIELD)
    app.patch(f"/users/{world.id(FIELD)}", {"phone": "+255 1"})
    field.get("/users", headers={"X-Request-ID": "field-7"})
    world.clock.now += 120
    found = app.get("/events?limit=500").json["events"]
    changed = next(one for one in found if one["action"] == "user.updated")
    assert changed["after"]["phone"] == "+255 1"
    assert (changed["actor_label"], changed["channel"]) == (OWNER, "web")
    refused = next(one for one in found if one["result"] == "refused")
    assert (refused["actor_label"], refused["request_id"]) == (FIELD, "field-7")
    assert app.get(f"/events/{changed['seq']}").json == changed
    assert error(app.get("/events/999999")) == (404, "not_found")


def test_r69_the_log_is_narrowed_and_paged(logged_in, world):
    app = logged_in(OWNER)
    app.patch(f"/users/{world.id(FIELD)}", {"phone": "+255 1"})
    about = f"/events?type=user&id={world.id(FIELD)}&action=user.updated"
    assert len(app.get(about).json["events"]) == 1
    assert app.get(about + "&from=2030-01-01").json["events"] == []
    assert app.get("/events?result=refused").json["events"] == []
    first = app.get("/events?limit=2").json
    second = app.get(f"/events?limit=2&older_than={first['older']}").json
    assert second["events"][0]["seq"] == first["events"][-1]["seq"] - 1
    assert error(app.get("/events?from=yesterday")) == (400, "bad_request")
    assert error(app.get("/events?result=maybe")) == (400, "bad_request")


def test_r73_the_log_is_exported_and_verified(logged_in, world):
    app = logged_in(OWNER)
    app.patch(f"/users/{world.id(FIELD)}", {"name": "=1+1"})
    text = app.get("/events.csv").text
    assert "'=1+1" in text or "=1+1" not in [
        c for row in csv.reader(StringIO(text)) for c in row
    ]
    lines = [json.loads(line) for line in app.get("/events.jsonl").text.splitlines()]
    assert [one["seq"] for one in lines] == list(range(1, len(lines) + 1))
    told = app.post("/events/verify").json
    assert told["first_bad"] is None
    assert told["entries"] >= len(lines)


def test_r70_a_decision_is_explained(logged_in, world):
    app = logged_in(ROOT_ADMIN)
    asked = {"who": TECH, "action": "metering_unit:read", "type": "metering_unit"}
    told = app.post("/explain", asked | {"id": "mu-101"}).json
    assert told["allowed"]
    assert told["why"]["determining_policies"]
    denied = app.post("/explain", asked | {"id": "mu-none"}).json
    assert not denied["allowed"]
    assert error(logged_in(TECH).post("/explain", asked | {"id": "mu-101"})) == (
        403,
        "forbidden",
    )


def test_who_can_is_answered_a_page_at_a_time(logged_in, world):
    app = logged_in(OWNER)
    asked = "/who-can?action=customer:update&type=customer&id=cust-3"
    everybody = [one["email"] for one in app.get(asked).json["people"]]
    assert OWNER in everybody
    assert FIELD not in everybody
    first = app.get(f"{asked}&limit=2").json
    second = app.get(f"{asked}&limit=2&after={first['next']}").json
    assert [one["email"] for one in first["people"] + second["people"]] == everybody[:4]


@pytest.mark.parametrize(
    "asked",
    ["action=customer:read&type=moon&id=1", "action=customer:fly&type=customer&id=cust-1"],
    ids=["type", "action"],
)
def test_nobody_can_do_what_there_is_not(logged_in, asked):
    answer = logged_in(OWNER).get(f"/who-can?{asked}")
    assert answer.json == {"people": [], "next": None}


def test_an_unknown_word_in_a_question_is_a_deny_and_no_fault(logged_in):
    app = logged_in(OWNER)
    for changed in ({"type": "moon"}, {"action": "customer:fly"}, {"who": "nobody"}):
        asked = {
            "who": FIELD,
            "action": "customer:read",
            "type": "customer",
            "id": "cust-1",
        }
        told = app.post("/explain", asked | changed)
        assert not told.json["allowed"], changed
        assert told.json["why"]["reason"] == "unknown"


REGISTRATION = {
    "name": "Nuru Power",
    "owner": {"name": "Imani", "email": "imani@nuru.example", "password": "meter2026y"},
    "pages_password": "nuru-pages-9",
}


def test_r17_a_company_registers_itself(anybody):
    told = anybody.post("/registration", REGISTRATION)
    assert told.status_code == 201
    assert told.json["slug"].startswith("nuru-power-")
    assert anybody.log_in("imani@nuru.example", "meter2026y").status_code == 200
    again = anybody.post("/registration", REGISTRATION | {"name": "Other"}, bearer="")
    assert error(again) == (409, "conflict")
    short = REGISTRATION | {"name": "Third", "pages_password": "x"}
    assert error(anybody.post("/registration", short)) == (422, "invalid")


def test_operators_look_after_companies(logged_in, anybody):
    app = logged_in("operator@gatehouse.example")
    assert {"pwani", "ziwa"} <= {
        one["slug"] for one in app.get("/companies").json["companies"]
    }
    made = app.post("/companies", REGISTRATION | {"kind": "minigrid", "slug": "nuru"})
    assert made.json["slug"] == "nuru"
    assert app.post("/companies/nuru/suspend").json["status"] == "suspended"
    assert error(anybody.log_in("imani@nuru.example", "meter2026y")) == (401, "wrong_login")
    assert app.post("/companies/nuru/resume").json["status"] == "active"
    assert error(logged_in(OWNER).get("/companies")) == (403, "forbidden")
    assert error(logged_in(OWNER).get("/companies/ziwa")) == (403, "forbidden")


def test_unlocks_and_confirmations_belong_to_one_login(logged_in, world):
    app = logged_in(ZIWA)
    app.post("/profile/unlock", {"password": PAGES})
    found = sessions.list_live(world.database, "ziwa", world.id(ZIWA))
    assert [one.has_pages_unlocked(world.clock.now) for one in found] == [True]
    logged_in(ZIWA)
    found = sessions.list_live(world.database, "ziwa", world.id(ZIWA))
    assert sorted(one.has_pages_unlocked(world.clock.now) for one in found) == [False, True]
