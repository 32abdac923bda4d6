"""A user's access through the API: asked of the policies, saved whole, foreseen."""

from authz.storage import people
from tests.console.conftest import ADMIN, FIELD, FINANCE, OWNER, ROOT_ADMIN, TECH
from tests.json_api.conftest import error

LEVEL = "service_company_admin"
BOUND = {"supply_company": ["hududgaz"], "service_organization": ["techservice"]}
FRESH = "fresh@gasmeter.example"


def roles(*names, **ends):
    return [{"role": name, "expires_at": ends.get(name)} for name in names]


def account(world, email):
    return people.find_account(world.database, world.tenant_of(email), email)


def test_the_form_is_asked_of_the_policies(logged_in, world):
    form = logged_in(ROOT_ADMIN).get(f"/users/{world.id(FRESH)}/access").json
    [level] = [one for one in form["choices"] if one["role"] == LEVEL]
    assert level["may_give"]
    assert sorted(level["requires"]) == ["service_organization", "supply_company"]
    assert "reporting" in level["options"]
    assert form["is_single"]
    assert form["held"] == {"roles": [], "options": [], "bindings": {}}
    assert "techservice" in [one["id"] for one in form["targets"]["service_organization"]]


def test_r65_the_worked_example_succeeds(logged_in, world):
    app, path = logged_in(ROOT_ADMIN), f"/users/{world.id(FRESH)}/access"
    body = {"roles": roles(LEVEL), "options": ["reporting"], "bindings": BOUND}
    foreseen = app.post(f"{path}/preview", body).json
    assert any(one["type"] == "metering_unit" for one in foreseen["gains"])
    assert account(world, FRESH).roles == ()
    saved = app.put(path, body | {"version": app.get(path).json["version"]})
    assert saved.json["bindings"] == BOUND
    assert [one.role for one in account(world, FRESH).roles] == [LEVEL]


def test_r58_a_level_without_its_bindings_is_not_saved(logged_in, world):
    app, path = logged_in(ROOT_ADMIN), f"/users/{world.id(FRESH)}/access"
    for bindings in ({}, {"supply_company": ["hududgaz"]}, BOUND | {"moon": ["x"]}):
        body = {"roles": roles(LEVEL), "bindings": bindings}
        assert error(app.put(path, body)) == (422, "invalid")
    missing = app.post(f"{path}/preview", {"roles": roles(LEVEL)}).json["missing"]
    assert {one["kind"] for one in missing} == set(BOUND)
    assert account(world, FRESH).roles == ()


def test_r56_there_is_one_level(logged_in, world):
    path = f"/users/{world.id(FRESH)}/access"
    body = {"roles": roles("platform_admin", "consumer")}
    assert error(logged_in(ROOT_ADMIN).put(path, body)) == (422, "invalid")


def test_an_end_is_kept_to_the_last_digit_and_must_be_to_come(logged_in, world):
    app, path = logged_in(OWNER), f"/users/{world.id(FINANCE)}/access"
    end = "2027-06-01T10:00:00.123457Z"
    body = {"roles": roles("financial-manager", **{"financial-manager": end})}
    assert app.put(path, body).json["roles"][0]["expires_at"] == end
    before = account(world, FINANCE)
    assert app.put(path, body).status_code == 200
    assert account(world, FINANCE) == before
    local = "2027-06-01T13:00:00.123457+03:00"
    body = {"roles": roles("financial-manager", **{"financial-manager": local})}
    assert app.put(path, body).json["roles"][0]["expires_at"] == end
    for past in ("2020-01-01T00:00:00Z", "0001-01-01T00:00:00Z"):
        body = {"roles": roles("financial-manager", **{"financial-manager": past})}
        assert error(app.put(path, body)) == (422, "invalid")
    bare = {"roles": roles("user", user="2027-06-01T10:00:00")}
    assert error(app.put(path, bare)) == (400, "bad_request")


def test_an_old_version_is_a_conflict(logged_in, world):
    app, path = logged_in(OWNER), f"/users/{world.id(FINANCE)}/access"
    seen = app.get(path).json["version"]
    body = {"roles": roles("user"), "version": seen}
    assert app.put(path, body).status_code == 200
    assert error(app.put(path, body)) == (409, "conflict")


def test_r40_nobody_gives_more_than_they_may(logged_in, world):
    app = logged_in(ADMIN)
    for email in (FINANCE, ADMIN):
        path = f"/users/{world.id(email)}/access"
        assert error(app.put(path, {"roles": roles("owner")})) == (403, "forbidden")
    choices = app.get(f"/users/{world.id(FINANCE)}/access").json["choices"]
    assert "owner" not in [one["role"] for one in choices if one["may_give"]]


def test_effective_permissions_name_policy_role_and_giver(logged_in, world):
    app = logged_in(ROOT_ADMIN)
    found = app.get(f"/users/{world.id(TECH)}/permissions").json["permissions"]
    [read] = [one for one in found if one["action"] == "metering_unit:read"]
    [ground] = read["because"]
    assert ground["policy"].startswith("metering.")
    assert {one["value"] for one in ground["given"]} >= {LEVEL, "techservice"}
    assert not read["is_everywhere"]


def test_two_people_are_compared(logged_in, world):
    app = logged_in(OWNER)
    told = app.get(f"/users/{world.id(ADMIN)}/comparison?other={world.id(FIELD)}").json
    mine = {action for one in told["only_this"] for action in one["actions"]}
    assert "settings:update" in mine
    assert told["only_other"] == []
