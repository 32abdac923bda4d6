"""A day of a mini-grid company: what each of its people sees, may do, and may not."""

import pytest
from flask import Flask, url_for

from authz.storage import resources
from tests.browser.checks import check
from tests.browser.samples import OWNER
from tests.browser.stories import add_user, entered, menu, press, status, tick, told
from webapp.console.app import PAGES
from webapp.console.menu import MENU
from webapp.console.needs import register

ADMIN, FINANCE, FIELD, NOBODY = (
    "ops.admin@pwani.example",
    "finance@pwani.example",
    "field.mafia@pwani.example",
    "norole@pwani.example",
)
ALL, HEADS, DESK = {OWNER, ADMIN, FINANCE, FIELD}, {OWNER, ADMIN}, {OWNER, ADMIN, FINANCE}
#: Word in the menu -> who has it.
SEEN = {
    "Customers": ALL,
    "Assets": ALL,
    "Tickets": ALL,
    "Payments": DESK,
    "Transactions": DESK,
    "Tariffs": HEADS,
    "Targets": HEADS,
    "Users": HEADS,
    "Settings": HEADS,
    "API clients": HEADS,
    "Events log": HEADS,
    "Metering units": set(),
    "Supply companies": set(),
    "Companies": set(),
}


@pytest.fixture(scope="module")
def addresses():
    """All that are in the menu of somebody."""
    app = Flask("menu", static_folder=None)
    register(app, PAGES)
    with app.test_request_context():
        return [
            url_for(entry.endpoint, **({"kind": entry.kind} if entry.kind else {}))
            for _, entries in MENU
            for entry in entries
        ]


@pytest.mark.parametrize("email", [OWNER, ADMIN, FINANCE, FIELD, NOBODY])
def test_r27_the_menu_shows_what_opens_and_what_it_does_not_show_is_refused(
    windows, email, addresses
):
    page = windows.of(email)
    page.goto("/")
    shown = {link.get_attribute("href") for link in page.locator("#nav ul a").all()}
    assert {word for word, who in SEEN.items() if email in who} == SEEN.keys() & {
        *menu(page)
    }
    for address in addresses:
        answer = page.context.request.get(address, max_redirects=0)
        assert answer.status == (200 if address in shown else 403), address


def recorded(site, kind, name):
    """The things of that name."""
    found = resources.list_resources(site.world.database, "pwani", kind)
    return [one for one in found if one.details.get("name") == name]


def add(page, kind, **filled):
    """Through the form, from the list."""
    page.goto(f"/records/{kind}")
    with page.expect_navigation():
        page.locator("[data-add]").click()
    for name, value in filled.items():
        part = page.locator(f"#{name}")
        if part.evaluate("(part) => part.tagName") == "SELECT":
            part.select_option(value)
        else:
            part.fill(value)
    press(page, "Add")
    assert filled["name"] in told(page)


def test_a_new_colleague_begins_in_the_field(windows, scripts):
    how = "with" if scripts else "without"
    email = f"new.colleague@{how}-scripts.example"
    owner = entered(windows, OWNER, scripts=scripts)
    add_user(owner, email, "New Colleague")
    press(owner, "Permissions of New Colleague")
    tick(owner, "roles", ["user"])
    press(owner, "Save permissions")
    assert "Access saved for New Colleague" in told(owner)

    field = entered(windows, email, scripts=scripts)
    assert {word for word, who in SEEN.items() if FIELD in who} == SEEN.keys() & {
        *menu(field)
    }
    add(field, "customer", name=f"Customer {how}", cluster="mafia")
    (customer,) = recorded(windows.site, "customer", f"Customer {how}")
    assert customer.attributes["cluster"] == "mafia"
    add(field, "ticket", name=f"Ticket {how}", cluster="mafia", customer=customer.id)
    assert len(recorded(windows.site, "ticket", f"Ticket {how}")) == 1
    for path in ("/records/payment", "/records/tariff/add", "/users", "/settings"):
        assert status(field, path) == 403
    check(field)


def test_the_financial_manager_takes_a_payment_and_looks_after_nobody(windows, scripts):
    how = "with" if scripts else "without"
    finance = entered(windows, FINANCE, scripts=scripts)
    add(finance, "payment", name=f"Payment {how}", amount="12.50", currency="TZS")
    (payment,) = recorded(windows.site, "payment", f"Payment {how}")
    assert payment.details["amount"] == "12.50"
    for path in ("/users", "/settings", "/records/tariff", "/clients", "/events"):
        assert status(finance, path) == 403


def test_a_form_that_is_refused_keeps_what_was_typed(windows, scripts):
    finance = entered(windows, FINANCE, scripts=scripts)
    finance.goto("/records/payment/add")
    finance.locator("#name").fill("Payment of much")
    finance.locator("#amount").fill("much")
    press(finance, "Add")
    assert "Not saved" in told(finance)
    assert finance.locator("#amount").input_value() == "much"
    assert recorded(windows.site, "payment", "Payment of much") == []
    check(finance)


def test_the_admin_sets_a_tariff_and_reaches_no_owner(windows, scripts):
    how = "with" if scripts else "without"
    admin = entered(windows, ADMIN, scripts=scripts)
    add(admin, "tariff", name=f"Tariff {how}", price="0.35", currency="TZS")
    assert len(recorded(windows.site, "tariff", f"Tariff {how}")) == 1
    admin.goto("/users")
    for verb in ("Edit", "Permissions of", "Delete"):
        assert admin.get_by_role("link", name=f"{verb} Amina Said").count() == 0
        assert admin.get_by_role("link", name=f"{verb} Grace Mushi").count() == 1
    owner = windows.site.world.id(OWNER)
    assert [status(admin, f"/users/{owner}/{what}") for what in ("edit", "delete")] == [
        403,
        403,
    ]


def test_r39_the_last_owner_is_not_deleted(windows):
    owner = windows.of(OWNER)
    owner.goto("/users")
    assert owner.get_by_role("link", name="Delete Amina Said").count() == 0
    assert status(owner, f"/users/{windows.site.world.id(OWNER)}/delete") == 403
