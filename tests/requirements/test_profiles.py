"""Time zones, languages, and editing an account (R52, R53, R59)."""

import json
import re

import pytest

from authz.administration import people
from authz.administration.people import Profile
from authz.decisions.languages import catalogue
from authz.storage import people as stored
from authz.storage.events import SERVICE
from tests.administration.names import AUDITOR, ROOT, TECH
from tests.console.conftest import Browser
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    account,
    add,
    edit,
    edit_own,
    error_at,
    has_account,
)
from webapp.console.catalogues import DOMAIN, FOLDER

#: Days from the middle of January, where the clock of the tests stands, to that of July.
HALF_A_YEAR = 181 * 86_400


# R52: a time zone for each.


def refused_everywhere(world, logged_in, field, values):
    """Has each value refused by the forms that ask for it, which save nothing of it."""
    root, hers, before = logged_in(ROOT), logged_in(TECH), account(world, TECH)
    for number, value in enumerate(values):
        answers = [add(root, **{field: value})]
        if number == 0:
            answers.append(edit(root, world, TECH, name="Not Saved", **{field: value}))
            answers.append(edit_own(hers, world, TECH, name="Not Saved", **{field: value}))
        for answer in answers:
            assert answer.status_code == 422, value
            assert error_at(answer.text, field), value
    assert not has_account(world, NEW["email"])
    assert account(world, TECH) == before


def test_r52_a_zone_that_there_is_not_is_refused_at_every_form(world, logged_in):
    zones = ("Mars/Base", "", "UTC+5", "../../etc/passwd", "asia/tashkent", "Europe")
    refused_everywhere(world, logged_in, "timezone", zones)


def test_r52_one_event_is_shown_where_each_reader_is_and_stored_in_utc(world, logged_in):
    """Berlin has other hours in summer than in winter, the others have not."""
    root = world.desk(ROOT)
    people.edit(root, TECH, profile=Profile(name="Winter"))
    world.clock.now += HALF_A_YEAR
    people.edit(root, TECH, profile=Profile(name="Summer"))
    at = {
        json.loads(one.after)["name"]: one.at
        for one in world.events(PLATFORM)
        if one.action == "user.updated"
    }
    assert [text[:19] for text in at.values()] == [
        "2027-01-15T08:00:00",
        "2027-07-15T08:00:00",
    ]
    assert all(text.endswith("+00:00") for text in at.values())
    browser, shown = logged_in(AUDITOR), {}
    for zone in ("UTC", "Asia/Tashkent", "Europe/Berlin"):
        assert edit_own(browser, world, AUDITOR, timezone=zone).status_code == 303
        page = browser.get("/events?action=user.updated&q=service_tech").text
        times = re.findall(r'datetime="(2027-[^"]+)"[^>]*>(\d\d:\d\d:\d\d)</time>', page)
        shown[zone] = dict(times)
    winter, summer = "2027-01-15T08:00:00+00:00", "2027-07-15T08:00:00+00:00"
    assert shown == {
        "UTC": {winter: "08:00:00", summer: "08:00:00"},
        "Asia/Tashkent": {winter: "13:00:00", summer: "13:00:00"},
        "Europe/Berlin": {winter: "09:00:00", summer: "10:00:00"},
    }


def test_r52_a_zone_that_nobody_knows_any_more_shows_utc(world, logged_in):
    browser = logged_in(AUDITOR)
    stored.update_account(
        world.database, PLATFORM, AUDITOR, actor=SERVICE, timezone="Europe/Berlin"
    )
    with world.database.transaction():
        world.database.db.execute_sql(
            "UPDATE account SET timezone = 'Europe/Gone' WHERE email = ?", [AUDITOR]
        )
    page = browser.get("/events?action=authorization").text
    assert ">08:00:00</time>" in page


# R53: a language for each.


def test_r53_a_language_that_there_is_not_is_refused_at_every_form(world, logged_in):
    languages = ("tlh", "", "EN", "en-US", "../en", "русский")
    refused_everywhere(world, logged_in, "language", languages)


MONTHS = {"en": "January", "fr": "janvier", "ru": "января", "uz": "yanvar"}


def test_r53_the_page_speaks_the_language_of_its_reader(world, logged_in):
    browser = logged_in(AUDITOR)
    for language, month in MONTHS.items():
        assert edit_own(browser, world, AUDITOR, language=language).status_code == 303
        page = browser.get("/events?action=authorization").text
        assert f'<html lang="{language}">' in page
        assert month in page


def test_r53_a_text_is_that_of_the_catalogue_or_english_where_it_has_none(world, logged_in):
    browser = logged_in(AUDITOR)
    for language in ("fr", "ru", "uz"):
        edit_own(browser, world, AUDITOR, language=language)
        word = catalogue(FOLDER, DOMAIN, language).gettext("Users")
        assert f">{word}</h1>" in browser.get("/users").text, language
        assert "Hududgaz" in browser.get("/users").text, "a name is nobody's to translate"


def test_r53_why_something_is_refused_is_said_in_the_language_of_the_person(
    world, logged_in
):
    browser, said = logged_in(TECH), set()
    for language in MONTHS:
        edit_own(browser, world, TECH, language=language)
        answer = browser.get("/users")
        assert answer.status_code == 403
        said.add(answer.text.partition("<main")[2].partition("</main>")[0])
    assert len(said) == len(MONTHS)


@pytest.mark.parametrize("language", ["de", "xx", ""])
def test_r53_what_is_not_translated_is_shown_in_english(world, logged_in, language):
    browser = logged_in(AUDITOR)
    with world.database.transaction():
        world.database.db.execute_sql(
            "UPDATE account SET language = ? WHERE email = ?", [language, AUDITOR]
        )
    page = browser.get("/users")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert ">Users</h1>" in page.text


# R59: editing.


def test_r59_name_e_mail_zone_and_language_can_be_edited(app, world, logged_in):
    new = {
        "email": "Tech.New@domain.com",
        "name": "Technician",
        "timezone": "Europe/Berlin",
        "language": "fr",
    }
    assert edit(logged_in(ROOT), world, TECH, **new).status_code == 303
    saved = account(world, new["email"])
    assert {name: getattr(saved, name) for name in new} == new
    assert Browser(app).log_in(TECH).status_code == 401
    assert Browser(app).log_in("tech.new@domain.com").status_code == 303


@pytest.mark.parametrize(
    "email", [ROOT, "  ROOT@gasmeter.example", "finance@pwani.example"]
)
def test_r59_nobody_gets_the_e_mail_of_another_by_an_edit(world, logged_in, email):
    browser, before = logged_in(ROOT), account(world, TECH)
    answer = edit(browser, world, TECH, email=email, name="Not Saved")
    assert answer.status_code == 409
    assert "already in use" in error_at(answer.text, "email")
    assert 'value="Not Saved"' in answer.text
    assert account(world, TECH) == before


def test_r59_another_spelling_of_ones_own_e_mail_is_no_duplicate(world, logged_in):
    answer = edit(logged_in(ROOT), world, TECH, email="Service_Tech@Domain.com")
    assert answer.status_code == 303
    assert has_account(world, "Service_Tech@Domain.com")


def test_r59_who_edits_the_own_account_stays_logged_in(world, logged_in):
    browser = logged_in(ROOT)
    answer = edit(browser, world, ROOT, name="Root Renamed", timezone="UTC")
    assert answer.status_code == 303
    page = browser.get("/profile")
    assert page.status_code == 200
    assert "Root Renamed" in page.text
