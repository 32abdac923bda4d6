"""The own profile by token: who one is, may do, and where one is logged in."""

import pytest

from authz.storage import people, sessions
from tests.console.conftest import FIELD, OWNER, PASSWORD
from tests.json_api.conftest import error

NEW = "meter2026y"


def test_r03_a_token_is_one_persons(logged_in, world):
    told = logged_in(FIELD, "android").get("/profile").json
    assert told["person"]["id"] == world.id(FIELD)
    assert told["person"]["roles"] == [{"role": "user", "expires_at": None}]
    assert told["person"]["bindings"] == {"cluster": ["mafia"]}
    assert (told["tenant"], told["tenant_name"], told["channel"]) == (
        "pwani",
        told["tenant_name"],
        "android",
    )
    assert "hash" not in str(told)


def test_r52_r53_zone_and_language_are_ones_own(logged_in):
    app = logged_in(FIELD)
    wanted = {"timezone": "Asia/Tashkent", "language": "ru", "phone": "+255 1"}
    told = app.patch("/profile", wanted).json
    assert {name: told[name] for name in wanted} == wanted
    assert told["name"] == "Salum Omar"
    zone = app.patch("/profile", {"timezone": "Mars/Base"})
    assert error(zone) == (422, "invalid")
    assert zone.json["error"]["where"] == "timezone"
    assert error(app.patch("/profile", {"language": "xx"})) == (422, "invalid")


@pytest.mark.parametrize(
    "member", ["id", "tenant", "tenant_id", "roles", "role", "password_hash", "email"]
)
def test_nobody_assigns_more_than_the_profile_has(logged_in, world, member):
    app = logged_in(FIELD)
    before = people.find_account(world.database, "pwani", FIELD)
    answer = app.patch("/profile", {"name": "Mallory", member: "owner"})
    assert error(answer) == (400, "bad_request")
    assert answer.json["error"]["where"] == member
    assert people.find_account(world.database, "pwani", FIELD) == before


def test_what_somebody_changed_meanwhile_is_not_overwritten(logged_in):
    app = logged_in(FIELD)
    seen = app.get("/profile").json["person"]["version"]
    assert app.patch("/profile", {"phone": "1", "version": seen}).status_code == 200
    answer = app.patch("/profile", {"phone": "2", "version": seen})
    assert error(answer) == (409, "conflict")


def test_r51_a_new_password_ends_every_login(logged_in):
    app, other = logged_in(FIELD), logged_in(FIELD, "android")
    body = {"old_password": PASSWORD, "password": NEW}
    assert app.post("/profile/password", body).status_code == 204
    for one in (app, other):
        assert error(one.get("/profile")) == (401, "unauthenticated")
    assert error(app.log_in(FIELD)) == (401, "wrong_login")
    assert app.log_in(FIELD, NEW).status_code == 200


def test_r50_a_password_must_be_a_good_one_and_the_old_one_right(logged_in):
    app = logged_in(FIELD)
    weak = app.post("/profile/password", {"old_password": PASSWORD, "password": "short1"})
    assert error(weak) == (422, "invalid")
    wrong = app.post("/profile/password", {"old_password": "no", "password": NEW})
    assert error(wrong) == (403, "wrong_password")
    assert app.get("/profile").status_code == 200


def test_r03_logins_of_browsers_and_apps_are_listed_and_ended(logged_in, world):
    app, phone = logged_in(FIELD), logged_in(FIELD, "android")
    found = app.get("/profile/sessions").json["sessions"]
    assert sorted(one["channel"] for one in found) == ["android", "web"]
    assert [one["channel"] for one in found if one["is_this"]] == ["web"]
    assert all(one["is_app"] for one in found)
    [other] = [one["handle"] for one in found if not one["is_this"]]
    assert app.delete(f"/profile/sessions/{other}").status_code == 204
    assert error(phone.get("/profile")) == (401, "unauthenticated")
    again = {"refresh_token": phone.refresh_token}
    assert error(phone.post("/token/refresh", again)) == (401, "unauthenticated")
    assert error(app.delete(f"/profile/sessions/{other}")) == (404, "not_found")


def test_a_login_of_another_person_is_not_ones_to_end(logged_in, world):
    owner, app = logged_in(OWNER), logged_in(FIELD)
    [session] = sessions.list_live(world.database, "pwani", world.id(OWNER))
    answer = app.delete(f"/profile/sessions/{session.handle}")
    assert error(answer) == (404, "not_found")
    assert owner.get("/profile").status_code == 200


def test_all_other_logins_end_at_once(logged_in):
    app, phone = logged_in(FIELD), logged_in(FIELD, "android")
    assert app.delete("/profile/sessions").json == {"ended": 1}
    assert error(phone.get("/profile")) == (401, "unauthenticated")
    assert app.get("/profile").status_code == 200


def test_the_login_of_an_app_goes_on_without_requests(logged_in, world):
    app = logged_in(FIELD, "android")
    world.clock.now += 24 * 3600
    assert error(app.get("/profile")) == (401, "unauthenticated")
    told = app.post("/token/refresh", {"refresh_token": app.refresh_token}).json
    app.token = told["access_token"]
    assert app.get("/profile").status_code == 200
    world.clock.now += 31 * 24 * 3600
    again = {"refresh_token": told["refresh_token"]}
    assert error(app.post("/token/refresh", again)) == (401, "unauthenticated")


def test_what_may_i_do_names_the_ground(logged_in):
    found = logged_in(FIELD).get("/profile/permissions").json["permissions"]
    [customers] = [one for one in found if one["action"] == "customer:update"]
    assert customers["permission"] == "customers"
    assert not customers["is_everywhere"]
    given = [gift for ground in customers["because"] for gift in ground["given"]]
    assert {"roles", "clusters"} <= {gift["attribute"] for gift in given}
