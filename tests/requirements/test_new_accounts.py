"""A new account: the form, and its e-mail (R46-R49)."""

import re

from tests.administration.names import AMINA, ROOT, TECH
from tests.console.conftest import Browser
from tests.requirements.metering import (
    NEW,
    add,
    error_at,
    has_account,
    held,
    revision,
    rows,
)

# R46: the form.


def test_r46_accounts_are_added_with_a_button_and_a_form(world, logged_in):
    browser = logged_in(ROOT)
    assert re.search(
        r'<a class="button primary" href="/users/add"', browser.get("/users").text
    )
    form = browser.get("/users/add").text
    for field in NEW:
        assert f'name="{field}"' in form, field
    assert held(browser, "/users/add", "csrf_token")
    assert add(browser).status_code == 303
    assert has_account(world, NEW["email"])


def test_r46_a_form_without_the_token_of_its_own_session_adds_nobody(world, logged_in):
    browser, other = logged_in(ROOT), logged_in(ROOT)
    foreign = held(other, "/users/add", "csrf_token")
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": foreign}):
        assert browser.send("/users/add", {**NEW, **token}).status_code == 400, token
    assert not has_account(world, NEW["email"])


def test_r46_looking_at_an_address_adds_nobody(world, logged_in):
    browser = logged_in(ROOT)
    assert browser.get("/users/add", query_string=dict(NEW)).status_code == 200
    assert not has_account(world, NEW["email"])


# R47: the e-mail is required, and is the login name.


NO_EMAILS = {
    "missing": "",
    "blank": "   ",
    "no at sign": "ann.gasmeter.example",
    "two at signs": "ann@@gasmeter.example",
    "no domain": "ann@gasmeter",
    "a space before": "ann @gasmeter.example",
    "a space behind": "ann@gas meter.example",
    "over 254 characters": "@".join(("a" * 60, ".".join(["b" * 60] * 3) + ".example.org")),
    "a nul": "ann\x00@gasmeter.example",
    "a line end": "ann\n@gasmeter.example",
    "zero width": "ann\u200b@gasmeter.example",
    "right to left": "ann\u202e@gasmeter.example",
    "letters of two scripts": "\u0430nn@gasmeter.example",
}


def test_r47_what_is_no_e_mail_is_refused_at_its_field(world, logged_in):
    browser, before = logged_in(ROOT), revision(world)
    assert len(NO_EMAILS["over 254 characters"]) == 255
    for why, email in NO_EMAILS.items():
        answer = add(browser, email=email)
        assert answer.status_code == 422, why
        assert error_at(answer.text, "email"), why
    assert revision(world) == before


def test_r47_a_form_without_an_e_mail_at_all_is_refused(world, logged_in):
    form = {name: text for name, text in NEW.items() if name != "email"}
    answer = logged_in(ROOT).post("/users/add", form)
    assert answer.status_code == 422
    assert error_at(answer.text, "email")


def test_r47_the_e_mail_is_the_login_name(app, logged_in):
    add(logged_in(ROOT))
    for name in ("Ann Bold", "ann", "ann@gasmeter"):
        assert Browser(app).log_in(name, NEW["password"]).status_code == 401, name
    for spelt in (NEW["email"], " ANN@GasMeter.Example "):
        assert Browser(app).log_in(spelt, NEW["password"]).status_code == 303, spelt


# R48, R49: it is unique, and a duplicate is said.


SPELLINGS = {
    "capitals": "ANN@gasMETER.example",
    "spaces around": "  ann@gasmeter.example ",
    "full width": "ａｎｎ@gasmeter.example",
    "full width domain": "ann@ｇａｓｍｅｔｅｒ.example",
    "another dot": "ann@gasmeter\u3002example",
}


def test_r48_another_spelling_is_the_same_e_mail(world, logged_in):
    browser = logged_in(ROOT)
    add(browser)
    before = revision(world)
    for how, email in SPELLINGS.items():
        answer = add(browser, email=email, name="Second Ann")
        assert answer.status_code == 409, how
        assert "already in use" in error_at(answer.text, "email"), how
    assert revision(world) == before


def test_r48_an_e_mail_of_another_company_is_refused_without_saying_whose(logged_in):
    browser = logged_in(ROOT)
    said = set()
    for email in (TECH, AMINA, "owner@ziwa.example"):
        answer = add(browser, email=email)
        assert answer.status_code == 409
        said.add(error_at(answer.text, "email"))
        assert "Pwani" not in answer.text
        assert "Ziwa" not in answer.text
    assert len(said) == 1


def test_r49_a_duplicate_is_said_by_the_field_and_the_form_keeps_the_rest(world, logged_in):
    browser, before = logged_in(ROOT), revision(world)
    answer = add(browser, email=TECH, name="Kept Name", language="fr")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "already in use" in error_at(answer.text, "email")
    assert f'name="email" type="email" autocomplete="off" value="{TECH}"' in answer.text
    assert 'value="Kept Name"' in answer.text
    assert 'value="Asia/Tashkent"' in answer.text
    assert '<option value="fr" selected>' in answer.text
    assert NEW["password"] not in answer.text
    assert revision(world) == before
    assert rows(world, "SELECT count(*) FROM account WHERE name = 'Kept Name'") == [(0,)]
