"""Accounts: what their forms keep, refuse and ask once more; the second step; the keys."""

import pyotp
import pytest

from authz.storage import people
from tests.administration.conftest import PASSWORD
from tests.browser.checks import check
from tests.browser.samples import ROOT
from tests.browser.stories import add_user, entered, press, told
from tests.browser.windows import log_in

TENANT = "gasmeter-uz"
NEW_PASSWORD = "another9horse"


@pytest.fixture
def account(site):
    return lambda email: people.find_account(site.world.database, TENANT, email)


@pytest.fixture
def email(scripts):
    return f"somebody@{'with' if scripts else 'without'}-scripts.example"


def log_out(page):
    press(page, "Log out")
    assert page.url.endswith("/login")


def can_log_in(windows, email, password):
    page = windows.open()
    log_in(page, email, password)
    return not page.url.endswith("/login")


def test_r49_an_e_mail_that_somebody_has_is_refused_and_the_form_is_kept(windows, scripts):
    root = entered(windows, ROOT, scripts=scripts)
    add_user(root, " Auditor@GASMETER.example", "Second Auditor")
    assert "Not saved" in told(root)
    assert root.locator("#email-error").is_visible()
    assert root.locator("#name").input_value() == "Second Auditor"
    assert root.locator("#password").input_value() == ""
    check(root)
    root.goto("/users?q=Second+Auditor")
    assert root.get_by_role("table").count() == 0


def test_r60_r62_r63_a_person_is_added_changed_and_deleted(
    windows, scripts, email, account
):
    root = entered(windows, ROOT, scripts=scripts)
    add_user(root, email, "Some Body")
    id, before = account(email).id, account(email)

    press(root, "Edit Some Body")
    root.get_by_label("Phone").fill("+998 71 000")
    press(root, "Save")
    assert account(email).phone == "+998 71 000"
    assert can_log_in(windows, email, PASSWORD)
    press(root, "Edit Some Body")
    root.get_by_label("Password").fill(NEW_PASSWORD)
    press(root, "Save")
    assert not can_log_in(windows, email, PASSWORD)
    assert can_log_in(windows, email, NEW_PASSWORD)

    press(root, "Delete Some Body")
    check(root)
    press(root, "Keep it")
    assert account(email).status == before.status == "active"
    root.goto(f"/users/{id}/delete")
    press(root, "Delete this account")
    assert "was deleted" in told(root)
    assert not can_log_in(windows, email, NEW_PASSWORD)
    answer = root.goto(f"/users/{id}/delete")
    assert answer.status == 404


def test_a_wrong_login_says_the_same_for_everybody(windows, scripts):
    said = []
    for email in ("nobody@nowhere.example", "auditor@gasmeter.example"):
        page = windows.open(scripts=scripts)
        log_in(page, email, "not the password 1")
        said.append(told(page))
        check(page)
    assert said[0]
    assert said[0] == said[1]


def test_the_second_step_is_switched_on_and_asked_for(windows, scripts, email):
    root = entered(windows, ROOT, scripts=scripts)
    add_user(root, f"two.{email}", "Two Steps")
    page = entered(windows, f"two.{email}", scripts=scripts)
    page.goto("/profile/security")
    press(page, "Switch it on")
    check(page)
    app = pyotp.TOTP(page.locator("dd.mono").inner_text().replace(" ", ""))
    page.get_by_label("Code").fill(app.now())
    press(page, "Switch it on")
    codes = page.locator("main").inner_text()
    check(page)
    page.goto("/profile/security")
    assert "recovery codes are left" in page.locator("main").inner_text()
    log_out(page)

    log_in(page, f"two.{email}")
    check(page)
    page.get_by_label("Code").fill("000000")
    press(page, "Log in")
    assert told(page)
    recovery = next(
        word
        for line in codes.splitlines()
        if len(word := line.strip()) > 8 and " " not in word
    )
    page.get_by_label("Code").fill(recovery)
    press(page, "Log in")
    assert page.url == f"{windows.site.url}/"


def test_r53_a_person_changes_the_language(windows):
    page = windows.of("norole@pwani.example")
    said = {}
    for language in ("ru", "uz", "fr", "en"):
        page.goto("/profile")
        page.locator("#language").select_option(language)
        with page.expect_navigation():
            page.locator("form[aria-labelledby=own] button.primary").click()
        assert page.locator("html").get_attribute("lang") == language
        page.goto("/users")
        said[language] = page.locator("main .body p").first.inner_text()
    assert len(set(said.values())) == len(said)
    check(page)
