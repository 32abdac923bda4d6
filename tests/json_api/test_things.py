"""Organizations, places, units and recorded things through the JSON API."""

import pytest

from authz.administration import exports
from authz.administration.noted import FIELDS
from tests.console.conftest import ADMIN, AUDITOR, FIELD, FINANCE, OWNER, ROOT_ADMIN, TECH
from tests.json_api.conftest import error
from tests.shipped import shipped
from webapp.json_api.routes import records as routes

HEAD, BRANCH = "head@hududgaz.example", "poytaxt@hududgaz.example"
UNITS = ["mu-101", "mu-103", "mu-861"]


def ids(answer, what, one):
    return sorted(item[one]["id"] for item in answer.json[what])


def test_r66_the_list_of_units_is_the_filter_of_single_reads(logged_in):
    app = logged_in(TECH)
    assert ids(app.get("/units"), "units", "unit") == UNITS
    for id in ("mu-101", "mu-102", "mu-103", "mu-104", "mu-201", "mu-202", "mu-861"):
        assert (app.get(f"/units/{id}").status_code == 200) is (id in UNITS)


def test_r66_a_unit_of_another_supplier_is_as_if_it_were_not_there(logged_in):
    app = logged_in(TECH)
    there, not_there = app.get("/units/mu-201"), app.get("/units/mu-999")
    assert error(there) == error(not_there) == (404, "not_found")


def test_units_are_narrowed_paged_and_refuse_an_unknown_filter(logged_in):
    app = logged_in(ROOT_ADMIN)
    assert ids(app.get("/units?supplied_by=hududgaz&status=working"), "units", "unit") == [
        "mu-101",
        "mu-102",
        "mu-104",
        "mu-861",
    ]
    first = app.get("/units?limit=3")
    second = app.get(f"/units?limit=10&after={first.json['next']}")
    assert len(first.json["units"]) == 3
    assert len(second.json["units"]) == 4
    assert second.json["next"] is None
    assert error(app.get("/units?suplied_by=x")) == (400, "bad_request")
    assert error(app.get("/units?status=lost")) == (400, "bad_request")


def test_a_unit_is_added_changed_serviced_transferred_and_deleted(logged_in):
    app = logged_in(ROOT_ADMIN)
    new = {"name": "Bakery line 3", "supply_company": "hg-poytaxt", "id": "mu-900"}
    made = app.post("/units", new)
    assert made.status_code == 201
    changed = app.patch(
        "/units/mu-900", {"status": "sealed", "version": made.json["version"]}
    )
    assert (changed.json["status"], changed.json["name"]) == ("sealed", "Bakery line 3")
    old = app.patch("/units/mu-900", {"name": "x", "version": made.json["version"]})
    assert error(old) == (409, "conflict")
    body = {"service_organization": "gazservis"}
    served = app.put("/units/mu-900/service", body)
    assert served.json["service_organization"] == "gazservis"
    body = {"supply_company": "orientgas", "consumer": "c-orient"}
    assert app.put("/units/mu-900/supply", body).json["supply_company"] == "orientgas"
    assert app.delete("/units/mu-900").status_code == 204
    assert error(app.get("/units/mu-900")) == (404, "not_found")


def test_the_password_of_a_device_is_written_and_never_read(logged_in, world):
    app = logged_in(ROOT_ADMIN)
    body = {"device_password": "canary-4711"}
    assert app.put("/units/mu-101/device-password", body).status_code == 204
    assert "canary-4711" not in app.get("/units/mu-101").text
    assert "canary-4711" not in str(world.events("gasmeter-uz"))
    assert (
        app.put("/units/mu-101/device-password", {"device_password": "x"}).json["error"][
            "where"
        ]
        == "device_password"
    )


def test_r61_reports_and_monitoring_open_by_option_and_show_ones_scope(logged_in):
    app = logged_in(TECH)
    report = app.get("/reports/units").json
    assert sorted(row["id"] for row in report["rows"]) == UNITS
    assert sum(report["by_status"].values()) == 3
    assert app.get("/reports/units.csv").text.count("\n") == 4
    assert app.get("/monitoring").json["by_status"]["sealed"] == 1
    without = logged_in("tech2@techservice.example")
    assert error(without.get("/reports/units")) == (403, "forbidden")
    assert error(without.get("/monitoring")) == (403, "forbidden")
    assert ids(without.get("/units"), "units", "unit") == UNITS


def test_r76_the_tree_of_supply_companies_is_kept_by_the_platform(logged_in):
    app = logged_in(ROOT_ADMIN)
    path = "/organizations/supply_company"
    made = app.post(path, {"name": "Hududgaz Buxoro", "parent": "hududgaz"})
    assert made.status_code == 201
    id = made.json["id"]
    assert id in ids(app.get(f"{path}?parent=hududgaz"), "organizations", "organization")
    cycle = app.patch(f"{path}/hududgaz", {"above": id})
    assert error(cycle) == (422, "invalid")
    assert cycle.json["error"]["where"] == "parent"
    renamed = app.patch(f"{path}/{id}", {"name": "Buxoro"})
    assert (renamed.json["name"], renamed.json["parent"]) == ("Buxoro", "hududgaz")
    assert app.patch(f"{path}/{id}", {"above": None}).json["parent"] is None
    assert app.delete(f"{path}/{id}").status_code == 204
    assert error(app.delete(f"{path}/{id}")) == (404, "not_found")


def test_r76_a_branch_reads_its_line_and_writes_nothing(logged_in):
    app = logged_in(BRANCH)
    path = "/organizations/supply_company"
    assert app.get(f"{path}/hg-poytaxt").status_code == 200
    assert error(app.get(f"{path}/orientgas")) == (404, "not_found")
    assert error(app.patch(f"{path}/hg-poytaxt", {"name": "x"})) == (403, "forbidden")
    assert error(app.post(path, {"name": "x"})) == (403, "forbidden")


def test_a_supplier_adds_consumers_of_its_own_alone(logged_in):
    app, path = logged_in(HEAD), "/organizations/consumer"
    own = {"name": "School 5", "supply_company": "hg-navoiy", "category": "commercial"}
    assert app.post(path, own).status_code == 201
    assert error(app.post(path, own | {"supply_company": "orientgas"}))[0] in (403, 404)


def test_r58_an_organization_that_somebody_needs_stays(logged_in):
    answer = logged_in(ROOT_ADMIN).delete("/organizations/service_organization/techservice")
    assert error(answer) == (409, "conflict")


def test_r10_places_are_kept_by_administrators_and_read_by_all(logged_in):
    admin, field = logged_in(ADMIN), logged_in(FIELD, "android")
    made = admin.post("/places/village", {"name": "Kanga", "parent": "mg-mafia"})
    assert made.status_code == 201
    orphan = admin.post("/places/village", {"name": "Kanga", "parent": "mg-none"})
    assert error(orphan) == (422, "invalid")
    assert orphan.json["error"]["where"] == "parent"
    id = made.json["id"]
    assert field.get(f"/places/village/{id}").json["name"] == "Kanga"
    assert error(field.patch(f"/places/village/{id}", {"name": "x"})) == (403, "forbidden")
    assert admin.patch(f"/places/village/{id}", {"name": "Kanga II"}).status_code == 200
    assert admin.delete(f"/places/village/{id}").status_code == 204


def test_r13_the_app_registers_a_customer_and_a_ticket(logged_in):
    app = logged_in(FIELD, "android")
    body = {"details": {"name": "Mwana A."}, "attributes": {"cluster": "mafia"}}
    made = app.post("/records/customer", body)
    assert made.status_code == 201, made.text
    ticket = {"details": {"name": "No light", "customer": made.json["id"]}}
    ticket |= {"attributes": {"cluster": "mafia"}}
    assert app.post("/records/ticket", ticket).status_code == 201
    assert app.get("/records/tariff").status_code == 200
    elsewhere = body | {"attributes": {"cluster": "pemba"}}
    assert error(app.post("/records/customer", elsewhere))[0] in (403, 404)
    gone = app.delete(f"/records/customer/{made.json['id']}")
    assert error(gone) == (403, "forbidden")


@pytest.mark.parametrize("who", [OWNER, ADMIN, FIELD])
@pytest.mark.parametrize("kind", ["tariff", "target", "connection_type", "commission_type"])
def test_r11_the_app_changes_no_tariff_and_the_like(logged_in, kind, who):
    app = logged_in(who, "android")
    body = {"details": {"name": "Evening"}}
    assert error(app.post(f"/records/{kind}", body)) == (403, "forbidden")


def test_r09_tariffs_are_kept_by_administrators(logged_in):
    made = logged_in(OWNER).post(
        "/records/tariff", {"details": {"name": "Evening", "price": "12.50"}}
    )
    assert made.status_code == 201
    path = f"/records/tariff/{made.json['id']}"
    money = logged_in(FINANCE)
    assert money.get(path).json["details"]["price"] == "12.50"
    assert error(money.patch(path, {"details": {"name": "x"}})) == (403, "forbidden")


def test_r07_a_record_of_another_cluster_or_company_is_as_if_it_were_not_there(logged_in):
    app = logged_in(FIELD)
    answers = [app.get(f"/records/customer/{id}") for id in ("cust-3", "zcust-1", "none")]
    assert {error(one) for one in answers} == {(404, "not_found")}
    assert ids(app.get("/records/customer"), "records", "record") == ["cust-1", "cust-2"]


def test_a_ticket_is_commented_and_closed_and_an_asset_given_to_a_customer(logged_in):
    app = logged_in(ADMIN)
    assert app.post("/records/ticket/t-1/comment", {"note": "Seen."}).status_code == 200
    closed = app.post("/records/ticket/t-1/close", {})
    assert closed.json["details"]["status"] == "closed"
    given = app.put("/records/asset/meter-100/customer", {"customer": "cust-2"})
    assert given.json["details"]["customer"] == "cust-2"
    wrong = app.put("/records/asset/meter-100/customer", {"customer": "zcust-1"})
    assert error(wrong) == (422, "invalid")


def test_what_a_form_may_not_say_is_refused_by_name(logged_in):
    app = logged_in(ADMIN)
    body = {"details": {"name": "A"}, "attributes": {"cluster": "mafia"}}
    strange = app.post("/records/customer", body | {"tenant_id": "ziwa"})
    assert error(strange) == (400, "bad_request")
    assert strange.json["error"]["where"] == "tenant_id"
    noted = app.post("/records/customer", body | {"details": {"name": "A", "nmae": "B"}})
    assert error(noted) == (422, "invalid")
    assert "did you mean" in noted.json["error"]["message"]


def test_an_import_is_tried_and_then_done_as_a_whole(logged_in, world):
    app = logged_in(OWNER)
    table = "email,name,roles\nnew@pwani.example,New One,user\n"
    tried = app.post("/imports/users", {"table": table})
    assert (tried.json["is_saved"], tried.json["rows"][0]["does"]) == (False, "added")
    assert app.get("/users?q=new@pwani").json["people"] == []
    bad = table + "x@pwani.example,Other,galactic\n"
    refused = app.post("/imports/users", {"table": bad, "save": True})
    assert refused.json["is_saved"] is False
    assert refused.json["rows"][1]["problem"]
    saved = app.post("/imports/users", {"table": table, "save": True})
    assert saved.json["is_saved"] is True
    password = saved.json["rows"][0]["password"]
    assert password not in str(world.events("pwani"))
    again = logged_in("finance@pwani.example")
    assert error(again.post("/imports/users", {"table": table})) == (403, "forbidden")


def test_r31_an_import_over_an_owner_is_refused(logged_in):
    table = "email,roles\namina.owner@pwani.example,user\n"
    report = logged_in(ADMIN).post("/imports/users", {"table": table, "save": True})
    assert report.json["is_saved"] is False
    assert report.json["rows"][0]["problem"]


def test_an_export_is_what_the_list_shows(logged_in):
    field, reader = logged_in(FIELD), logged_in(AUDITOR)
    assert error(field.get("/exports/customer.csv")) == (403, "forbidden")
    told = logged_in(FINANCE).get("/exports/customer.json").json
    assert sorted(one["id"] for one in told["items"]) == ["cust-1", "cust-2", "cust-3"]
    assert error(logged_in(FINANCE).get("/exports/users.csv")) == (403, "forbidden")
    units = reader.get("/exports/consumer.csv").text
    assert "c-bakery" in units


def test_every_type_has_routes_that_its_policies_know():
    types = shipped().schema.types
    for kind in FIELDS:
        assert routes.listing(kind) in types["tenant"].actions
        named = [f"{kind}:{verb}" for verb in ("update", "delete")]
        assert (kind in routes.EDITED) is all(one in types[kind].actions for one in named)
        assert (kind in routes.BY_APPS) is (f"{kind}:create" not in types["tenant"].actions)
        located = "cluster" in types[kind].attributes
        assert (kind in routes.LOCATED) is located
    assert set(exports.WHATS) >= set(FIELDS)
