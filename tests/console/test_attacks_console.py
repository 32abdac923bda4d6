"""Pages under attack: what is another company's, endless headers, forms half right."""

import re

import pytest

from authz.administration import organizations, people, rights, units, versions
from authz.storage.sessions import CONFIRMED_SECONDS
from tests.console.conftest import OWNER, PASSWORD, ROOT_ADMIN, TECH

MISSING = "u_aaaaaaaaaaaaaaaa"
#: Kind of thing -> one that another company has.
STRANGE = {"cluster": "ziwa-east", "minigrid": "mg-z1", "customer": "zcust-1"}


def addresses(app):
    """Every page about one thing, with `ID` in place of the thing's id, and its kind."""
    for rule in app.url_map.iter_rules():
        for kind in STRANGE if "kind>" in rule.rule else ("user",):
            kinds = re.search(r"<any\(([^)]*)\):kind>", rule.rule)
            if kinds and kind not in kinds[1].split(", "):
                continue
            path = re.sub(r"<any[^>]*:kind>", kind, rule.rule)
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path).replace("<id>", "ID")
            if "ID" in path and "<" not in path:
                yield path, kind, "POST" in rule.methods


def shown(answer, id):
    """A page without what every request has of its own."""
    text = re.sub(r"request-\w+|name=\"csrf_token\" value=\"[^\"]+", "", answer.text)
    place = (answer.location or "").replace(id, "ID")
    return answer.status_code, place, text.replace(id, "ID")


def test_r05_what_is_of_another_company_is_as_what_is_not_there(app, world, logged_in):
    browser, strange = logged_in(OWNER), STRANGE | {"user": world.id("clerk@ziwa.example")}
    token, asked = browser.token("/profile"), []
    for path, kind, takes_forms in addresses(app):
        answers = []
        for id in (strange[kind], MISSING):
            at = path.replace("ID", id)
            form = {"csrf_token": token, "sure": "yes", "version": "x"}
            found = browser.send(at, form) if takes_forms else browser.get(at)
            answers.append(shown(found, id))
        assert answers[0] == answers[1], path
        assert answers[0][0] in (403, 404), path
        asked.append((kind, takes_forms))
    assert {(kind, sends) for kind in strange for sends in (True, False)} <= set(asked)


def test_an_endless_list_of_languages_is_not_gone_through(browser):
    listed = ",".join(["fr", *(f"x{number:x}" for number in range(2000))])
    answer = browser.get("/login", headers={"Accept-Language": listed})
    assert '<html lang="en"' in answer.text
    assert (
        '<html lang="fr"'
        in browser.get("/login", headers={"Accept-Language": "fr,en;q=0.5"}).text
    )


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("9999-12-31T23:59", "before the year 2100"),
        ("9999-12-31T23:59-11:00", "before the year 2100"),
        ("0001-01-01T00:00+14:00", "in the future"),
    ],
)
def test_no_end_of_access_makes_the_pages_of_people_fail(world, logged_in, end, said):
    browser, who = logged_in(ROOT_ADMIN), world.id(TECH)
    version = rights.form(world.desk(ROOT_ADMIN), who).version
    form = {"version": version, "level": "platform_reader", "expires_at": end}
    answer = browser.post(f"/users/{who}/permissions", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert browser.get("/users").status_code == 200


def test_a_form_that_is_half_right_saves_nothing(world, logged_in):
    browser, desk = logged_in(ROOT_ADMIN), world.desk(ROOT_ADMIN)
    company = organizations.find(desk, "supply_company", "orientgas")
    form = {"name": "", "parent": "hududgaz", "version": versions.of(company)}
    at = "/organizations/supply_company/orientgas/edit"
    assert browser.post(at, form).status_code == 422
    assert organizations.find(desk, "supply_company", "orientgas") == company
    unit = units.find(desk, "mu-101")
    form = {"name": "Renamed", "status": "flying", "version": versions.of(unit)}
    assert browser.post("/units/mu-101", form).status_code == 422
    assert units.find(desk, "mu-101") == unit


def test_the_form_of_users_has_no_field_for_the_own_password(world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    assert 'name="password"' in browser.get(f"/users/{world.id(TECH)}/edit").text
    own = f"/users/{world.id(ROOT_ADMIN)}/edit"
    assert 'name="password"' not in browser.get(own).text


@pytest.mark.parametrize(
    "change", [{"password": "meter2026y"}, {"email": "else@gasmeter.example"}], ids=str
)
def test_nobody_takes_an_account_over_from_an_open_console(world, logged_in, change):
    browser, who = logged_in(ROOT_ADMIN), world.id(TECH)
    before = people.find(world.desk(ROOT_ADMIN), who)
    world.clock.now += CONFIRMED_SECONDS
    form = {"email": TECH, "name": "Tech", "version": versions.of(before)}
    answer = browser.post(f"/users/{who}/edit", form | change)
    assert answer.location == f"/confirm?next=/users/{who}/edit"
    assert people.find(world.desk(ROOT_ADMIN), who) == before
    assert browser.post(f"/users/{who}/edit", form).location.startswith("/users?")
    form["version"] = versions.of(people.find(world.desk(ROOT_ADMIN), who))
    assert browser.post("/confirm", {"password": PASSWORD}).status_code == 303
    answer = browser.post(f"/users/{who}/edit", form | change)
    assert answer.location.startswith("/users?")


def test_a_script_is_led_on_by_a_header_of_plain_signs(browser):
    form = {
        "theme": "dark",
        "next": "/users?q=Ω%20x\u2028&a=b",
        "csrf_token": browser.token(),
    }
    answer = browser.send("/look/theme", form, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/users?q=%CE%A9%20x%E2%80%A8&a=b"
