"""The worked example, whom it reaches, and the tree of suppliers (R65, R66, R76)."""

import json
import sqlite3
from contextlib import closing

import pytest

from authz.administration import organizations
from authz.storage import access, units
from authz.storage.events import SERVICE
from tests.administration.names import BRANCH, HEAD, OTHER_LEVELS, ROOT, TECH
from tests.api.doors import question
from tests.console.conftest import Browser
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    SERVICE_ADMIN,
    TECHSERVICE_UNITS,
    UNITS,
    App,
    add,
    delete,
    held,
    listed_units,
    new_events,
    row_of,
    set_access,
)

READ = "metering_unit:read"


def read_by(app, who):
    """The units that a person may read, asked one at a time."""
    asked = [(unit, app.decides(who, READ, f"metering_unit:{unit}")) for unit in UNITS]
    return [unit for unit, allowed in asked if allowed]


def searched(app, who, action=READ):
    """What a search finds for the person."""
    asked = {
        "subject": {"type": "user", "id": who},
        "action": {"name": action},
        "resource": {"type": "metering_unit"},
        "context": {"channel": "web"},
    }
    reply = app.send("/access/v1/search/resource", asked)
    assert reply.status == 200, reply.body
    return sorted(one["id"] for one in reply.json["results"])


def shown_singly(browser):
    """The units whose page opens."""
    pages = {unit: browser.get(f"/units/{unit}").status_code for unit in UNITS}
    assert set(pages.values()) <= {200, 403}
    return [unit for unit, status in pages.items() if status == 200]


def assign(browser, unit, organization):
    path = f"/units/{unit}"
    form = {"service_organization": organization, "version": held(browser, path)}
    return browser.post(f"{path}/service", form)


# R65: from Add to the views of the new employee.


def test_r65_the_worked_example_succeeds_from_end_to_end(app, world, logged_in):
    root = logged_in(ROOT)
    delete(root, world, TECH)  # the samples have that person already
    since = len(world.events(PLATFORM))
    assert "/users/add" in root.get("/users").text
    answer = add(root, email="service_tech@domain.com", name="Service Technician")
    assert answer.status_code == 303
    assert "was added and may do nothing yet" in root.get(answer.location).text
    assert set_access(root, world, TECH, **SERVICE_ADMIN).status_code == 303
    row = row_of(root.get("/users").text, "Service Technician")
    for word in ("Service Company Administrator", "Hududgaz", "TechService", "Reporting"):
        assert word in row
    hers = Browser(app)
    assert hers.log_in("service_tech@domain.com", NEW["password"]).status_code == 303
    assert listed_units(hers) == list(TECHSERVICE_UNITS)
    for path, status in (
        ("/", 200),
        ("/reports", 200),
        ("/reports.csv", 200),
        ("/monitoring", 200),
        ("/reach", 200),
        ("/profile", 200),
        ("/users", 403),
        ("/events", 403),
        ("/clients", 403),
    ):
        assert hers.get(path).status_code == status, path
    done = [one for one in new_events(world, since) if one.result == "ok"]
    created, given, entered = done
    assert [one.action for one in done] == [
        "user.created",
        "user.access_set",
        "authorization",
    ]
    assert {one.object_label for one in (created, given)} == {TECH}
    assert [one.actor_label for one in done] == [ROOT, ROOT, TECH]
    assert entered.address == "127.0.0.1"
    assert json.loads(created.after)["timezone"] == NEW["timezone"]
    assert json.loads(given.before)["roles"] == {}
    assert json.loads(given.after) == {
        "roles": {"service_company_admin": None},
        "options": ["equipment_monitoring", "reporting"],
        "bindings": {
            "service_organization": ["techservice"],
            "supply_company": ["hududgaz"],
        },
    }


# R66: only the units of that service organization and that supplier.


def test_r66_the_employee_reads_the_units_of_both_and_no_other(world, logged_in):
    """Of the branches too; none of another service, of nobody, or of another supplier."""
    hers, app = logged_in(TECH), App(world)
    assert shown_singly(hers) == list(TECHSERVICE_UNITS)
    assert read_by(app, TECH) == list(TECHSERVICE_UNITS)
    found = {unit.id: unit for unit in units.list_units(world.database, PLATFORM)}
    suppliers = {found[unit].supply_company for unit in TECHSERVICE_UNITS}
    assert suppliers == {"hududgaz", "hg-poytaxt", "hg-navoiy"}
    for unit, service, supplier in (
        ("mu-102", "gazservis", "hg-poytaxt"),
        ("mu-104", None, "hg-poytaxt"),
        ("mu-201", "techservice", "orientgas"),
        ("mu-202", "gazservis", "orientgas"),
    ):
        there = found[unit]
        assert (there.service_organization, there.supply_company) == (service, supplier)
        assert not app.decides(TECH, READ, f"metering_unit:{unit}")


def test_r66_a_unit_that_is_given_away_is_out_of_reach_with_the_next_request(
    world, logged_in
):
    hers, root, app = logged_in(TECH), logged_in(ROOT), App(world)
    left = ["mu-103", "mu-861"]
    for organization in ("gazservis", "techservice", "", "techservice"):
        assert assign(root, "mu-101", organization).status_code == 303
        expected = sorted(["mu-101", *left]) if organization == "techservice" else left
        assert shown_singly(hers) == expected
        assert listed_units(hers) == expected
        assert read_by(app, TECH) == expected
        assert searched(app, TECH) == expected


def test_r66_a_unit_of_another_supplier_or_branch_follows_the_tree(world, logged_in):
    hers, desk = logged_in(TECH), world.desk(ROOT)
    units.transfer(
        world.database,
        PLATFORM,
        "mu-101",
        supply_company="orientgas",
        consumer="c-orient",
        actor=SERVICE,
    )
    assert listed_units(hers) == ["mu-103", "mu-861"]
    organizations.move(desk, "supply_company", "hg-navoiy", "orientgas")
    assert listed_units(hers) == ["mu-861"]
    organizations.move(desk, "supply_company", "hg-navoiy", "hududgaz")
    assert listed_units(hers) == ["mu-103", "mu-861"]


@pytest.mark.parametrize("who", [ROOT, *OTHER_LEVELS])
def test_r66_every_list_is_what_single_checks_allow(world, logged_in, who):
    app, browser = App(world), logged_in(who)
    single = read_by(app, who)
    batch = app.decides_all([(who, READ, f"metering_unit:{unit}") for unit in UNITS])
    assert [unit for unit, may in zip(UNITS, batch, strict=True) if may] == single
    assert searched(app, who) == single
    assert shown_singly(browser) == single
    assert listed_units(browser) == single


def test_r66_an_app_that_lists_its_own_rows_gets_the_same_set(world):
    """The condition of the policies, as SQL over a table that only the app has."""
    app = App(world)
    columns = ("id", "supply_company", "service_organization", "consumer", "manufacturer")
    with closing(sqlite3.connect(":memory:")) as own:
        own.execute(f"CREATE TABLE meter ({', '.join(columns)})")
        own.execute("CREATE TABLE line (company, ancestor)")
        for unit in units.list_units(world.database, PLATFORM):
            row = [getattr(unit, name) for name in columns]
            own.execute("INSERT INTO meter VALUES (?, ?, ?, ?, ?)", row)
        lines = world.database.db.execute_sql(
            "SELECT company, ancestor FROM supply_line WHERE tenant = ?", [PLATFORM]
        )
        own.executemany("INSERT INTO line VALUES (?, ?)", lines)
        line = {"table": "line", "owner": "company", "value": "ancestor"}
        for who in (TECH, HEAD, BRANCH, ROOT):
            asked = {
                "subject": {"type": "user", "id": who},
                "action": {"name": READ},
                "resource": {"type": "metering_unit"},
                "context": {"channel": "web"},
                "table": "meter",
                "columns": {"supply_line": line | {"key": "supply_company"}},
            }
            reply = app.send("/v1/filter", asked)
            assert reply.status == 200, reply.body
            sql = reply.json["sql"]
            query = f"SELECT id FROM meter WHERE {sql['where']} ORDER BY id"
            found = [id for (id,) in own.execute(query, sql["params"])]
            assert found == read_by(app, who), who


# R76: the tree of suppliers.


def test_r76_the_head_sees_its_branches_and_no_competitor(world, logged_in):
    app, browser = App(world), logged_in(HEAD)
    assert read_by(app, HEAD) == ["mu-101", "mu-102", "mu-103", "mu-104", "mu-861"]
    assert shown_singly(browser) == read_by(app, HEAD)
    page = browser.get("/organizations/supply_company").text
    for name in ("Hududgaz Navoiy", "Hududgaz Poytaxt", "Hududgaz Surxondaryo"):
        assert name in page
    for path in ("/organizations/supply_company", "/units", "/reports.csv", "/reach"):
        assert "Orient" not in browser.get(path).text, path


def test_r76_a_branch_sees_itself_and_neither_its_head_nor_its_sisters(world, logged_in):
    app, browser = App(world), logged_in(BRANCH)
    assert read_by(app, BRANCH) == ["mu-101", "mu-102", "mu-104"]
    assert shown_singly(browser) == read_by(app, BRANCH)
    assert not app.decides(BRANCH, READ, "metering_unit:mu-103")
    page = browser.get("/organizations/supply_company").text
    listed = page.partition("<main")[2]
    assert "Hududgaz Poytaxt" in listed
    assert "Hududgaz Navoiy" not in listed


def test_r76_a_competitor_sees_only_what_is_its_own(world, logged_in):
    access.set_access(
        world.database,
        PLATFORM,
        HEAD,
        actor=SERVICE,
        bindings={"supply_company": ["orientgas"]},
    )
    assert read_by(App(world), HEAD) == ["mu-201", "mu-202"]
    assert "Hududgaz" not in logged_in(HEAD).get("/units").text.partition("<main")[2]


@pytest.mark.parametrize("above", ["hududgaz", "hg-poytaxt", "deep-3"])
def test_r76_a_circle_in_the_tree_is_refused_when_it_is_saved(world, logged_in, above):
    browser, parent = logged_in(ROOT), "hg-poytaxt"
    for number in range(1, 4):
        form = {"name": f"Deep {number}", "id": f"deep-{number}", "parent": parent}
        add_path = "/organizations/supply_company/add"
        assert browser.post(add_path, form).status_code == 303
        parent = f"deep-{number}"
    since, path = len(world.events(PLATFORM)), "/organizations/supply_company/hududgaz/edit"
    form = {"name": "Hududgaz", "parent": above, "version": held(browser, path)}
    answer = browser.post(path, form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert new_events(world, since) == []
    assert read_by(App(world), HEAD) == ["mu-101", "mu-102", "mu-103", "mu-104", "mu-861"]


def test_r76_a_tree_may_be_ten_deep_and_is_seen_from_its_head(world, logged_in):
    browser, parent = logged_in(ROOT), "hududgaz"
    for number in range(1, 10):
        form = {"name": f"Deep {number}", "id": f"deep-{number}", "parent": parent}
        answer = browser.post("/organizations/supply_company/add", form)
        assert answer.status_code == 303
        parent = f"deep-{number}"
    units.transfer(
        world.database,
        PLATFORM,
        "mu-202",
        supply_company=parent,
        consumer=None,
        actor=SERVICE,
    )
    app = App(world)
    assert app.decides(HEAD, READ, "metering_unit:mu-202")
    assert not app.decides(BRANCH, READ, "metering_unit:mu-202")
    assert "mu-202" in listed_units(logged_in(HEAD))
    asked = question(f"user:{HEAD}", READ, "metering_unit:mu-202", channel="web")
    told = app.client.ask(asked | {"options": {"explain": "reasons"}}).json["context"]
    assert told["determining_policies"] == ["metering.supply-company-reaches-its-units"]
