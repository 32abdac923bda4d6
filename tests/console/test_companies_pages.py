"""The pages of operators."""

import pytest

from authz.storage import tenants
from tests.administration.conftest import PASSWORD
from tests.console.conftest import ADMIN, FINANCE, OWNER, ROOT_ADMIN, Browser

OPERATOR, REVIEWER = "operator@gatehouse.example", "reviewer@gatehouse.example"
FORM = {
    "company": "Kivu Light",
    "slug": "kivu",
    "kind": "minigrid",
    "name": "Keza",
    "email": "keza@kivu.example",
    "password": "sunshine2026",
    "timezone": "Africa/Kigali",
    "language": "fr",
}


@pytest.mark.parametrize("who", [OWNER, ROOT_ADMIN, REVIEWER])
def test_nobody_but_operators_opens_the_pages_of_companies(logged_in, who):
    browser = logged_in(who)
    assert 'href="/companies"' not in browser.get("/").text
    for path in ("/companies", "/companies/add", "/companies/ziwa/about"):
        assert browser.get(path).status_code == 403
    sure = {"sure": "yes"}
    assert browser.post("/companies/ziwa/suspend", sure, page="/profile").status_code == 403


def test_an_operator_adds_a_company_whose_first_person_logs_in(app, logged_in):
    browser = logged_in(OPERATOR)
    assert 'href="/companies"' in browser.get("/").text
    answer = browser.post("/companies/add", FORM, page="/companies/add")
    assert answer.location == "/companies/kivu/about"
    assert "Kivu Light" in browser.get("/companies?q=kivu").text
    assert "tenant.created" in browser.get("/events").text
    keza = Browser(app)
    assert keza.log_in("keza@kivu.example", "sunshine2026").status_code == 303
    assert keza.get("/users").status_code == 200


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"slug": "pwani"}, "slug"),
        ({"slug": "Not good"}, "slug"),
        ({"kind": "system"}, "kind"),
        ({"company": ""}, "company"),
        ({"email": OWNER}, "email"),
        ({"password": "short"}, "password"),
        ({"timezone": "Mars/Base"}, "timezone"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_company_that_cannot_be_added_keeps_the_form(world, logged_in, new, field):
    answer = logged_in(OPERATOR).post("/companies/add", FORM | new, page="/companies/add")
    assert answer.status_code in (409, 422)
    assert f'id="{field}-error"' in answer.text
    assert "keza" in answer.text.lower() or "email" in new
    assert "sunshine2026" not in answer.text
    assert "kivu" not in {one.slug for one in tenants.list_tenants(world.database)}


def test_a_suspended_company_is_logged_out_and_works_again_once_resumed(app, logged_in):
    operator, finance = logged_in(OPERATOR), logged_in(FINANCE)
    page = "/companies/pwani/suspend"
    assert "8 people" in operator.get(page).text
    assert operator.post(page, page=page).location == page
    assert finance.get("/profile").status_code == 200
    assert operator.post(page, {"sure": "yes"}, page=page).status_code == 303
    assert "Suspended" in operator.get("/companies/pwani/about").text
    assert finance.get("/profile").status_code == 303
    assert Browser(app).log_in(ADMIN, PASSWORD).status_code == 401
    page = "/companies/pwani/resume"
    assert operator.post(page, {"sure": "yes"}, page=page).status_code == 303
    assert Browser(app).log_in(ADMIN, PASSWORD).status_code == 303


def test_suspending_asks_for_the_password_when_it_was_long_ago(world, logged_in):
    browser = logged_in(OPERATOR)
    world.clock.now += 301
    page = "/companies/pwani/suspend"
    assert browser.get(page).location == f"/confirm?next={page}"
    refused = browser.post(page, {"sure": "yes"}, page="/profile")
    assert refused.location == f"/confirm?next={page}"
    assert tenants.find_tenant(world.database, "pwani").status == "active"


def test_the_company_of_the_operators_stays(logged_in):
    browser, page = logged_in(OPERATOR), "/companies/system/suspend"
    answer = browser.post(page, {"sure": "yes"}, page=page)
    assert answer.status_code == 409
    assert "cannot be suspended" in answer.text
    assert browser.get("/companies/nobody/about").status_code == 404
