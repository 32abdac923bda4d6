"""The Protected Pages Password: where a company uses it, and where it begins to."""

from tests.browser.checks import check
from tests.browser.samples import OWNER
from tests.browser.site import PAGES_PASSWORD
from tests.browser.stories import entered, menu, press, status, told

FIRST, SECOND = "pwani-pages-1", "pwani-pages-2"


def unlock(page, password):
    page.get_by_label("Protected Pages Password").fill(password)
    press(page, "Open the page")


def is_asked(page, path="/users"):
    page.goto(path)
    return "/unlock" in page.url


def set_password(page, password):
    page.goto("/settings/protected-pages")
    if "/unlock" in page.url:
        unlock(page, FIRST)
    page.locator("#password").fill(password)
    page.locator("#password_again").fill(password)
    press(page, "Save")
    assert "was changed" in told(page)


def test_r14_r16_a_wrong_password_leads_home_and_the_right_one_opens_the_page(
    windows, scripts
):
    owner = entered(windows, "owner@ziwa.example", scripts=scripts)
    assert "Users" in menu(owner)
    assert is_asked(owner)
    check(owner)
    unlock(owner, "not the password 1")
    assert owner.url == f"{windows.site.url}/"
    assert "not the password" in told(owner)
    assert is_asked(owner)
    unlock(owner, PAGES_PASSWORD)
    assert owner.url == f"{windows.site.url}/users"
    assert not is_asked(owner, "/settings")


def test_r15_who_may_not_open_a_page_is_not_asked_for_the_password(windows):
    field = windows.of("field@ziwa.example")
    assert "Users" not in menu(field)
    assert status(field, "/users") == 403
    assert not is_asked(field)


def test_r20_a_company_begins_to_use_it_changes_it_and_stops(windows, scripts):
    owner = entered(windows, OWNER, scripts=scripts)
    admin = entered(windows, "ops.admin@pwani.example", scripts=scripts)
    assert not is_asked(admin)
    set_password(owner, FIRST)
    assert is_asked(admin)
    unlock(admin, FIRST)
    assert not is_asked(admin)
    set_password(owner, SECOND)
    assert is_asked(admin)
    unlock(admin, FIRST)
    assert admin.url == f"{windows.site.url}/"

    owner.goto("/settings/protected-pages")
    if "/unlock" in owner.url:
        unlock(owner, SECOND)
    press(owner, "Do without it")
    assert not is_asked(admin)
