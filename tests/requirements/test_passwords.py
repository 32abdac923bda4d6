"""Passwords: strong, required, kept by a blank, never readable (R50, R51, R60, R68)."""

import logging
import re
from dataclasses import replace

import pytest

from tests.accounts.entering import CountingHasher
from tests.administration.conftest import PASSWORD
from tests.administration.names import FRESH, ROOT, TECH
from tests.console.conftest import Browser, console_of
from tests.requirements.metering import (
    NEW,
    PLATFORM,
    add,
    edit,
    error_at,
    has_account,
    new_events,
    rows,
    token_of,
)
from webapp.console.app import create_app

HASH = "SELECT password_hash FROM account WHERE email = ?"
#: What stands for a password in no text that people can read.
CANARY = "canary-in-a-coalmine-7"


def hash_of(world, email):
    return rows(world, HASH, email)[0][0]


def change_own(browser, old, new):
    form = {"old_password": old, "password": new, "password_again": new}
    return browser.post("/profile/password", form)


# R50: at least eight characters, letters and digits.


WEAK = {
    "seven characters": "meter2y",
    "letters only": "onlyletters",
    "digits only": "12345678",
    "signs and digits": "1234-5678!",
    "longer than 1024 bytes": "meter2026" * 114,
}
BLANK = {
    "blank": "",
    "spaces": "        ",
    "tabs": "\t\t\t\t\t\t\t\t",
    "wide": "\u3000" * 8,
}
GOOD = {
    "exactly eight": "meter20x",
    "Cyrillic letters": "пароль77",
    "letters of Uzbek": "oʻgʻil2026",
    "73 characters": "x" * 72 + "1",
    "1,000 characters": "meter2026y" * 100,
    "spaces between": "a1 b2 c3 d4",
}


def test_r50_a_weak_password_makes_no_account(world, logged_in):
    browser = logged_in(ROOT)
    for why, password in {**WEAK, **BLANK}.items():
        answer = add(browser, password=password)
        assert answer.status_code == 422, why
        assert "password" in error_at(answer.text, "password").lower(), why
    assert not has_account(world, NEW["email"])


def test_r50_a_weak_password_replaces_none_at_any_form(world, logged_in):
    root, hers, before = logged_in(ROOT), logged_in(TECH), hash_of(world, TECH)
    for why, password in WEAK.items():
        for answer in (
            edit(root, world, TECH, password=password),
            change_own(hers, PASSWORD, password),
        ):
            assert answer.status_code == 422, why
            assert error_at(answer.text, "password"), why
    assert hash_of(world, TECH) == before


@pytest.mark.parametrize("password", GOOD.values(), ids=GOOD.keys())
def test_r50_a_good_password_opens_the_account_whole_and_not_cut(app, logged_in, password):
    assert add(logged_in(ROOT), password=password).status_code == 303
    assert Browser(app).log_in(NEW["email"], password[:-1]).status_code == 401
    assert Browser(app).log_in(NEW["email"], f"{password}x").status_code == 401
    assert Browser(app).log_in(NEW["email"], password).status_code == 303


# R51: required at creation, and changed later.


def test_r51_no_account_is_made_without_a_password(world, logged_in):
    form = {name: text for name, text in NEW.items() if name != "password"}
    answer = logged_in(ROOT).post("/users/add", form)
    assert answer.status_code == 422
    assert error_at(answer.text, "password")
    assert not has_account(world, NEW["email"])


@pytest.mark.parametrize("by", ["the administrator", "the person"])
def test_r51_after_a_change_the_old_password_and_all_old_logins_are_dead(
    app, world, logged_in, by
):
    hers, elsewhere = logged_in(TECH), logged_in(TECH)
    is_believed = token_of(world, TECH)
    assert is_believed()
    if by == "the person":
        assert change_own(hers, PASSWORD, "another2026").status_code == 303
    else:
        answer = edit(logged_in(ROOT), world, TECH, password="another2026")
        assert answer.status_code == 303
    assert not is_believed()
    assert elsewhere.get("/profile").location.startswith("/login")
    assert hers.get("/profile").status_code == (200 if by == "the person" else 303)
    assert Browser(app).log_in(TECH, PASSWORD).status_code == 401
    assert Browser(app).log_in(TECH, "another2026").status_code == 303


# R60: a blank password keeps the old one.


@pytest.mark.parametrize("blank", BLANK.values(), ids=BLANK.keys())
def test_r60_a_blank_password_changes_no_byte_of_the_old_one(app, world, logged_in, blank):
    hers, before, since = logged_in(TECH), hash_of(world, TECH), len(world.events(PLATFORM))
    answer = edit(logged_in(ROOT), world, TECH, name="Renamed", password=blank)
    assert answer.status_code == 303
    assert hash_of(world, TECH) == before
    assert hers.get("/profile").status_code == 200
    assert Browser(app).log_in(TECH, PASSWORD).status_code == 303
    actions = [one.action for one in new_events(world, since)]
    assert "user.updated" in actions
    assert "user.password_set" not in actions


def test_r60_the_log_says_that_a_password_was_set_only_when_it_was(world, logged_in):
    browser, since = logged_in(ROOT), len(world.events(PLATFORM))
    edit(browser, world, TECH, password="short1")
    edit(browser, world, TECH, password="another2026")
    (entry,) = [
        one for one in new_events(world, since) if one.action == "user.password_set"
    ]
    assert (entry.actor_label, entry.object_label) == (ROOT, TECH)
    assert "another2026" not in repr(entry)


# R68: how passwords are kept.


def test_r68_a_password_is_a_slow_salted_hash_and_equal_ones_differ(world, logged_in):
    browser = logged_in(ROOT)
    for name in ("one", "two"):
        add(browser, email=f"{name}@gasmeter.example", password=CANARY)
    hashes = [hash_of(world, f"{name}@gasmeter.example") for name in ("one", "two")]
    assert hashes[0] != hashes[1]
    assert all(re.match(r"\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$", one) for one in hashes)


def test_r68_no_password_and_no_hash_is_in_an_answer_an_event_an_export_or_a_log(
    app, world, logged_in, caplog
):
    caplog.set_level(logging.INFO)
    browser = logged_in(ROOT)
    answers = [
        add(browser, password=CANARY),
        add(browser, password=CANARY),
        edit(browser, world, TECH, password=f"{CANARY}-second", email=ROOT),
        edit(browser, world, TECH, password=f"{CANARY}-third"),
        Browser(app).log_in(FRESH, f"{CANARY}-wrong"),
        Browser(app).log_in(f"{CANARY}@gasmeter.example", CANARY),
    ]
    paths = ("/users", "/events", "/events.csv", "/events.jsonl")
    pages = [browser.get(path) for path in (*paths, f"/users/{world.id(TECH)}/edit")]
    text = "".join(answer.text for answer in [*answers[:-1], *pages])
    text += caplog.text + repr(world.events(PLATFORM)) + repr(world.events("system"))
    assert CANARY not in text
    assert "$argon2" not in text
    bare = b"".join(one.read_bytes() for one in world.path.parent.glob("gatehouse.db*"))
    assert CANARY.encode() not in bare


def test_r68_an_unknown_name_costs_as_many_hashes_as_a_wrong_password(world):
    counting = CountingHasher()
    app = create_app(replace(console_of(world), hasher=counting))
    spent, said = [], set()
    for email in (
        TECH,
        "nobody@gasmeter.example",
        "left.company@pwani.example",
        "no address",
    ):
        before = len(counting.asked)
        answer = Browser(app).log_in(email, "wrong12345")
        assert answer.status_code == 401
        spent.append(len(counting.asked) - before)
        said.add(re.sub(r"request-\d+|value=\"[^\"]*\"", "", answer.text))
    assert spent == [1, 1, 1, 1]
    assert len(said) == 1
