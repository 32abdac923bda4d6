import csv
import io
import json
import sqlite3

import pytest

from authz.storage import events, tenants
from authz.storage.database import migrate, open_database
from tests.administration.names import AMINA, SALUM
from tests.cli.conftest import CONFIG

OPERATOR = "operator@gatehouse.example"


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "password"
    file.write_text("meter2026y\n", encoding="utf-8")
    return file


def test_an_operator_makes_a_company_suspends_and_resumes_it(acting, database, secret):
    made = acting(
        *(OPERATOR, "tenant", "add", "delta", "--name", "Delta Power"),
        *("--kind", "minigrid", "--owner", "own@delta.example"),
        *("--owner-name", "Dora D.", "--password-file", secret, "--output", "json"),
    )
    assert json.loads(made.out)["tenant"]["people"] == 1
    assert acting("own@delta.example", "user", "list").code == 0
    assert acting(OPERATOR, "tenant", "suspend", "delta").code == 0
    assert acting("own@delta.example", "user", "list").code == 10
    assert acting(OPERATOR, "tenant", "resume", "delta").code == 0
    assert acting("own@delta.example", "user", "list").code == 0
    listed = json.loads(acting(OPERATOR, "tenant", "list", "--output", "json").out)
    assert "delta" in [one["slug"] for one in listed["tenants"]]
    last = events.entries(database, "system")[-1]
    assert (last.actor_label, last.channel) == (OPERATOR, "command_line")


@pytest.mark.parametrize("arguments", [("list",), ("suspend", "ziwa"), ("resume", "ziwa")])
def test_only_operators_look_after_companies(acting, database, arguments):
    ran = acting(AMINA, "tenant", *arguments)
    assert (ran.code, ran.out) == (10, "")
    assert tenants.find_tenant(database, "ziwa").status == "active"


def test_the_company_of_the_operators_works_on(acting, database):
    ran = acting(OPERATOR, "tenant", "suspend", "system")
    assert ran.code == 2
    assert tenants.find_tenant(database, "system").status == "active"


@pytest.mark.usefixtures("patient")
def test_a_new_installation_gets_its_first_operator_once(authz, tmp_path, secret):
    migrate(tmp_path / "gatehouse.db")
    at = ("-c", CONFIG, "--data", tmp_path)
    command = ("tenant", "first-operator", "ada@example.org", "--name", "Ada Moe")
    made = authz(*command, "--password-file", secret, *at)
    assert (made.code, made.err) == (0, "")
    listed = authz("tenant", "list", *at, "--as", "ada@example.org")
    assert listed.out.splitlines()[1].split()[0] == "system"
    again = authz(*command, "--password-file", secret, *at)
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith("error: there are operators already")
    database = open_database(tmp_path / "gatehouse.db", lambda: 0.0)
    first = events.entries(database, "system")[0]
    database.close()
    assert (first.action, first.actor_kind) == ("tenant.created", "command_line")


@pytest.mark.usefixtures("patient")
def test_a_bad_first_operator_leaves_nothing(authz, tmp_path):
    migrate(tmp_path / "gatehouse.db")
    weak = tmp_path / "weak"
    weak.write_text("short1\n", encoding="utf-8")
    ran = authz(
        *("tenant", "first-operator", "ada@example.org", "--name", "Ada Moe"),
        *("--password-file", weak, "-c", CONFIG, "--data", tmp_path),
    )
    assert (ran.code, ran.err) == (
        2,
        "error: the password must have at least 8 characters\n",
    )
    database = open_database(tmp_path / "gatehouse.db", lambda: 0.0)
    assert tenants.list_tenants(database) == []
    database.close()


def test_events_are_listed_by_filters_and_exported_whole(acting, tmp_path):
    acting(AMINA, "user", "block", SALUM)
    acting(SALUM, "user", "list")
    found = acting(AMINA, "events", "list", "--action", "user.", "--output", "json")
    assert {one["action"].partition(".")[0] for one in json.loads(found.out)["events"]} == {
        "user"
    }
    refused = acting(AMINA, "events", "list", "--result", "refused")
    head, row = refused.out.splitlines()
    assert head.split()[0] == "SEQ"
    assert SALUM in row
    assert "command_line" in row
    none = acting(AMINA, "events", "list", "--until", "2001-01-01")
    assert len(none.out.splitlines()) == 1
    file = tmp_path / "log.jsonl"
    acting(AMINA, "events", "export", file)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [one["seq"] for one in lines] == list(range(1, len(lines) + 1))
    rows = csv.DictReader(io.StringIO(acting(AMINA, "events", "export").out))
    assert len(list(rows)) == len(lines)


@pytest.mark.parametrize("command", ["list", "export", "verify"])
def test_who_may_not_read_the_log_reads_nothing_of_it(acting, command):
    ran = acting(SALUM, "events", command)
    assert (ran.code, ran.out) == (10, "")


def test_a_wrong_day_is_named(acting):
    ran = acting(AMINA, "events", "list", "--since", "yesterday")
    assert (ran.code, ran.out) == (2, "")
    assert "is no day as 2026-11-22" in ran.err


def test_verify_names_the_first_event_that_was_changed(acting, folder):
    whole = acting(AMINA, "events", "verify")
    assert whole.code == 0
    assert whole.out.startswith("the log of `pwani` is whole: ")
    with sqlite3.connect(folder / "gatehouse.db") as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute(
            "UPDATE event SET actor_label = 'x' WHERE tenant = 'pwani' AND seq = 7"
        )
    connection.close()
    broken = acting(AMINA, "events", "verify")
    assert (broken.code, broken.err) == (5, "")
    assert "is broken at event 7" in broken.out
    said = json.loads(acting(AMINA, "events", "verify", "--output", "json").out)
    assert (said["ok"], said["first_bad"]) == (False, 7)
