"""`authz policy`: a change of a small policy directory, from the command line."""

import errno
import json
import os
import sys
import time
from pathlib import Path

import pytest

from authz.administration import policy_checks, policy_process
from authz.cli import policy_process as checker
from authz.cli.exits import Exit
from authz.cli.policy_shown import exit_of_check
from authz.cli.setup import Setup
from authz.config import load
from authz.decisions.last_good import LastGood
from authz.engine.source import MARKER, read_directory
from authz.storage import policy_checks as rows
from tests.administration.policy_desks import (
    FILES,
    OPERATOR,
    REVIEWER,
    RULES,
    TEST,
    WIDER,
    read,
    write,
)
from tests.cli.conftest import CONFIG

WIDER_TEST = TEST.replace(
    "[policy:read, policy:stage, policy:approve]\n",
    "[policy:read, policy:stage, policy:approve, user:list]\n",
)


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> Path:
    """What has passed the checks once, for all tests here."""
    return tmp_path_factory.mktemp("records")


@pytest.fixture
def directory(folder, records, monkeypatch) -> Path:
    """The policies that the commands work on."""
    made = write(folder / "policies")
    monkeypatch.setenv("AUTHZ_POLICY__DIR", str(made))
    monkeypatch.setenv("AUTHZ_POLICY__RECORD", str(records / "passed.json"))
    monkeypatch.setenv("AUTHZ_POLICY__PROOFS", str(records / "proofs.json"))
    return made


@pytest.fixture
def edited(directory, tmp_path) -> Path:
    """The directory as it is to be."""
    files = {"desk.polar": WIDER.encode(), "desk_test.yaml": WIDER_TEST.encode()}
    return write(tmp_path / "edited", {**FILES, **files})


def told(ran):
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_a_change_is_staged_checked_approved_activated_and_rolled_back(
    acting, directory, edited
):
    staged = acting(
        *(OPERATOR, "policy", "stage", edited, "--title", "Reviewers see people"),
        *("--description", "They ask\nfor it", "--output", "json"),
    )
    assert told(staged)["change"]["status"] == "draft"
    checked = acting(OPERATOR, "policy", "check", "1")
    assert (checked.code, checked.out.splitlines()[0]) == (0, "check 1: passed")
    shown = acting(REVIEWER, "policy", "show", "1")
    assert "changed: desk.polar" in shown.out
    assert "approve: " in shown.out
    standing = told(acting(REVIEWER, "policy", "show", "1", "--output", "json"))["standing"]
    assert standing["gains"]
    refused = acting(REVIEWER, "policy", "approve", "1")
    assert (refused.code, refused.out) == (5, "")
    assert "are not ticked by you" in refused.err
    gains = [part for gain in standing["gains"] for part in ("--gain", gain["id"])]
    assert acting(OPERATOR, "policy", "approve", "1", *gains).code == 5
    approved = acting(REVIEWER, "policy", "approve", "1", *gains, "--comment", "Yes")
    assert (approved.code, "approved" in approved.out) == (0, True)
    assert acting(REVIEWER, "policy", "activate", "1").code == 10
    activated = acting(OPERATOR, "policy", "activate", "1")
    assert (activated.code, "activated, in force" in activated.out) == (0, True)
    assert read(directory) == read(edited)
    revisions = told(acting(REVIEWER, "policy", "revisions", "--output", "json"))
    assert [one["kind"] for one in revisions["revisions"]] == ["activated", "found"]
    back = acting(OPERATOR, "policy", "roll-back", "1", "--reason", "Too wide")
    assert (back.code, "rolled back, in force" in back.out) == (0, True)
    assert read(directory) == FILES
    status = acting(REVIEWER, "policy", "status")
    assert "the files are what decides" in status.out
    listed = acting(REVIEWER, "policy", "list", "--status", "active")
    assert listed.out.splitlines()[1].split()[:2] == ["1", "active"]


def test_a_look_at_a_roll_back_is_a_check_of_no_change(acting, directory, edited):
    acting(OPERATOR, "policy", "status")
    write(directory, read(edited))
    looked = acting(OPERATOR, "policy", "check", "--revision", "1", "--output", "json")
    check = told(looked)["check"]
    assert (check["change"], check["status"]) == (None, "passed")
    [diff] = [one for one in check["document"]["steps"] if one["step"] == "diff"]
    groups = diff["document"]["people"]["groups"]
    assert {group["change"] for group in groups} == {"loss"}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        pytest.param({"desk.polar": b"permit(\n"}, 3, id="does not load"),
        pytest.param({"desk.polar": WIDER.encode()}, 4, id="a test fails"),
        pytest.param(
            {"desk.polar": RULES.replace("  role in", "     role in").encode()},
            5,
            id="another layout",
        ),
    ],
)
def test_a_check_exits_by_what_it_found(acting, directory, tmp_path, files, code):
    [(name, content)] = files.items()
    (tmp_path / name).write_bytes(content)
    acting(OPERATOR, "policy", "stage", tmp_path / name, "--title", "t")
    assert acting(OPERATOR, "policy", "check", "1").code == code
    assert "failed" in acting(OPERATOR, "policy", "list").out


def test_what_could_not_be_decided_exits_with_6():
    check = policy_checks.Check(
        *(1, None, "b", "c", "b", "c", "undecided", "", 0, 0, "a", 0.0, 0.0, True, ""),
        document={"steps": [{"step": "prove", "outcome": "undecided"}]},
    )
    assert exit_of_check(check) is Exit.INDETERMINATE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("stage", CONFIG), "needs a `--title`", id="no title"),
        pytest.param(("stage", "--title", "t"), "nothing is different", id="no file"),
        pytest.param(("check",), "name a CHANGE or", id="check of nothing"),
        pytest.param(("activate",), "name a CHANGE or", id="activation of nothing"),
        pytest.param(("activate", "9"), "no change 9", id="unknown change"),
        pytest.param(("roll-back", "9"), "no revision number 9", id="unknown revision"),
        pytest.param(
            ("stage", "x.yaml", "--title", "t", "--delete", "desk.pola"),
            "did you mean",
            id="unknown file",
        ),
    ],
)
def test_a_wrong_question_exits_with_2(acting, directory, monkeypatch, arguments, message):
    monkeypatch.chdir(directory.parent)
    Path("x.yaml").write_bytes(b"version: 1\npolicies: {}\n")
    ran = acting(OPERATOR, "policy", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_who_may_not_exits_with_10(acting, directory):
    ran = acting("amina.owner@pwani.example", "policy", "list")
    assert (ran.code, ran.out) == (10, "")


def test_a_change_is_rejected_or_withdrawn(acting, directory, edited):
    for _ in range(2):
        acting(OPERATOR, "policy", "stage", edited, "--title", "t")
    rejected = acting(REVIEWER, "policy", "reject", "1", "--reason", "Too wide")
    assert (rejected.code, "rejected" in rejected.out) == (0, True)
    withdrawn = acting(OPERATOR, "policy", "withdraw", "2", "--output", "json")
    assert told(withdrawn)["change"]["status"] == "withdrawn"
    assert acting(OPERATOR, "policy", "withdraw", "2").code == 2


def test_another_edit_of_a_change_takes_its_number(acting, directory, edited, tmp_path):
    acting(OPERATOR, "policy", "stage", edited, "--title", "t")
    (tmp_path / "desk.polar").write_bytes(WIDER.encode() + b"# mended\n")
    again = acting(
        *(OPERATOR, "policy", "stage", tmp_path / "desk.polar", "--change", "1"),
        *("--delete", "fixtures/people.yaml", "--output", "json"),
    )
    assert told(again)["change"]["number"] == 1
    shown = acting(OPERATOR, "policy", "show", "1").out
    assert "removed: fixtures/people.yaml" in shown
    assert "changed: desk_test.yaml" in shown


def cut_off(directory):
    """Leaves the directory as a process that was killed in the middle."""
    (directory / MARKER).write_bytes(b"{}")
    (directory / "desk.polar").write_bytes(b"half")


def test_an_activation_that_was_cut_off_is_resumed(acting, directory, folder):
    acting(OPERATOR, "policy", "status")
    LastGood(folder / "last-good").keep(read_directory(directory))
    cut_off(directory)
    status = acting(REVIEWER, "policy", "status")
    assert (status.code, "degraded: " in status.out) == (0, True)
    assert "authz policy activate --resume" in status.err
    assert acting(REVIEWER, "policy", "activate", "--resume").code == 10
    assert acting(OPERATOR, "policy", "activate", "--resume").code == 0
    assert read(directory) == FILES
    assert acting(OPERATOR, "policy", "activate", "--resume").code == 5


def test_without_any_policies_nobody_is_asked(acting, directory):
    cut_off(directory)
    ran = acting(OPERATOR, "policy", "activate", "--resume")
    assert (ran.code, ran.out) == (3, "")
    assert "was cut off" in ran.err


@pytest.fixture
def breaking():
    """A disk that breaks when a file of that name is moved to its place."""
    bad = []

    def hook(event, arguments):
        if bad and event == "os.rename" and Path(arguments[1]).name in bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    sys.addaudithook(hook)
    yield bad
    bad.clear()


def test_an_activation_that_does_not_come_to_its_end_exits_with_7(
    acting, directory, edited, breaking
):
    acting(OPERATOR, "policy", "stage", edited, "--title", "t")
    acting(OPERATOR, "policy", "check", "1")
    shown = told(acting(REVIEWER, "policy", "show", "1", "--output", "json"))
    gains = [part for one in shown["standing"]["gains"] for part in ("--gain", one["id"])]
    acting(REVIEWER, "policy", "approve", "1", *gains)
    breaking.append("desk.polar")
    ran = acting(OPERATOR, "policy", "activate", "1")
    assert (ran.code, ran.out) == (7, "")
    assert "goes on to decide" in ran.err
    assert (directory / MARKER).exists()


def test_a_process_of_its_own_makes_a_check(acting, directory, edited, database, folder):
    acting(OPERATOR, "policy", "stage", edited, "--title", "t")
    change_row = "SELECT base, candidate FROM policy_change"
    [(base, candidate)] = database.db.execute_sql(change_row)
    made = rows.add(
        database,
        "system",
        change=1,
        base=base,
        candidate=candidate,
        account="u",
        label=OPERATOR,
    )
    database.db.execute_sql("UPDATE policy_change SET status = 'checking'")
    policy_process.start(Setup(CONFIG, folder).config(), made.number)
    ends = time.monotonic() + 120
    while time.monotonic() < ends and not rows.find(database, made.number).is_over:
        time.sleep(0.1)
    found = rows.find(database, made.number)
    assert (found.status, found.message) == ("passed", "")
    [(status,)] = database.db.execute_sql("SELECT status FROM policy_change")
    assert status == "checked"


def test_a_process_whose_answer_nobody_wants_is_gone(
    acting, directory, edited, database, folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    # WHY a record of its own: what has not passed before takes longer than a beat.
    monkeypatch.setenv("AUTHZ_POLICY__RECORD", str(tmp_path / "passed.json"))
    acting(OPERATOR, "policy", "stage", edited, "--title", "t")
    [(base, candidate)] = database.db.execute_sql(
        "SELECT base, candidate FROM policy_change"
    )
    sides = {"base": base, "candidate": candidate}
    made = rows.add(database, "system", change=1, account="u", label=OPERATOR, **sides)
    policy_process.start(Setup(CONFIG, folder).config(), made.number)
    wait_for(lambda: rows.find(database, made.number).pid)
    pid = rows.find(database, made.number).pid
    assert os.getpriority(os.PRIO_PROCESS, pid) >= checker.NICENESS
    assert rows.end(database, made.number, "interrupted")
    wait_for(lambda: not is_there(pid))
    assert not list(tmp_path.glob("authz-check-*"))


def wait_for(come):
    """Until it is so."""
    ends = time.monotonic() + 60
    while not come():
        assert time.monotonic() < ends, "it never was"
        time.sleep(0.02)


def is_there(pid):
    return Path(f"/proc/{pid}").exists()


def test_every_setting_is_handed_to_the_process(folder):
    settings = Setup(CONFIG, folder).config()
    assert load(None, {}, policy_process.flags_of(settings)).store == settings.store
    flags = json.loads(json.dumps(policy_process.flags_of(settings)))
    again = load(None, {}, flags)
    assert policy_process.flags_of(again) == flags


def test_decisions_of_the_last_day_are_made_again(folder, tmp_path, monkeypatch):
    log = tmp_path / "decisions"
    settings = load(None, {}, {"decisions.log.dir": log})
    assert checker.recent(settings, 0.0) is None
    log.mkdir()
    names = [f"2026010{n}T000000Z-1-1.jsonl" for n in (1, 2, 3)]
    for day, name in enumerate(names):
        (log / name).write_bytes(b"{}\n")
        os.utime(log / name, (day * 86_400, day * 86_400))
    monkeypatch.setattr(checker, "REPLAYED_SECONDS", 86_400.0)
    kept = checker.recent(settings, 2 * 86_400.0)
    assert [path.name for path in kept] == names[1:]
