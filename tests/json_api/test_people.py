"""Users through the API: the same functions, rules and refusals as on the pages."""

import pytest

from authz.storage import people
from tests.console.conftest import (
    ADMIN,
    AUDITOR,
    FIELD,
    FINANCE,
    OWNER,
    PASSWORD,
    ROOT_ADMIN,
    TECH,
)
from tests.json_api.conftest import error

NEW = {"email": "ann@pwani.example", "name": "Ann", "password": "meter2026y"}


def listed(app, query=""):
    return [one["person"]["email"] for one in app.get(f"/users{query}").json["people"]]


def test_r45_the_list_shows_everybody_with_the_access(logged_in):
    app = logged_in(ROOT_ADMIN)
    told = app.get("/users?limit=200").json
    shown = {one["person"]["email"]: one for one in told["people"]}
    tech = shown[TECH]
    assert tech["in_force"] == ["service_company_admin"]
    assert tech["person"]["options"] == ["equipment_monitoring", "reporting"]
    assert tech["person"]["bindings"]["supply_company"] == ["hududgaz"]
    assert shown["fresh@gasmeter.example"]["in_force"] == []
    assert "user:delete" in tech["marks"]
    assert told["next"] is None


def test_r45_the_list_is_searched_filtered_and_paged(logged_in):
    app = logged_in(OWNER)
    assert listed(app, "?q=mushi") == [FINANCE]
    assert listed(app, "?role=owner") == [OWNER]
    assert listed(app, "?without_role=true") == ["norole@pwani.example"]
    assert listed(app, "?status=deleted") == ["left.company@pwani.example"]
    first = app.get("/users?limit=3&sort=email").json
    second = app.get(f"/users?limit=3&sort=email&after={first['next']}").json
    back = app.get(f"/users?limit=3&sort=email&before={second['previous']}").json
    assert [one["person"]["email"] for one in back["people"]] == [
        one["person"]["email"] for one in first["people"]
    ]
    assert error(app.get("/users?after=nonsense")) == (400, "bad_request")


def test_r43_an_account_is_added_read_changed_and_deleted(logged_in, world):
    app = logged_in(OWNER)
    made = app.post("/users", NEW | {"access": {"roles": [{"role": "user"}]}})
    assert made.status_code == 201
    path = f"/users/{made.json['id']}"
    assert app.get(path).json == made.json
    assert made.json["roles"] == [{"role": "user", "expires_at": None}]
    changed = app.patch(path, {"name": "Ann B", "version": made.json["version"]})
    assert (changed.json["name"], changed.json["email"]) == ("Ann B", NEW["email"])
    assert app.delete(f"{path}?version={made.json['version']}").status_code == 409
    assert app.delete(path).status_code == 204
    assert error(app.delete(path)) == (404, "not_found")
    actions = [event.action for event in world.events("pwani")[-5:]]
    assert actions.count("user.deleted") == 1


def test_r49_an_e_mail_in_use_is_a_conflict_that_names_the_field(logged_in):
    app = logged_in(OWNER)
    for email in (FINANCE.upper(), f" {FINANCE} ", TECH):
        answer = app.post("/users", NEW | {"email": email})
        assert error(answer) == (409, "conflict")
        assert answer.json["error"]["where"] == "email"
        assert "gasmeter" not in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"email": "no-at"}, "email"),
        ({"password": "short1"}, "password"),
        ({"password": "onlyletters"}, "password"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"language": "xx"}, "language"),
        ({"access": {"roles": [{"role": "emperor"}]}}, "roles"),
        ({"access": {"roles": [{"role": "user"}, {"role": "user"}]}}, "roles"),
        ({"access": {"roles": [{"role": "user"}], "options": ["moon"]}}, "options"),
    ],
    ids=["email", "short", "letters", "zone", "language", "role", "twice", "option"],
)
def test_r47_r50_a_bad_field_is_named_and_nothing_is_saved(
    logged_in, world, changed, where
):
    answer = logged_in(OWNER).post("/users", NEW | changed)
    assert error(answer) == (422, "invalid")
    assert answer.json["error"]["where"] == where
    known = people.list_accounts(world.database, "pwani", deleted=True)
    assert NEW["email"] not in [one.email for one in known]


def test_r60_a_blank_password_keeps_the_old_one(logged_in, anybody, world):
    app = logged_in(OWNER)
    path = f"/users/{world.id(FINANCE)}"
    assert app.patch(path, {"password": "  ", "phone": "1"}).status_code == 200
    assert anybody.log_in(FINANCE, PASSWORD).status_code == 200
    assert app.patch(path, {"password": "other2026z"}).status_code == 200
    assert error(anybody.log_in(FINANCE, PASSWORD)) == (401, "wrong_login")


def test_r31_an_admin_does_not_touch_an_owner(logged_in, world):
    app = logged_in(ADMIN)
    path = f"/users/{world.id(OWNER)}"
    refused = [
        app.patch(path, {"name": "Mallory"}),
        app.patch(path, {"password": "other2026z"}),
        app.patch(path, {"email": "mine@pwani.example"}),
        app.delete(path),
        app.post(f"{path}/block"),
        app.put(f"{path}/access", {"roles": []}),
        app.post("/users", NEW | {"access": {"roles": [{"role": "owner"}]}}),
    ]
    assert [error(answer) for answer in refused] == [(403, "forbidden")] * 7
    assert "does not manage this person" in refused[0].json["error"]["message"]


def test_r39_the_last_owner_stays(logged_in, world):
    app = logged_in(OWNER)
    path = f"/users/{world.id(OWNER)}"
    for answer in (app.delete(path), app.put(f"{path}/access", {"roles": []})):
        assert error(answer) == (403, "forbidden")


def test_r41_a_blocked_person_is_out_at_once_and_may_come_back(logged_in, world, anybody):
    app, field = logged_in(OWNER), logged_in(FIELD)
    path = f"/users/{world.id(FIELD)}"
    assert app.post(f"{path}/block").json["status"] == "blocked"
    assert error(field.get("/profile")) == (401, "unauthenticated")
    assert error(anybody.log_in(FIELD)) == (401, "wrong_login")
    assert app.post(f"{path}/unblock").json["status"] == "active"
    assert anybody.log_in(FIELD).status_code == 200


def test_r62_deleting_takes_a_password_that_was_given_lately(logged_in, world):
    app = logged_in(OWNER)
    path = f"/users/{world.id(FIELD)}"
    world.clock.now += 301
    assert error(app.delete(path)) == (403, "confirmation_needed")
    wrong = app.post("/profile/confirm", {"password": "wrong12345"})
    assert error(wrong) == (403, "wrong_password")
    assert error(app.delete(path)) == (403, "confirmation_needed")
    assert app.post("/profile/confirm", {"password": PASSWORD}).status_code == 204
    assert app.delete(path).status_code == 204


def test_r62_who_may_not_delete_is_not_asked_for_a_password(logged_in, world):
    app = logged_in(FINANCE)
    world.clock.now += 301
    assert error(app.delete(f"/users/{world.id(FIELD)}")) == (403, "forbidden")


def test_guessing_the_own_password_is_throttled(logged_in):
    app = logged_in(OWNER)
    for _ in range(10):
        app.post("/profile/confirm", {"password": "wrong12345"})
    answer = app.post("/profile/confirm", {"password": PASSWORD})
    assert error(answer) == (429, "throttled")
    assert int(answer.headers["Retry-After"]) > 0


def test_r42_other_levels_reach_no_accounts(logged_in, world):
    app, target = logged_in(TECH), f"/users/{world.id(ROOT_ADMIN)}"
    for path in ("/users", target, f"{target}/access", f"{target}/permissions"):
        assert error(app.get(path)) == (403, "forbidden"), path
    assert error(app.post("/users", NEW)) == (403, "forbidden")


def test_r75_the_auditor_reads_and_writes_nothing(logged_in, world):
    app, target = logged_in(AUDITOR), f"/users/{world.id(TECH)}"
    assert TECH in listed(app, "?limit=200")
    assert app.get(target).status_code == 200
    for answer in (
        app.post("/users", NEW),
        app.patch(target, {"name": "x"}),
        app.delete(target),
        app.put(f"{target}/access", {}),
    ):
        assert error(answer) == (403, "forbidden")


def test_r05_another_company_is_not_there(logged_in, world):
    app = logged_in(OWNER)
    there, nowhere = world.id("owner@ziwa.example"), "u_nobodyatall"
    for path in ("", "/access", "/permissions", "/comparison?other=x"):
        answers = [app.get(f"/users/{id}{path}") for id in (there, nowhere)]
        assert [error(one) for one in answers] == [(404, "not_found")] * 2, path
        told = [one.json["error"] | {"request_id": ""} for one in answers]
        assert told[0] == told[1]
    for id in (there, nowhere):
        assert error(app.patch(f"/users/{id}", {"name": "x"})) == (404, "not_found")
        assert error(app.delete(f"/users/{id}")) == (404, "not_found")
    assert "owner@ziwa.example" not in listed(app, "?limit=200")


@pytest.mark.parametrize("member", ["id", "tenant", "tenant_id", "role", "password_hash"])
def test_nobody_assigns_what_a_form_does_not_have(logged_in, world, member):
    app = logged_in(OWNER)
    for answer in (
        app.post("/users", NEW | {member: "owner"}),
        app.patch(f"/users/{world.id(FIELD)}", {"name": "x", member: "owner"}),
    ):
        assert error(answer) == (400, "bad_request")
        assert answer.json["error"]["where"] == member
