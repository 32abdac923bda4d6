"""The form of permissions shows what changes while it is filled in, with scripts or not."""

from tests.browser.samples import ROOT
from tests.browser.stories import entered, press

PERSON = "Service Tech"
BOX = "input[name=supply_company][value=orientgas]"


def form(page):
    """The form of permissions of the person."""
    page.goto("/users?q=service_tech")
    press(page, f"Permissions of {PERSON}")
    return page.locator("#preview")


def test_gains_and_losses_follow_every_choice(windows):
    page = windows.of(ROOT)
    shown = form(page)
    page.check(BOX)
    shown.get_by_text("Hotel boiler").wait_for()
    assert "Not saved yet" in shown.inner_text()
    page.uncheck(BOX)
    shown.get_by_text("Same as saved").wait_for()
    page.select_option("#level", "")
    shown.get_by_text("An option needs an access level").wait_for()
    assert page.url.endswith("/permissions")


def test_without_scripts_a_button_shows_the_same(windows):
    page = entered(windows, ROOT, scripts=False)
    shown = form(page)
    page.check(BOX)
    press(page, "Show what changes")
    assert "Hotel boiler" in shown.inner_text()
    assert "Not saved yet" in shown.inner_text()
