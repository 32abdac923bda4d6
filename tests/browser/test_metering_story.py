"""The worked example of the metering platform, as its administrator and its technician."""

import re

import pytest

from authz.storage import people
from tests.browser.checks import check
from tests.browser.samples import ROOT
from tests.browser.stories import (
    add_user,
    column,
    entered,
    menu,
    press,
    status,
    tick,
    told,
)

TENANT = "gasmeter-uz"
LEVEL = "service_company_admin"
GONE = (403, 404)


@pytest.fixture
def email(scripts):
    return f"service_tech@{'with' if scripts else 'without'}-scripts.example"


@pytest.fixture
def account(site):
    """The person as the database has it."""
    return lambda email: people.find_account(site.world.database, TENANT, email)


def grant(page, **bindings):
    """Fills in the form of permissions and saves it."""
    page.locator("#level").select_option(LEVEL)
    for kind in ("supply_company", "service_organization"):
        tick(page, kind, bindings.get(kind, ()))
    tick(page, "options", ("reporting", "equipment_monitoring"))
    press(page, "Save permissions")


def answer(page, question):
    page.goto(question)
    return page.locator(".decision .word").inner_text()


def assign(page, unit, organization):
    page.goto(f"/units/{unit}")
    page.locator("#service_organization").select_option(organization)
    press(page, "Assign")
    assert "saved" in told(page)


def test_r65_r66_the_worked_example_from_the_empty_form_to_the_units(
    windows, scripts, email, account
):
    root = entered(windows, ROOT, scripts=scripts)
    add_user(root, email, "Service Tech of Today")
    assert "may do nothing yet" in told(root)
    assert account(email).roles == ()
    press(root, "Permissions of Service Tech of Today")

    grant(root, supply_company=["hududgaz"])
    assert "Not saved" in told(root)
    assert (account(email).roles, account(email).bindings) == ((), {})
    assert root.locator("#level").input_value() == LEVEL
    assert root.locator("input[name=supply_company][value=hududgaz]").is_checked()
    check(root)

    grant(root, supply_company=["hududgaz"], service_organization=["techservice"])
    assert "Access saved for Service Tech of Today" in told(root)

    tech = entered(windows, email, scripts=scripts)
    assert {"Metering units", "Reports", "Monitoring"} <= set(menu(tech))
    assert not {"Users", "Events log", "Settings"} & set(menu(tech))
    assert status(tech, "/units") == 200
    assert column(tech, "Id") == ["mu-101", "mu-103", "mu-861"]
    assert [status(tech, path) for path in ("/reports", "/monitoring")] == [200, 200]
    for unit in ("mu-102", "mu-104", "mu-201", "no-such-unit"):
        assert status(tech, f"/units/{unit}") in GONE
    assert status(tech, "/users") == 403

    assign(root, "mu-101", "gazservis")
    assert status(tech, "/units/mu-101") in GONE
    tech.goto("/units")
    assert column(tech, "Id") == ["mu-103", "mu-861"]
    assign(root, "mu-101", "techservice")
    assert status(tech, "/units/mu-101") == 200


def test_r61_reports_and_monitoring_are_shut_without_their_options(windows):
    tech = entered(windows, "tech2@techservice.example")
    assert not {"Reports", "Monitoring"} & set(menu(tech))
    assert [status(tech, path) for path in ("/reports", "/monitoring")] == [403, 403]
    assert status(tech, "/units/mu-101") == 200


def test_a_deny_is_explained_and_the_smallest_change_mends_it(windows, scripts):
    root = entered(windows, ROOT, scripts=scripts)
    question = (
        "/explain?who=tech2@techservice.example&action=report:view&channel=web"
        "&resource=metering_unit:mu-101"
    )
    assert answer(root, question) == "Deny"
    change = root.locator("section[aria-labelledby=least]")
    assert re.search(r"add \w+ to options", change.inner_text(), re.IGNORECASE)
    check(root)
    with root.expect_navigation():
        change.get_by_role("link").click()
    press(root, "Save permissions")
    assert answer(root, question) == "Allow"

    root.goto("/users?q=tech2")
    press(root, "Permissions of No Options")
    tick(root, "options", ())
    press(root, "Save permissions")
    assert answer(root, question) == "Deny"


def test_what_a_form_of_permissions_would_change_is_shown_before_it_is_saved(
    windows, scripts, account
):
    root = entered(windows, ROOT, scripts=scripts)
    root.goto("/users?q=fresh")
    press(root, "Permissions of Not Yet Assigned")
    root.locator("#level").select_option("platform_reader")
    if not scripts:
        press(root, "Show what changes")
    root.get_by_text("Gains").wait_for()
    check(root)
    assert account("fresh@gasmeter.example").roles == ()
