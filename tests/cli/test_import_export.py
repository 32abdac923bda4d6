import csv
import io
import json

import pytest

from authz.administration import sheets
from authz.storage import events, people
from tests.administration.names import AMINA, FRESH, GRACE, JUMA, ROOT, SALUM

TABLE = f"""\
email,name,roles,cluster
one@pwani.example,One New,user until 2099-01-01T00:00Z,mafia
{GRACE},,financial-manager,
"""


@pytest.fixture
def table(tmp_path):
    def table(text, name="people.csv"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return table


def everybody(database, tenant="pwani"):
    return people.list_accounts(database, tenant, deleted=True)


def test_a_dry_run_tells_each_row_and_saves_nothing(acting, table, database):
    before = everybody(database), len(events.entries(database, "pwani"))
    ran = acting(AMINA, "import", table(TABLE), "--dry-run")
    assert ran.code == 0
    assert [line.split() for line in ran.out.splitlines()] == [
        ["LINE", "E-MAIL", "RESULT", "COLUMN", "WHY"],
        ["2", "one@pwani.example", "added"],
        ["3", GRACE, "same"],
    ]
    assert "nothing was saved" in ran.err
    assert (everybody(database), len(events.entries(database, "pwani"))) == before


def test_an_import_saves_and_tells_passwords_in_a_file_alone(
    acting, table, database, tmp_path
):
    told = tmp_path / "told.csv"
    ran = acting(AMINA, "import", table(TABLE), "--passwords", told, "--output", "json")
    said = json.loads(ran.out)
    assert (ran.code, said["saved"]) == (0, True)
    assert [row["result"] for row in said["rows"]] == ["added", "same"]
    ((email, password),) = list(csv.reader(io.StringIO(told.read_text("utf-8"))))[1:]
    assert email == "one@pwani.example"
    assert password not in ran.out + ran.err
    assert password not in repr(events.entries(database, "pwani", limit=10_000))
    assert told.stat().st_mode & 0o777 == 0o600
    again = acting(AMINA, "import", table(TABLE), "--passwords", told)
    assert again.err == f"error: there is a file `{told}` already: name a new one\n"


def test_r31_one_row_that_cannot_be_done_keeps_all_of_them_out(
    acting, table, database, tmp_path
):
    before = everybody(database)
    bad = TABLE + f"{AMINA},Taken Over,owner,\n"
    told = tmp_path / "told.csv"
    ran = acting(JUMA, "import", table(bad), "--output", "json", "--passwords", told)
    assert ran.code == 2
    (row,) = [row for row in json.loads(ran.out)["rows"] if row["why"]]
    assert (row["line"], row["email"], row["result"]) == (4, AMINA, "cannot be done")
    assert ran.err.strip() == "nothing was saved: 1 of 3 rows cannot be done"
    assert everybody(database) == before
    assert not told.exists()


FILES = {
    "no UTF-8": (b"email,name\nx@a.example,Jos\xe9\n", "is not UTF-8 (line 2)"),
    "UTF-16": ("email\nx@a.example\n".encode("utf-16"), "is not UTF-8 (line 1)"),
    "no e-mails": (b"name,phone\nX,1\n", "the column `email` is missing"),
    "unknown column": (b"email,pasword\nx@a.example,y\n", "unknown column `pasword`"),
    "a hash": (b"email,password_hash\nx@a.example,y\n", "unknown column `password_hash`"),
    "twice": (
        b"email,name\nx@a.example,X\nX@A.example,Y\n",
        "lines 2 and 3 name the same person",
    ),
    "empty": (b"", "the column `email` is missing"),
    "too few cells": (b"email,name\nx@a.example\n", "line 2 has 1 cells, the head 2"),
    "too many rows": (
        b"email\n" + b"".join(b"p%d@a.example\n" % n for n in range(201)),
        "more than 200 rows",
    ),
    "too big": (b"email\n" + b"x" * sheets.TEXT_MAX, "take several"),
    "an open quote": (b'email,name\nx@a.example,"X\n', "is no CSV"),
}


@pytest.mark.parametrize(("content", "message"), FILES.values(), ids=FILES.keys())
def test_what_is_no_table_of_people_is_one_line(acting, table, database, content, message):
    before = everybody(database)
    ran = acting(AMINA, "import", table(content))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert everybody(database) == before


def test_a_file_that_is_not_there_cannot_be_read(acting, tmp_path):
    ran = acting(AMINA, "import", tmp_path / "none.csv")
    assert (ran.code, ran.out) == (7, "")
    assert ran.err.startswith("error: cannot read")


def test_odd_cells_are_told_of_row_by_row(acting, table):
    text = (
        "email,name\nnul@pwani.example,A\0B\n=cmd@pwani.example,'=1+1\nx,y\n"
        "Ann @pwani.example,Ann\n"
    )
    ran = acting(AMINA, "import", table(text), "--dry-run", "--output", "json")
    rows = json.loads(ran.out)["rows"]
    assert [(row["result"], row["column"]) for row in rows] == [
        ("cannot be done", "name"),
        ("added", ""),
        ("cannot be done", "email"),
        ("cannot be done", "email"),
    ]


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("who", [AMINA, ROOT], ids=["minigrid", "metering"])
def test_what_was_exported_is_imported_as_the_same(acting, tmp_path, form, who):
    file, again = tmp_path / f"people.{form}", tmp_path / f"again.{form}"
    assert acting(who, "export", "users", file).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    ran = acting(who, "import", file, "--output", "json")
    assert {row["result"] for row in json.loads(ran.out)["rows"]} == {"same"}
    acting(who, "export", "users", again)
    assert again.read_bytes() == file.read_bytes()


def test_what_was_imported_is_exported_as_it_was(acting, table, tmp_path, database):
    text = (
        "email,name,phone,street,timezone,language,roles,options,supply_company\n"
        f"{FRESH},Fresh One,+998 1,'=Street 1,Asia/Tashkent,uz,"
        "supply_company_admin until 2031-05-06T07:08:09Z,reporting;export,hududgaz\n"
        "two@gasmeter.example,|Two,'-7,,UTC,en,,,\n"
    )
    assert acting(ROOT, "import", table(text)).code == 0
    fresh = people.find_account(database, "gasmeter-uz", FRESH)
    assert (fresh.phone, fresh.street) == ("+998 1", "=Street 1")
    assert fresh.roles[0].expires_at == 1_935_817_689
    file = tmp_path / "out.csv"
    acting(ROOT, "export", "users", file)
    shown = {
        row["email"]: row for row in csv.DictReader(io.StringIO(file.read_text("utf-8")))
    }
    assert shown[FRESH]["phone"] == "'+998 1"
    assert shown[FRESH]["street"] == "'=Street 1"
    assert shown[FRESH]["roles"] == "supply_company_admin until 2031-05-06T07:08:09+00:00"
    assert shown["two@gasmeter.example"]["name"] == "'|Two"
    again = json.loads(acting(ROOT, "import", file, "--output", "json").out)
    assert {row["result"] for row in again["rows"]} == {"same"}


def test_things_are_exported_as_the_lists_show_them(acting, tmp_path):
    found = json.loads(acting(AMINA, "export", "customer", "--form", "json").out)
    assert (found["schema"], found["of"]) == ("authz.export/1", "customer")
    assert [one["id"] for one in found["items"]] == ["cust-1", "cust-2", "cust-3"]
    rows = csv.DictReader(io.StringIO(acting(ROOT, "export", "metering_unit").out))
    assert "mu-101" in [row["id"] for row in rows]
    places = list(csv.DictReader(io.StringIO(acting(AMINA, "export", "minigrid").out)))
    assert places[0]["parent"] in ("mafia", "pemba")


REFUSED = {
    "a field worker exports people": (SALUM, "users"),
    "a field worker exports customers": (SALUM, "customer"),
    "a financial manager exports people": (GRACE, "users"),
    "somebody without access exports units": (FRESH, "metering_unit"),
}


@pytest.mark.parametrize(("who", "what"), REFUSED.values(), ids=REFUSED.keys())
def test_an_export_is_no_way_around_the_policies(acting, tmp_path, who, what):
    file = tmp_path / "out.csv"
    file.write_text("before", encoding="utf-8")
    ran = acting(who, "export", what, file)
    assert (ran.code, ran.out) == (10, "")
    assert file.read_text("utf-8") == "before"


def test_a_file_that_cannot_be_written_leaves_nothing(acting, tmp_path):
    ran = acting(AMINA, "export", "users", tmp_path / "none" / "out.csv")
    assert ran.code == 7
    assert ran.err.startswith("error: cannot write")
