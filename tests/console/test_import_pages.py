"""Tables of people: the import with its report, and the export of what the list shows."""

import csv
import io
import re

import pytest

from authz.storage import people
from tests.console.conftest import (
    ADMIN,
    AUDITOR,
    FIELD,
    FINANCE,
    OWNER,
    ROOT_ADMIN,
    TECH,
    Browser,
)

PATH = "/users/import"
HEAD = "email,name,roles,cluster\n"
ONE = HEAD + "one@pwani.example,One <b>New</b>,user,mafia\n"
OTIENO = "owner@ziwa.example"


def emails(world, tenant="pwani"):
    return {one.email for one in people.list_accounts(world.database, tenant)}


def upload(data: bytes):
    return {"file": (io.BytesIO(data), "people.csv")}


def test_a_table_is_reported_row_by_row_before_it_is_saved(app, world, logged_in):
    browser, before = logged_in(OWNER), emails(world)
    page = browser.post(PATH, upload(("\ufeff" + ONE.replace("\n", "\r\n")).encode()))
    assert page.status_code == 200
    assert "Would be added" in page.text
    assert "Nothing is saved yet." in page.text
    assert "One &lt;b&gt;New&lt;/b&gt;" in page.text
    assert emails(world) == before
    done = browser.post(PATH, {"table": ONE, "save": "yes"})
    assert "The rows are saved." in done.text
    assert emails(world) == before | {"one@pwani.example"}
    password = re.search(r"<code>([A-Za-z0-9]{16})</code>", done.text)[1]
    assert Browser(app).log_in("one@pwani.example", password).status_code == 303
    assert password not in browser.get(PATH).text
    assert password not in browser.get("/events.jsonl").text
    again = browser.post(PATH, {"table": ONE, "save": "yes"}).text
    assert "Stayed as it was" in again
    assert "<code>" not in again


def test_one_row_that_cannot_be_done_keeps_all_out_and_is_named(world, logged_in):
    browser, before = logged_in(OWNER), emails(world)
    table = ONE + "bad-mail,Two,user,\nthree@pwani.example,Three,king,\n"
    answer = browser.post(PATH, {"table": table, "save": "yes"})
    assert answer.status_code == 422
    assert "2 rows cannot be done, so nothing is saved." in answer.text
    row = answer.text.partition("bad-mail")[2].partition("</tr>")[0]
    assert ">3<" in row
    assert "email" in row
    assert 'name="save"' not in answer.text
    assert emails(world) == before


def test_r31_an_admin_imports_no_owner_and_changes_none(world, logged_in):
    browser = logged_in(ADMIN)
    for row in ("new@pwani.example,New,owner,\n", f"{OWNER},,user,\n"):
        answer = browser.post(PATH, {"table": HEAD + row, "save": "yes"})
        assert answer.status_code == 422
    owner = people.find_account(world.database, "pwani", OWNER)
    assert [held.role for held in owner.roles] == ["owner"]
    assert "new@pwani.example" not in emails(world)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"name\nX\n",
        b"email,password_hash\na@b.example,x\n",
        b"email,tenant\na@b.example,ziwa\n",
        b'email,name\na@b.example,"open\n',
        b"email,name\na@b.example,A\x00B\n",
        "email,name\na@b.example,Ж\n".encode("cp1251"),
        "email,name\na@b.example,Ж\n".encode("utf-16"),
    ],
)
def test_what_is_no_table_is_said_at_the_table(world, logged_in, data):
    before = emails(world)
    answer = logged_in(OWNER).post(PATH, upload(data) | {"save": "yes"})
    assert answer.status_code == 422
    assert emails(world) == before


def test_a_table_that_is_too_large_is_refused(logged_in):
    answer = logged_in(OWNER).post(PATH, upload(b"email\n" + b"x" * 300_000))
    assert answer.status_code == 413


@pytest.mark.parametrize("who", [FINANCE, FIELD, AUDITOR, TECH])
def test_r42_who_adds_nobody_imports_nobody(world, logged_in, who):
    browser = logged_in(who)
    assert browser.get(PATH).status_code == 403
    assert browser.post(PATH, {"table": ONE, "save": "yes"}).status_code == 403
    assert "one@pwani.example" not in emails(world)


def test_r14_the_import_waits_for_the_password_of_the_pages(world, logged_in):
    browser = logged_in(OTIENO)
    assert browser.get(PATH).location == f"/unlock?next={PATH}"
    assert browser.post(PATH, {"table": ONE, "save": "yes"}).status_code == 303
    assert browser.get("/users.csv").location == "/unlock?next=/users.csv"
    assert "one@pwani.example" not in emails(world, "ziwa")


def test_the_export_is_what_the_list_shows_and_can_be_imported_again(logged_in):
    browser = logged_in(OWNER)
    assert 'href="/users.csv?q=salum"' in browser.get("/users?q=salum").text
    answer = browser.get("/users.csv?q=salum")
    assert answer.headers["Content-Disposition"] == "attachment; filename=users.csv"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["email"], row["roles"], row["cluster"]) == (FIELD, "user", "mafia")
    everybody = browser.get("/users.csv").text
    assert "left.company@pwani.example" not in everybody
    assert "argon2" not in everybody
    report = browser.post(PATH, {"table": everybody.replace("\r\n", "\n")}).text
    assert "Would be" not in report
    assert report.count("Stays as it is") == 8 + 1


def test_r32_the_export_of_people_is_for_who_looks_after_people(logged_in):
    for who in (FINANCE, FIELD, TECH):
        assert logged_in(who).get("/users.csv").status_code == 403
    assert TECH in logged_in(ROOT_ADMIN).get("/users.csv").text
