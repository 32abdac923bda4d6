"""The Protected Pages Password, as a company that uses it knows it (R14-R18)."""

import pytest

from authz.storage import tenants
from tests.administration.conftest import PASSWORD
from tests.administration.names import AMINA, CLERK, OTIENO
from tests.console.conftest import Browser
from tests.requirements.locks import (
    ACTIONS,
    OTHER,
    PAGES,
    asks,
    change,
    protected_pages,
    unlock,
)
from tests.requirements.metering import App, counts, new_events
from tests.requirements.minigrid import KEVIN, ZIWA, answers, logins
from tests.shipped import shipped

WRONG = {
    "empty": "",
    "another word": "wrong12345",
    "ten kilobytes": "x" * 10_000,
    "cyrillic": "пароль 77",
    "capitals": PAGES.upper(),
    "a space behind": f"{PAGES} ",
    "nul": f"{PAGES}\x00",
    "the own login": PASSWORD,
}


# R14: where a company uses it, pages and what lies behind wait for it.


def test_r14_every_protected_page_asks_and_opens_once_it_is_unlocked(app, world, logged_in):
    browser, pages = logged_in(OTIENO), list(protected_pages(app, world, "GET"))
    assert len(pages) > 15
    for action, path in pages:
        assert asks(browser.get(path)), (action, path)
    assert unlock(browser).location == "/users"
    for action, path in pages:
        assert browser.get(path).status_code in (200, 404), (action, path)
    assert browser.get("/users").status_code == 200
    assert browser.get("/settings").status_code == 200


def test_r14_r21_the_pages_of_the_documents_are_among_them(app, world):
    nouns = {action.partition(":")[0] for action, _ in protected_pages(app, world, "GET")}
    assert nouns >= {
        *("cluster", "minigrid", "village", "settings", "connection_group"),
        *("connection_type", "user", "commission_type", "tariff", "target"),
    }


def test_r14_no_form_behind_a_protected_page_works_either(app, world, logged_in):
    browser = logged_in(OTIENO)
    before = tenants.find_tenant(world.database, ZIWA).revision
    for action, path in protected_pages(app, world, "POST"):
        answer = browser.post(path, {"sure": "yes", "name": "Passed"})
        assert asks(answer), (action, path)
    assert tenants.find_tenant(world.database, ZIWA).revision == before


def test_r14_apps_are_told_that_the_page_is_locked(world):
    app = App(world, ZIWA)
    of_tenant = ACTIONS & set(shipped().schema.types["tenant"].actions)
    asked = [(OTIENO, action, f"tenant:{ZIWA}") for action in sorted(of_tenant)]
    assert len(asked) > 25
    assert not any(answers(app, asked))
    assert not app.decides(OTIENO, "user:delete", f"user:{world.id(CLERK)}")


def test_r14_r13_daily_work_needs_no_password(world):
    app, company = App(world, ZIWA), f"tenant:{ZIWA}"
    for who in (OTIENO, CLERK, KEVIN):
        assert app.decides(who, "customer:list", company)
        assert app.decides(who, "tariff:read", company)
        assert app.decides(who, "location:read", company)
        assert app.decides(who, "customer:create", "village:kaskazi")


# R15: one step more, which grants nothing.


def test_r15_the_right_password_of_nobody_leads_to_the_login(browser):
    answer = browser.post("/unlock", {"password": PAGES, "next": "/users"}, page="/login")
    assert answer.status_code == 303
    assert answer.location.startswith("/login")
    assert browser.get("/users").location.startswith("/login")


def test_r15_whoever_has_no_right_to_a_page_is_not_even_asked(app, world, logged_in):
    browser = logged_in(KEVIN)
    pages = [path for _, path in protected_pages(app, world, "GET")]
    before = {path: browser.get(path).status_code for path in pages}
    assert set(before.values()) <= {403, 404}
    unlock(browser)
    assert {path: browser.get(path).status_code for path in pages} == before
    assert 'href="/users"' not in browser.get("/").text


def test_r15_an_unlock_is_that_of_one_session(logged_in):
    here, there = logged_in(OTIENO), logged_in(OTIENO)
    unlock(here)
    assert here.get("/users").status_code == 200
    assert asks(there.get("/users"))
    here.post("/logout")
    assert asks(logged_in(OTIENO).get("/users"))


def test_r15_an_unlock_ends_after_half_an_hour(world, logged_in):
    browser = logged_in(OTIENO)
    unlock(browser)
    for minutes, opens in ((15, True), (14, True), (2, False)):
        world.clock.now += minutes * 60
        assert asks(browser.get("/users")) is not opens


# R16: a wrong one leads to the first page.


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_r16_a_wrong_one_leads_home_shows_nothing_and_is_written_down(
    world, logged_in, wrong
):
    browser, since = logged_in(OTIENO), len(world.events(ZIWA))
    answer = unlock(browser, wrong)
    assert (answer.status_code, answer.location) == (303, "/")
    assert CLERK not in answer.text
    home = browser.get("/").text
    assert "That is not the password" in home
    assert CLERK not in home
    assert asks(browser.get("/users"))
    event = new_events(world, since, ZIWA)[0]
    assert (event.action, event.result, event.actor_label) == (
        *("pages.unlocked", "refused", OTIENO),
    )
    assert not wrong or wrong not in f"{event.before}{event.after}{event.reason}"


def test_r16_after_ten_failures_even_the_right_one_leads_home(world, logged_in):
    browser = logged_in(OTIENO)
    for _ in range(10):
        unlock(browser, "wrong12345")
    answer = unlock(browser)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Too many failed attempts" in browser.get("/").text
    assert asks(browser.get("/users"))
    world.clock.now += 15 * 60
    assert unlock(browser).location == "/users"


@pytest.mark.parametrize(
    "next",
    [
        *("https://evil.example/", "//evil.example/users", "/\\evil.example", "evil"),
        *("javascript:alert(1)", "\t//evil.example", "http:evil.example", ""),
    ],
)
def test_r16_neither_a_right_nor_a_wrong_one_leads_to_another_host(logged_in, next):
    browser = logged_in(OTIENO)
    assert unlock(browser, "wrong12345", next).location == "/"
    assert unlock(browser, next=next).location == "/"


# R17: it is set when the company registers.


COMPANY = {
    "company": "Sola Energy",
    "company_email": "office@sola.example",
    "name": "Sara",
    "email": "sara@sola.example",
    "password": "sunshine2026",
    "timezone": "Africa/Lusaka",
    "protect": "yes",
    "pages_password": "sola-pages-9",
}


def register(app, **new):
    form = {name: text for name, text in (COMPANY | new).items() if text is not None}
    return Browser(app).post("/register", form, page="/register")


@pytest.mark.parametrize(
    "value", [None, "", "       ", "sola-9", "12345678", "onlyletters"]
)
def test_r17_a_missing_or_weak_one_leaves_no_half_made_company(app, world, value):
    names = ("tenant", "account", "event")
    before = {name: counts(world)[name] for name in names}
    answer = register(app, pages_password=value)
    assert answer.status_code == 422
    assert 'id="pages_password-error"' in answer.text
    assert "sunshine2026" not in answer.text
    assert {name: counts(world)[name] for name in names} == before
    assert logins(app, COMPANY["email"], COMPANY["password"]) == [401]


def test_r17_a_company_that_sets_one_is_asked_for_it(app):
    assert register(app).status_code == 303
    browser = Browser(app)
    assert browser.log_in(COMPANY["email"], COMPANY["password"]).status_code == 303
    assert asks(browser.get("/users"))
    assert unlock(browser, "sola-pages-9").location == "/users"
    assert COMPANY["email"] in browser.get("/users").text


def test_r17_a_company_that_wants_none_is_never_asked(app):
    assert register(app, protect=None, pages_password=None).status_code == 303
    browser = Browser(app)
    browser.log_in(COMPANY["email"], COMPANY["password"])
    assert browser.get("/users").status_code == 200


# R18: all accounts of a company share one.


def test_r18_two_people_unlock_with_the_same_and_a_change_is_for_both(logged_in):
    owner, admin = logged_in(OTIENO), logged_in(CLERK)
    for browser in (owner, admin):
        assert unlock(browser).location == "/users"
    assert change(owner).status_code == 303
    for browser in (owner, admin):
        assert unlock(browser).location == "/"
        assert unlock(browser, OTHER).location == "/users"


def test_r18_that_of_another_company_does_not_open(logged_in):
    pwani, ziwa = logged_in(AMINA), logged_in(OTIENO)
    assert change(pwani).status_code == 303
    assert asks(pwani.get("/users"))
    assert unlock(pwani).location == "/"
    assert unlock(ziwa, OTHER).location == "/"
    assert unlock(pwani, OTHER).location == "/users"
    assert unlock(ziwa).location == "/users"
