"""Owners, whom no admin touches, of whom one always stays, and who gives what
(R31, R39, R40).
"""

import re
from itertools import product
from threading import Barrier, Thread

import pytest

from authz.administration import imports
from tests.administration.conftest import PASSWORD, World
from tests.administration.names import (
    AMINA,
    GRACE,
    JUMA,
    NEEMA,
    NEWCOMER,
    OTIENO,
    SALUM,
    WANJIKU,
)
from tests.console.conftest import Browser, console_of
from tests.requirements.metering import (
    App,
    account,
    delete,
    edit,
    held,
    new_events,
    rows,
    set_access,
)
from tests.requirements.minigrid import PWANI, ROLES, ZIWA, emails, logins
from webapp.console.app import create_app

TABLE = "email,name,roles,cluster\n"
#: Giver -> the roles that they give, as the documents say.
GIVES = {
    AMINA: {"owner", "admin", "financial-manager", "user"},
    JUMA: {"admin", "financial-manager", "user"},
    GRACE: set(),
    SALUM: set(),
}


def roles_of(world, email):
    return {one.role for one in account(world, email).roles}


def version_of(world, browser, email):
    """The version that the permissions form carries, however it may be read."""
    return held(browser, f"/users/{world.id(email)}/permissions")


def give(world, browser, email, *roles, version=""):
    path = f"/users/{world.id(email)}/permissions"
    return browser.post(path, {"version": version, "roles": list(roles)})


def owner_row(world):
    """What is stored of the owner, all of it."""
    return rows(world, "SELECT * FROM account WHERE email = ?", AMINA), roles_of(
        world, AMINA
    )


# R31: an admin never touches an owner's account.


@pytest.mark.parametrize(
    "new",
    [
        {"name": "Renamed"},
        {"email": "mine@pwani.example"},
        {"password": "mine2026words"},
        {"phone": "+255 700 000 000"},
        {"language": "fr"},
        {"email": "mine@pwani.example", "password": "mine2026words"},
    ],
    ids=["name", "e-mail", "password", "phone", "language", "e-mail and password"],
)
def test_r31_an_admin_changes_nothing_in_the_form_of_an_owner(app, world, logged_in, new):
    browser, before = logged_in(JUMA), owner_row(world)
    assert edit(browser, world, AMINA, **new).status_code == 403
    assert owner_row(world) == before
    assert logins(app, AMINA, "mine2026words", PASSWORD) == [401, 303]


def test_r31_an_admin_neither_deletes_nor_demotes_nor_makes_an_owner(world, logged_in):
    browser, before = logged_in(JUMA), owner_row(world)
    theirs = version_of(world, logged_in(AMINA), AMINA)
    assert delete(browser, world, AMINA).status_code == 403
    for roles in ((), ("user",), ("admin",), ("owner", "user"), ("owner",)):
        answer = give(world, browser, AMINA, *roles, version=theirs)
        assert answer.status_code in (303, 403), roles
    assert owner_row(world) == before
    for email in (NEWCOMER, NEEMA, SALUM):
        had = roles_of(world, email)
        version = version_of(world, browser, email)
        answer = give(world, browser, email, "owner", *had, version=version)
        assert answer.status_code == 403, email
        assert roles_of(world, email) == had


def test_r31_an_account_that_an_admin_makes_is_no_owner_whatever_the_form_says(
    world, logged_in
):
    browser = logged_in(JUMA)
    form = {
        "email": "mine@pwani.example",
        "name": "Mine",
        "password": "mine2026words",
        "timezone": "UTC",
        "language": "en",
        "role": "owner",
        "roles": "owner",
        "level": "owner",
    }
    assert browser.post("/users/add", form).status_code == 303
    assert roles_of(world, "mine@pwani.example") == set()


@pytest.mark.parametrize(
    "row",
    [
        f"{AMINA},Renamed,owner,",
        f"{AMINA},,user,",
        f"{AMINA},,,",
        f"{AMINA.upper()},Renamed,owner,",
        "mine@pwani.example,Mine,owner,",
        f"{NEEMA},,admin;owner,",
    ],
    ids=["renamed", "demoted", "stripped", "in capitals", "a new one", "promoted"],
)
def test_r31_no_import_of_an_admin_does_it_either(world, row):
    before, people_before = owner_row(world), emails(world, PWANI)
    for save in (False, True):
        report = imports.people_from(world.desk(JUMA), f"{TABLE}{row}\n", save=save)
        assert report.problems or all(one.does == "same" for one in report.rows)
    assert owner_row(world) == before
    assert emails(world, PWANI) == people_before
    assert roles_of(world, NEEMA) == {"admin"}


def test_r31_apps_are_told_the_same_and_an_owner_may(world):
    app = App(world, PWANI)
    for action in ("update", "set_password", "demote", "delete"):
        asked = f"user:{action}", f"user:{world.id(AMINA)}"
        assert not app.decides(JUMA, *asked), action
        of_an_admin = f"user:{action}", f"user:{world.id(NEEMA)}"
        assert app.decides(AMINA, *of_an_admin), action
    assert not app.decides(OTIENO, "user:update", f"user:{world.id(AMINA)}")


# R39: a company keeps an owner.


@pytest.mark.parametrize("roles", [(), ("admin",), ("user", "admin")])
def test_r39_a_sole_owner_does_not_step_down(world, logged_in, roles):
    browser = logged_in(AMINA)
    version = version_of(world, browser, AMINA)
    answer = give(world, browser, AMINA, *roles, version=version)
    assert answer.status_code in (403, 422)
    assert roles_of(world, AMINA) == {"owner"}


def test_r39_a_sole_owner_is_not_deleted_and_is_told_why_in_words(world, logged_in):
    browser, since = logged_in(AMINA), len(world.events(PWANI))
    answer = delete(browser, world, AMINA)
    assert answer.status_code == 403
    said = re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2])
    assert "nobody would be left" in said
    assert AMINA in emails(world, PWANI)
    refused = [one.result for one in new_events(world, since, PWANI)]
    assert "refused" in refused


def test_r39_an_owner_who_is_alone_again_cannot_be_removed_by_anybody(world, logged_in):
    browser = logged_in(AMINA)
    assert set_access(browser, world, NEWCOMER, roles="owner").status_code == 303
    second = logged_in(NEWCOMER)
    assert delete(second, world, AMINA).status_code == 303
    for attempt in (
        delete(second, world, NEWCOMER),
        set_access(second, world, NEWCOMER, roles="user"),
        delete(logged_in(JUMA), world, NEWCOMER),
        give(world, logged_in(JUMA), NEWCOMER, "user"),
    ):
        assert attempt.status_code == 403
    assert roles_of(world, NEWCOMER) == {"owner"}


def test_r39_with_two_owners_one_may_be_removed(world, logged_in):
    browser = logged_in(OTIENO)
    browser.post("/unlock", {"password": "ziwa-pages-7", "next": "/users"})
    assert set_access(browser, world, WANJIKU, roles="user").status_code == 303
    assert roles_of(world, WANJIKU) == {"user"}
    assert set_access(browser, world, WANJIKU, roles="owner").status_code == 303
    assert delete(browser, world, WANJIKU).status_code == 303
    assert WANJIKU not in emails(world, ZIWA)


def test_r39_a_sole_owner_still_edits_the_own_name_phone_and_password(
    app, world, logged_in
):
    browser = logged_in(AMINA)
    form = {
        "name": "Amina S.",
        "phone": "+255 700 111 222",
        "timezone": "UTC",
        "language": "en",
        "version": held(browser, "/profile"),
    }
    assert browser.post("/profile", form).status_code == 303
    saved = account(world, AMINA)
    assert (saved.name, saved.phone) == ("Amina S.", "+255 700 111 222")
    new = {"password": "dodoma2026", "password_again": "dodoma2026"}
    changed = browser.post("/profile/password", new | {"old_password": PASSWORD})
    assert changed.status_code == 303
    assert logins(app, AMINA, PASSWORD, "dodoma2026") == [401, 303]
    assert roles_of(world, AMINA) == {"owner"}


@pytest.mark.parametrize("row", [f"{AMINA},,user,", f"{AMINA},,admin;user,mafia"])
def test_r39_an_import_takes_the_last_owner_from_nobody(world, row):
    report = imports.people_from(world.desk(AMINA), f"{TABLE}{row}\n", save=True)
    assert report.problems
    assert not report.is_saved
    assert roles_of(world, AMINA) == {"owner"}


def test_r39_two_owners_who_remove_each_other_at_the_same_time_leave_one(world):
    pair = (AMINA, JUMA)
    for _ in range(4):
        people_ids = {email: world.id(email) for email in pair}
        give_roles(world, dict.fromkeys(pair, "owner"))
        own = [World(world.path, world.clock) for _ in pair]
        browsers = [Browser(create_app(console_of(one))) for one in own]
        for browser, email in zip(browsers, pair, strict=True):
            assert browser.log_in(email).status_code == 303
        versions = [
            held(browser, f"/users/{people_ids[other]}/permissions")
            for browser, other in zip(browsers, reversed(pair), strict=True)
        ]
        start, answers = Barrier(2), []

        def demote(browser, other, version, start=start, answers=answers):
            token = browser.token(f"/users/{world.id(other)}/permissions")
            start.wait()
            form = {"version": version, "roles": "user", "csrf_token": token}
            path = f"/users/{world.id(other)}/permissions"
            answers.append(browser.send(path, form).status_code)

        threads = [
            Thread(target=demote, args=given)
            for given in zip(browsers, reversed(pair), versions, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in own:
            one.close()
        owners = [email for email in pair if "owner" in roles_of(world, email)]
        assert len(owners) == 1, answers
        assert answers.count(303) == 1


def give_roles(world, roles):
    """The roles of people, past the policies."""
    from authz.storage import access
    from authz.storage.events import SERVICE

    for email, role in roles.items():
        access.set_access(
            world.database, PWANI, world.id(email), actor=SERVICE, roles={role: None}
        )


# R40: nobody grants more than they may.


@pytest.mark.parametrize(("giver", "given"), list(product(GIVES, ROLES)))
def test_r40_each_gives_the_roles_of_the_table_and_no_other(world, logged_in, giver, given):
    browser, before = logged_in(giver), roles_of(world, NEWCOMER)
    version = version_of(world, logged_in(AMINA), NEWCOMER)
    answer = give(world, browser, NEWCOMER, given, version=version)
    may = given in GIVES[giver]
    assert answer.status_code == (303 if may else 403)
    assert roles_of(world, NEWCOMER) == ({given} if may else before)


@pytest.mark.parametrize(("who", "given"), list(product(GIVES, ROLES)))
def test_r40_nobody_changes_the_own_role(world, logged_in, who, given):
    before = roles_of(world, who)
    version = version_of(world, logged_in(AMINA), who)
    wanted = {given} if given not in before else before | {"financial-manager", "admin"}
    answer = give(world, logged_in(who), who, *wanted, version=version)
    assert answer.status_code in (403, 422)
    assert roles_of(world, who) == before


def test_r40_a_role_is_not_smuggled_in_beside_one_that_may_be_given(world, logged_in):
    browser = logged_in(JUMA)
    version = version_of(world, browser, NEWCOMER)
    answer = give(world, browser, NEWCOMER, "user", "owner", version=version)
    assert answer.status_code == 403
    assert roles_of(world, NEWCOMER) == set()


def test_r40_the_form_offers_what_may_be_given(world, logged_in):
    for giver in (AMINA, JUMA):
        page = logged_in(giver).get(f"/users/{world.id(NEWCOMER)}/permissions").text
        boxes = re.findall(r'name="roles" value="([^"]+)"([^>]*)>', page)
        assert {role for role, more in boxes if "disabled" not in more} == GIVES[giver]


def test_r40_d7_only_an_owner_demotes_or_deletes_an_admin(world, logged_in):
    admin, owner = logged_in(JUMA), logged_in(AMINA)
    assert set_access(admin, world, NEEMA, roles="user").status_code == 403
    assert delete(admin, world, NEEMA).status_code == 403
    assert edit(admin, world, NEEMA, name="Neema P.").status_code == 303
    assert set_access(owner, world, NEEMA, roles="user").status_code == 303
    assert delete(owner, world, NEEMA).status_code == 303
    assert NEEMA not in emails(world, PWANI)
