"""Blocking a person, letting the person in again, and who was seen when."""

from authz.storage import people
from tests.console.conftest import ADMIN, AUDITOR, FIELD, FINANCE, OWNER, Browser


def version(browser, path):
    page = browser.get(path).text
    return page.partition('name="version" value="')[2].partition('"')[0]


def switch(browser, world, email, to):
    path = f"/users/{world.id(email)}"
    form = {"version": version(browser, f"{path}/edit")}
    return browser.post(f"{path}/{to}", form)


def status(world, email):
    return people.find_account(world.database, world.tenant_of(email), email).status


def test_a_blocked_person_is_logged_out_at_once_and_stays_out(app, world, logged_in):
    browser, hers = logged_in(OWNER), logged_in(FINANCE)
    assert hers.get("/profile").status_code == 200
    assert switch(browser, world, FINANCE, "block").status_code == 303
    assert "is blocked, and logged out everywhere" in browser.get("/users").text
    assert hers.get("/profile").status_code == 303
    assert Browser(app).log_in(FINANCE).status_code == 401
    assert FINANCE in browser.get("/users?show=blocked").text
    assert ADMIN not in browser.get("/users?show=blocked").text
    assert not world.desk(FINANCE).may("customer:list", "tenant", "pwani")
    assert switch(browser, world, FINANCE, "unblock").status_code == 303
    assert hers.get("/profile").status_code == 303
    assert Browser(app).log_in(FINANCE).status_code == 303
    assert world.desk(FINANCE).may("customer:list", "tenant", "pwani")


def test_blocking_is_an_event_with_before_and_after(world, logged_in):
    switch(logged_in(OWNER), world, FINANCE, "block")
    event = world.events("pwani")[-1]
    assert (event.action, event.actor_label) == ("user.status_set", OWNER)
    assert (event.before, event.after) == (
        '{"status": "active"}',
        '{"status": "blocked"}',
    )


def test_r31_r39_nobody_is_blocked_by_who_may_not_delete_them(world, logged_in):
    for who, whom in ((ADMIN, OWNER), (OWNER, OWNER), (FINANCE, FIELD), (AUDITOR, FIELD)):
        browser, path = logged_in(who), f"/users/{world.id(whom)}"
        answer = browser.post(f"{path}/block", {"version": ""})
        assert answer.status_code in (403, 404)
        assert status(world, whom) == "active"
    page = logged_in(OWNER).get(f"/users/{world.id(OWNER)}/edit").text
    assert "/block" not in page


def test_an_old_form_blocks_nobody(world, logged_in):
    answer = logged_in(OWNER).post(f"/users/{world.id(FIELD)}/block", {"version": "old"})
    assert answer.status_code == 409
    assert status(world, FIELD) == "active"


def test_r46_blocking_needs_the_token_of_the_form(world, logged_in):
    path = f"/users/{world.id(FIELD)}/block"
    assert logged_in(OWNER).send(path, {"version": ""}).status_code == 400
    assert logged_in(OWNER).get(path).status_code == 405


def test_r03_the_list_says_who_was_seen_when(logged_in):
    browser = logged_in(OWNER)
    page = browser.get("/users?q=amina").text
    assert "<time" in page.partition('data-label="Last seen"')[2].partition("</td>")[0]
    page = browser.get("/users?q=grace").text
    assert "Never" in page.partition('data-label="Last seen"')[2].partition("</td>")[0]
