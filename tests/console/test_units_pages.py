"""Metering units: adding, transferring, deleting, the password of a device, the export."""

import csv
import io
import re

import pytest

from authz.storage import units
from authz.storage.events import SERVICE
from authz.storage.organizations import create_organization
from tests.console.conftest import AUDITOR, OWNER, ROOT_ADMIN, TECH
from webapp.console.pages.units import CHOICES_MAX

HEAD, BRANCH, BAKER, MAKER = (
    "head@hududgaz.example",
    "poytaxt@hududgaz.example",
    "bakery@customer.example",
    "rep@ekdev.example",
)
OTHERS = (AUDITOR, TECH, HEAD, BRANCH, BAKER, MAKER, OWNER)
NEW = {
    "name": "Bakery <b>line</b> 3",
    "supply_company": "hg-poytaxt",
    "consumer": "c-bakery",
    "service_organization": "techservice",
    "manufacturer": "ekdev",
    "resource": "gas",
    "model": "EK-270",
    "serial": "S-3",
    "status": "working",
    "id": "mu-901",
}


def version(browser, path):
    page = browser.get(path).text
    return page.partition('name="version" value="')[2].partition('"')[0]


def unit(world, id):
    return units.find_unit(world.database, "gasmeter-uz", id)


def shown(page):
    return sorted(re.findall(r'href="/units/([^"?/]+)"', page.partition("<tbody")[2]))


def test_a_unit_is_added_escaped_and_seen_by_those_whose_scope_it_is(world, logged_in):
    browser, tech = logged_in(ROOT_ADMIN), logged_in(TECH)
    assert tech.get("/units/mu-901").status_code == 403
    answer = browser.post("/units/add", NEW)
    assert (answer.status_code, answer.location) == (303, "/units/mu-901")
    assert "Bakery &lt;b&gt;line&lt;/b&gt; 3" in browser.get("/units/mu-901").text
    assert tech.get("/units/mu-901").status_code == 200
    made = unit(world, "mu-901")
    assert (made.resource, made.imei, made.manufacturer) == ("gas", None, "ekdev")


@pytest.mark.parametrize(
    ("new", "field", "status"),
    [
        ({"name": " "}, "name", 422),
        ({"supply_company": ""}, "supply_company", 422),
        ({"supply_company": "techservice"}, "supply_company", 422),
        ({"consumer": "c-nobody"}, "consumer", 422),
        ({"status": "flying"}, "status", 422),
        ({"resource": "beer"}, "resource", 422),
        ({"id": "mu-101"}, "id", 409),
    ],
)
def test_what_is_wrong_with_a_unit_is_said_at_its_field(
    world, logged_in, new, field, status
):
    before = len(units.list_units(world.database, "gasmeter-uz"))
    answer = logged_in(ROOT_ADMIN).post("/units/add", NEW | new)
    assert answer.status_code == status
    assert f'id="{field}-error"' in answer.text
    assert "&lt;b&gt;line" in answer.text or "name" in new
    assert len(units.list_units(world.database, "gasmeter-uz")) == before


@pytest.mark.parametrize("who", OTHERS)
def test_units_are_added_transferred_and_deleted_by_the_platform_alone(
    world, logged_in, who
):
    browser, path = logged_in(who), "/units/mu-101"
    assert "/units/add" not in browser.get("/units").text
    page = browser.get(path).text
    for word in ("/transfer", "/delete", "/device-password"):
        assert f"{path}{word}" not in page
    assert browser.get("/units/add").status_code == 403
    assert browser.get(f"{path}/delete").status_code in (403, 404)
    before = unit(world, "mu-101")
    for action, form in (
        ("transfer", {"supply_company": "orientgas"}),
        ("delete", {"sure": "yes"}),
        ("device-password", {"device_password": "canary-4711"}),
    ):
        answer = browser.post(f"{path}/{action}", form)
        assert answer.status_code in (403, 404), action
    assert unit(world, "mu-101") == before


def test_r76_a_transferred_unit_is_the_other_supplier_s_with_the_next_request(
    world, logged_in
):
    root, head, path = logged_in(ROOT_ADMIN), logged_in(HEAD), "/units/mu-101"
    assert head.get(path).status_code == 200
    nobody = {"supply_company": "", "version": version(root, path)}
    assert root.post(f"{path}/transfer", nobody).status_code == 422
    form = {"supply_company": "orientgas", "consumer": "c-orient"}
    old = form | {"version": "old"}
    assert root.post(f"{path}/transfer", old).status_code == 409
    form |= {"version": version(root, path)}
    assert root.post(f"{path}/transfer", form).status_code == 303
    assert head.get(path).status_code == 403
    assert unit(world, "mu-101").consumer == "c-orient"
    assert world.events("gasmeter-uz")[-2].action == "metering_unit.transferred"


def test_a_unit_is_deleted_once_it_was_asked_for(world, logged_in):
    browser, path = logged_in(ROOT_ADMIN), "/units/mu-101/delete"
    assert "Cannot be undone" in browser.get(path).text
    browser.post(path, {"version": version(browser, path)})
    assert unit(world, "mu-101").name
    browser.post(path, {"version": version(browser, path), "sure": "yes"})
    assert "mu-101" not in shown(browser.get("/units").text)
    assert browser.get("/units/mu-101").status_code == 404


def test_deleting_a_unit_asks_for_the_password_when_it_was_long_ago(world, logged_in):
    browser, path = logged_in(ROOT_ADMIN), "/units/mu-101/delete"
    world.clock.now += 600
    assert browser.get(path).location == f"/confirm?next={path}"


def test_the_password_of_a_device_is_on_no_page(world, logged_in):
    browser, path = logged_in(ROOT_ADMIN), "/units/mu-101"
    assert "Not set" in browser.get(path).text
    short = browser.post(f"{path}/device-password", {"device_password": "x4711"})
    assert short.status_code == 422
    assert 'id="device_password-error"' in short.text
    assert "x4711" not in short.text
    form = {"device_password": "canary-4711"}
    assert browser.post(f"{path}/device-password", form).status_code == 303
    page = browser.get(path).text
    assert "Not set" not in page
    pages = [page, *(browser.get(p).text for p in ("/units.csv", "/events.jsonl"))]
    assert not any("canary" in text or "argon2" in text for text in pages)
    assert "metering_unit.device_password_set" in pages[-1]


def test_the_filters_of_the_list_narrow_it(logged_in):
    browser = logged_in(ROOT_ADMIN)
    for query, expected in (
        ("consumer=c-bakery", ["mu-101", "mu-102"]),
        ("manufacturer=metrix&status=sealed", ["mu-103"]),
        ("model=EK-270&supplied_by=orientgas", ["mu-201"]),
        ("model=nothing", []),
    ):
        assert shown(browser.get(f"/units?{query}").text) == expected, query


def test_the_filters_offer_what_the_reader_may_see(logged_in):
    page = logged_in(HEAD).get("/units").text
    assert "Hududgaz Navoiy" in page
    assert "Orient Gas" not in page
    assert "Hotel Orient" not in page
    assert 'id="consumer"' not in logged_in(MAKER).get("/units").text


def test_the_export_is_what_the_filters_leave_for_who_may_export(logged_in):
    browser = logged_in(TECH)
    assert 'href="/units.csv?status=sealed"' in browser.get("/units?status=sealed").text
    text = browser.get("/units.csv?status=sealed").text
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == ["mu-103"]
    for who in (AUDITOR, BRANCH, BAKER):
        other = logged_in(who)
        assert "/units.csv" not in other.get("/units").text
        assert other.get("/units.csv").status_code == 403


def test_a_name_that_looks_as_a_formula_is_none_in_the_export(logged_in):
    browser = logged_in(ROOT_ADMIN)
    browser.post("/units/add", NEW | {"name": '=HYPERLINK("http://x")'})
    rows = csv.DictReader(io.StringIO(browser.get("/units.csv?q=mu-901").text))
    assert [row["name"] for row in rows] == ['\'=HYPERLINK("http://x")']


def test_the_list_names_what_it_shows_however_many_there_are(world, logged_in):
    browser = logged_in(ROOT_ADMIN)
    with world.database.transaction():
        for number in range(CHOICES_MAX):
            create_organization(
                world.database,
                "gasmeter-uz",
                "consumer",
                f"c-{number}",
                name=f"A {number:03}",
                supply_company="hududgaz",
                category="household",
                actor=SERVICE,
            )
    page = browser.get("/units").text
    assert page.count('<option value="c-') < CHOICES_MAX + 10
    row = page.partition("mu-201")[2].partition("</tr>")[0]
    assert "Hotel Orient" in row
    narrowed = browser.get("/units?consumer=c-199").text
    assert '<option value="c-199" selected>A 199</option>' in narrowed
    transfer = browser.get("/units/mu-201").text.partition("/transfer")[2]
    assert '<option value="c-orient" selected>Hotel Orient</option>' in transfer
