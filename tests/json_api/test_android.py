"""The app in the field (R2, R4, R11-R13): it collects data and administers nothing."""

import pytest

from authz.administration.rules import rules
from tests.console.conftest import FIELD, FINANCE, OWNER
from tests.json_api.conftest import App, error, key_of
from tests.json_api.test_routes import routes
from tests.shipped import shipped
from webapp.console.needs import needs

CUSTOMER = {"id": "cust-77", "details": {"name": "Fatma J."}}


@pytest.fixture
def phone(flask, world):
    """The registration app of the company, as it was handed out."""
    return App(flask, key_of(world, "pwani", "android", "decision:check"))


def test_r02_r13_a_field_employee_registers_a_customer_and_a_ticket(phone, world):
    assert phone.log_in(FIELD).status_code == 200
    made = phone.post("/records/customer", CUSTOMER | {"attributes": {"cluster": "mafia"}})
    assert made.status_code == 201, made.json
    assert phone.get("/records/customer/cust-77").json["details"]["name"] == "Fatma J."
    ticket = {
        "details": {"name": "No light", "customer": "cust-77"},
        "attributes": {"cluster": "mafia"},
    }
    assert phone.post("/records/ticket", ticket).status_code == 201
    last = world.events("pwani")[-1]
    assert (last.actor_label, last.channel) == (FIELD, "android")
    for type in ("tariff", "connection_type"):
        assert phone.get(f"/records/{type}").status_code == 200
    assert phone.get("/places/village").status_code == 200
    assert error(phone.delete("/records/customer/cust-77")) == (403, "forbidden")


def test_r07_a_field_employee_stays_in_the_own_cluster(phone):
    phone.log_in(FIELD)
    elsewhere = CUSTOMER | {"attributes": {"cluster": "pemba"}}
    assert error(phone.post("/records/customer", elsewhere)) == (403, "forbidden")
    for id in ("cust-3", "cust-nobody"):
        assert error(phone.get(f"/records/customer/{id}")) == (404, "not_found"), id
    listed = phone.get("/records/customer").json["records"]
    assert "cust-3" not in [one["record"]["id"] for one in listed]


def test_r11_an_owner_administers_nothing_by_phone(flask, phone, world):
    phone.log_in(OWNER)
    web_only, asked = rules(shipped(), "minigrid").web_only, 0
    for endpoint, method, path in routes(flask, world):
        need = needs(flask)[endpoint]
        if need.action in web_only:
            answer = phone.send(method, path.removeprefix("/api/v1"))
            assert error(answer)[0] in (403, 404), path
            asked += 1
    assert asked > 20


def test_r12_the_token_of_a_phone_stays_one_of_a_phone(flask, phone, world, logged_in):
    phone.log_in(OWNER)
    web = logged_in(OWNER)
    assert web.get("/users").status_code == 200
    assert error(web.get("/users", bearer=phone.token)) == (403, "forbidden")
    again = {"refresh_token": phone.refresh_token}
    phone.token = web.post("/token/refresh", again).json["access_token"]
    assert error(phone.get("/users")) == (403, "forbidden")


def test_r04_the_same_account_works_on_the_web_and_by_phone(phone, logged_in):
    phone.log_in(FINANCE)
    mine = [app.get("/profile").json for app in (phone, logged_in(FINANCE))]
    assert mine[0]["person"] == mine[1]["person"]
    assert [one["channel"] for one in mine] == ["android", "web"]
