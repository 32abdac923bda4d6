"""Options fine-tune a level, and a level may need bindings (R57, R58, R61, R77)."""

import re

import pytest

from authz.storage import organizations, tenants
from authz.storage.events import SERVICE
from tests.administration.names import (
    BAKER,
    BRANCH,
    FRESH,
    ROOT,
    TECH,
)
from tests.requirements.metering import (
    PLATFORM,
    SERVICE_ADMIN,
    TECHSERVICE_UNITS,
    UNITS,
    App,
    account,
    error_at,
    held,
    listed_units,
    may_of,
    new_events,
    set_access,
    write,
)

BUMP = "UPDATE tenant SET revision = revision + 1 WHERE slug = ?"
#: Level -> what the form must choose besides, so that it can be saved.
BOUND = {
    "supply_company_admin": {"supply_company": "hududgaz"},
    "service_company_admin": {
        "supply_company": "hududgaz",
        "service_organization": "techservice",
    },
    "manufacturer": {"manufacturer": "ekdev"},
    "branch": {"supply_company": "hg-poytaxt"},
    "consumer": {"consumer": "c-bakery"},
}


def options_of(browser, world, who):
    """The options that the form offers."""
    page = browser.get(f"/users/{world.id(who)}/permissions").text
    return re.findall(r'name="options" value="([^"]+)"', page)


# R57, R77: additional options, on levels 1 and 2 only.


@pytest.mark.parametrize(
    "option", ["flying", "Reporting", "reports.view", "platform_admin"]
)
def test_r57_an_option_that_there_is_not_is_refused(world, logged_in, option):
    before = account(world, TECH)
    form = {**SERVICE_ADMIN, "options": ["reporting", option]}
    assert set_access(logged_in(ROOT), world, TECH, **form).status_code == 422
    assert account(world, TECH) == before


def test_r57_an_option_without_a_level_is_refused_and_would_grant_nothing(world, logged_in):
    before = account(world, FRESH)
    form = {"level": "", "options": "reporting"}
    assert set_access(logged_in(ROOT), world, FRESH, **form).status_code == 422
    assert account(world, FRESH) == before
    row = "INSERT INTO option_grant VALUES (?, ?, 'reporting', 'x', 0)"
    write(world, row, PLATFORM, world.id(FRESH))
    write(world, BUMP, PLATFORM)
    assert may_of(App(world), FRESH) == []
    assert logged_in(FRESH).get("/reports").status_code == 403


@pytest.mark.parametrize("level", ["branch", "consumer"])
def test_r57_r77_the_levels_below_the_second_have_no_options(world, logged_in, level):
    browser, before = logged_in(ROOT), account(world, FRESH)
    options = options_of(browser, world, FRESH)
    assert len(options) == 10
    for option in options:
        form = {"level": level, "options": option, **BOUND[level]}
        answer = set_access(browser, world, FRESH, **form)
        assert answer.status_code == 422, option
        assert error_at(answer.text, "options"), option
    assert account(world, FRESH) == before


@pytest.mark.parametrize("who", [BAKER, BRANCH])
def test_r77_an_option_that_got_onto_a_third_level_opens_nothing(world, logged_in, who):
    app = App(world)
    before = may_of(app, who)
    for option in options_of(logged_in(ROOT), world, who):
        row = "INSERT INTO option_grant VALUES (?, ?, ?, 'x', 0)"
        write(world, row, PLATFORM, world.id(who), option)
    write(world, BUMP, PLATFORM)
    assert may_of(app, who) == before


def test_r57_r77_each_option_can_be_added_to_a_level_that_has_it(world, logged_in):
    browser, taken = logged_in(ROOT), set()
    for option in options_of(browser, world, FRESH):
        for level in ("supply_company_admin", "service_company_admin", "manufacturer"):
            form = {"level": level, "options": option, **BOUND[level]}
            if set_access(browser, world, FRESH, **form).status_code == 303:
                assert account(world, FRESH).options == (option,)
                taken.add(option)
    assert taken == set(options_of(browser, world, FRESH))


# R58: both bindings.


SUPPLY, SERVICING = "supply_company", "service_organization"
INCOMPLETE = {
    "no binding": {},
    "a supply company only": {SUPPLY: "hududgaz"},
    "a service organization only": {SERVICING: "techservice"},
    "each in the place of the other": {SUPPLY: "techservice", SERVICING: "hududgaz"},
    "a consumer in its place": {SUPPLY: "hududgaz", SERVICING: "c-bakery"},
    "one of another company": {SUPPLY: "hududgaz", SERVICING: "elsewhere"},
    "a supplier of another company": {SUPPLY: "rival", SERVICING: "techservice"},
    "a deleted one": {SUPPLY: "hududgaz", SERVICING: "gone"},
    "one that never was": {SUPPLY: "hududgaz", SERVICING: "nobody"},
    "a good and a strange one": {
        SUPPLY: "hududgaz",
        SERVICING: ["techservice", "elsewhere"],
    },
    "a good and a deleted one": {SUPPLY: "hududgaz", SERVICING: ["techservice", "gone"]},
}


@pytest.fixture
def neighbours(world):
    """Another platform with organizations of its own, and one that was deleted here."""
    database = world.database
    tenants.create_tenant(
        database, "second", actor=SERVICE, name="Second Platform", kind="metering"
    )
    for tenant, kind, id in (
        ("second", SERVICING, "elsewhere"),
        ("second", SUPPLY, "rival"),
        (PLATFORM, SERVICING, "gone"),
    ):
        organizations.create_organization(
            database, tenant, kind, id, actor=SERVICE, name=id.capitalize()
        )
    organizations.delete_organization(database, PLATFORM, SERVICING, "gone", actor=SERVICE)


@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("who", [FRESH, TECH])
def test_r58_without_both_bindings_nothing_of_the_form_is_saved(world, logged_in, who):
    browser, before = logged_in(ROOT), account(world, who)
    since = len(world.events(PLATFORM))
    for why, bindings in INCOMPLETE.items():
        form = {"level": "service_company_admin", "options": "reporting", **bindings}
        answer = set_access(browser, world, who, **form)
        assert answer.status_code == 422, why
        assert 'role="alert"' in answer.text, why
    assert account(world, who) == before
    assert new_events(world, since) == []


def test_r58_with_both_it_is_saved_whole(world, logged_in):
    assert set_access(logged_in(ROOT), world, FRESH, **SERVICE_ADMIN).status_code == 303
    saved = account(world, FRESH)
    assert [one.role for one in saved.roles] == ["service_company_admin"]
    assert saved.options == ("equipment_monitoring", "reporting")
    assert saved.bindings == {SUPPLY: ("hududgaz",), SERVICING: ("techservice",)}
    assert listed_units(logged_in(FRESH)) == list(TECHSERVICE_UNITS)


def test_r58_an_organization_that_somebody_needs_is_not_deleted(world, logged_in):
    browser, path = logged_in(ROOT), f"/organizations/{SERVICING}/techservice/delete"
    answer = browser.post(path, {"version": held(browser, path), "sure": "yes"})
    assert answer.status_code == 409
    assert "would lose all access" in answer.text
    assert listed_units(logged_in(TECH)) == list(TECHSERVICE_UNITS)


@pytest.mark.parametrize("kind", [SUPPLY, SERVICING])
def test_r58_whoever_loses_a_binding_past_the_form_is_denied_until_it_is_mended(
    world, logged_in, kind
):
    app, hers, browser = App(world), logged_in(TECH), logged_in(ROOT)
    gone = "DELETE FROM binding WHERE account = ? AND kind = ?"
    write(world, gone, world.id(TECH), kind)
    write(world, BUMP, PLATFORM)
    assert may_of(app, TECH) == []
    assert hers.get("/units").status_code == 403
    assert hers.get("/profile").status_code == 200
    assert set_access(browser, world, TECH, **SERVICE_ADMIN).status_code == 303
    assert app.decides(TECH, "metering_unit:read", "metering_unit:mu-101")


def test_r58_a_level_written_into_the_database_without_its_bindings_opens_nothing(
    world, logged_in
):
    row = "INSERT INTO role_assignment VALUES (?, ?, 'service_company_admin', NULL, 'x', 0)"
    write(world, row, PLATFORM, world.id(FRESH))
    write(world, BUMP, PLATFORM)
    assert may_of(App(world), FRESH) == []
    browser = logged_in(FRESH)
    assert browser.get("/units").status_code == 403
    assert browser.get("/profile").status_code == 200


# R61: options fine-tune the access.


@pytest.mark.parametrize(
    ("option", "opened", "action"),
    [
        ("reporting", ("/reports", "/reports.csv"), "report:view"),
        ("equipment_monitoring", ("/monitoring",), "monitoring:view"),
    ],
    ids=["reporting", "monitoring"],
)
def test_r61_an_option_opens_its_pages_with_the_next_request_and_no_unit_more(
    world, logged_in, option, opened, action
):
    browser, hers, app = logged_in(ROOT), logged_in(TECH), App(world)
    for options in ([], [option], [], ["equipment_monitoring", "reporting"]):
        form = {**SERVICE_ADMIN, "options": options}
        assert set_access(browser, world, TECH, **form).status_code == 303
        status = 200 if option in options else 403
        assert [hers.get(path).status_code for path in opened] == [status] * len(opened)
        told = app.decides_all([(TECH, action, f"metering_unit:{unit}") for unit in UNITS])
        allowed = [unit for unit, may in zip(UNITS, told, strict=True) if may]
        assert allowed == (list(TECHSERVICE_UNITS) if option in options else [])
        assert listed_units(hers) == list(TECHSERVICE_UNITS)


def test_r61_the_report_holds_the_units_of_the_own_scope_only(logged_in):
    text = logged_in(TECH).get("/reports.csv").text
    found = [line.split(",")[0] for line in text.splitlines()[1:]]
    assert found == list(TECHSERVICE_UNITS)
