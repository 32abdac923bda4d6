"""A change is checked by a process of its own, which may die."""

import json
import os
import threading
from dataclasses import replace

import pytest

from authz.administration import policy_changes, policy_checking, policy_checks
from authz.administration.desk import Refused
from authz.administration.policy_gains import gains, outcome
from authz.errors import Conflict, NotFound, RequestError
from authz.storage import policy_checks as rows
from tests.administration.policy_desks import (
    FILES,
    GAIN,
    REVIEWER,
    RULES,
    WIDER,
    read,
    reviewed,
    write,
)

#: Longer than any process lives.
GONE = 2**22 - 1


def status_of(desks, number):
    return policy_changes.find(desks.operator, desks.site, number).status


def test_a_check_looks_at_both_directories(desks):
    change = desks.staged()
    check = policy_checks.start(desks.operator, desks.site, change.number)
    assert (check.status, desks.begun) == ("waiting", [check.number])
    assert status_of(desks, change.number) == "checking"
    seen, told = [], []

    def review(candidate, base, progress):
        seen.append((read(candidate), read(base)))
        progress("reading", 3, 7)
        seen.append(policy_checks.find(desks.operator, check.number))
        return reviewed()

    def advance(*stage):
        told.append(stage)

    ran = policy_checking.run(desks.database, check.number, review, advance)
    (candidate, base), going_on = seen
    assert (base, candidate) == (FILES, {**FILES, "desk.polar": WIDER.encode()})
    assert (going_on.status, going_on.stage, going_on.done, going_on.total) == (
        *("running", "reading"),
        *(3, 7),
    )
    assert (ran.status, told) == ("passed", [("reading", 3, 7)])
    found = policy_checks.of_change(desks.reviewer, change.number)
    assert (found.status, found.is_over, found.document) == ("passed", True, reviewed())
    assert status_of(desks, change.number) == "checked"
    assert desks.actions()[-2:] == [("policy.check_asked", "ok"), ("policy.checked", "ok")]


@pytest.mark.parametrize("step", ["load", "lint", "fmt", "test", "prove"])
def test_a_step_that_fails_fails_the_change(desks, step):
    number = desks.staged().number
    assert desks.checked(number, reviewed(**{step: "failed"})).status == "failed"
    assert status_of(desks, number) == "failed"


@pytest.mark.parametrize(
    ("outcomes", "came"),
    [
        ({}, "passed"),
        ({"prove": "skipped", "fmt": "skipped"}, "passed"),
        ({"diff": "undecided"}, "passed"),
        ({"prove": "undecided"}, "undecided"),
        ({"diff": "failed"}, "failed"),
        ({"test": "skipped"}, "failed"),
        ({"lint": "undecided"}, "failed"),
        ({"prove": "odd"}, "failed"),
    ],
    ids=json.dumps,
)
def test_nothing_passes_that_was_not_found_to_be_well(outcomes, came):
    assert outcome(reviewed(**outcomes)) == came


@pytest.mark.parametrize("name", ["load", "lint", "test"])
def test_a_review_without_a_step_that_it_needs_fails(name):
    document = reviewed()
    kept = [one for one in document["steps"] if one["step"] != name]
    assert outcome({**document, "steps": kept}) == "failed"


def test_gains_are_those_of_people_then_those_that_are_possible():
    kinds = [
        {"subject": "user", "resource": "tenant", "action": action, "verdict": verdict}
        for action, verdict in (
            ("a:x", "looser"),
            ("a:y", "stricter"),
            ("a:z", "undecided"),
            ("a:w", "equal"),
        )
    ]
    people = {"groups": [GAIN, {**GAIN, "id": "l", "change": "loss"}], "undecided": ["u"]}
    document = reviewed()
    document["steps"][-1]["document"] = {"kinds": kinds, "people": people}
    found = gains(document)
    assert [gain.kind for gain in found] == ["people", "possible", "undecided"]
    assert (found[0].id, found[0].group) == ("g1", GAIN)
    assert found[1].group["actions"] == ["a:x", "a:z"]
    assert gains(document) == found
    assert len({gain.id for gain in found}) == 3


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(None, id="no review"),
        pytest.param({"steps": []}, id="no step"),
        pytest.param({"steps": [{"step": "diff", "document": None}]}, id="no difference"),
    ],
)
def test_a_difference_that_is_not_known_must_be_ticked_too(document):
    assert [gain.kind for gain in gains(document)] == ["unknown"]


def test_without_people_it_is_not_known_who_gains():
    document = reviewed()
    document["steps"][-1]["document"] = {"kinds": [], "people": None}
    assert [gain.kind for gain in gains(document)] == ["undecided"]


def test_tests_that_passed_are_not_kept(desks):
    number = desks.staged().number
    document = reviewed()
    cases = [{"name": "a", "passed": True}, {"name": "b", "passed": False}]
    document["steps"][3]["document"] = {"cases": cases, "coverage": None}
    check = desks.checked(number, document)
    kept = policy_checks.step(check.document, "test")["document"]
    assert kept == {"cases": [cases[1]], "coverage": None}


def test_a_process_that_is_gone_is_noticed(desks):
    number = desks.staged().number
    check = policy_checks.start(desks.operator, desks.site, number)
    rows.beat(desks.database, check.number, status="running", pid=GONE)
    found = policy_checks.find(desks.operator, check.number)
    assert (found.status, found.is_over) == ("interrupted", True)
    assert "its process is gone" in found.message
    assert status_of(desks, number) == "failed"
    again = policy_checks.start(desks.operator, desks.site, number)
    assert again.status == "waiting"


@pytest.mark.parametrize(("row", "seconds"), [({}, 121), ({"pid": os.getpid()}, 61)])
def test_a_process_that_says_nothing_is_taken_for_dead(desks, row, seconds):
    number = desks.staged().number
    check = policy_checks.start(desks.operator, desks.site, number)
    rows.beat(desks.database, check.number, **row)
    desks.clock.now += seconds - 2
    assert not policy_checks.find(desks.operator, check.number).is_over
    desks.clock.now += 2
    assert policy_checks.find(desks.operator, check.number).status == "interrupted"


def test_a_process_that_cannot_be_started_is_said(desks):
    number = desks.staged().number

    def fails(_number):
        raise OSError("no more processes")

    check = policy_checks.start(desks.operator, replace(desks.site, start=fails), number)
    assert (check.status, "no more processes" in check.message) == ("interrupted", True)


def test_what_goes_wrong_in_a_review_is_said(desks):
    number = desks.staged().number
    check = policy_checks.start(desks.operator, desks.site, number)

    def review(*_):
        raise RequestError("git is not there")

    ran = policy_checking.run(desks.database, check.number, review, lambda *_: None)
    assert ran.status == "interrupted"
    assert "git is not there" in policy_checks.find(desks.operator, check.number).message
    assert status_of(desks, number) == "failed"


def test_a_crash_ends_the_check_and_is_raised(desks):
    number = desks.staged().number
    check = policy_checks.start(desks.operator, desks.site, number)

    def review(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        policy_checking.run(desks.database, check.number, review, lambda *_: None)
    assert policy_checks.find(desks.operator, check.number).status == "interrupted"


def test_another_edit_makes_a_check_worthless(desks):
    change = desks.staged()
    check = policy_checks.start(desks.operator, desks.site, change.number)

    def review(candidate, base, progress):
        files = {"desk.polar": (WIDER + "# more\n").encode()}
        policy_changes.restage(desks.operator, desks.site, change.number, files=files)
        return reviewed()

    policy_checking.run(desks.database, check.number, review, lambda *_: None)
    found = policy_changes.find(desks.operator, desks.site, change.number)
    assert (found.status, found.check) == ("draft", None)


def test_a_check_that_another_one_replaced_ends_by_itself(desks):
    number = desks.staged().number
    first = policy_checks.start(desks.operator, desks.site, number)
    files = {"desk.polar": (WIDER + "# more\n").encode()}
    policy_changes.restage(desks.operator, desks.site, number, files=files)
    second = policy_checks.start(desks.operator, desks.site, number)
    with pytest.raises(policy_checking.Unwanted):
        policy_checking.run(
            desks.database, first.number, lambda *_: reviewed(), lambda *_: None
        )
    assert status_of(desks, number) == "checking"
    assert policy_checks.of_change(desks.operator, number).number == second.number


def test_a_change_is_checked_once_at_a_time_and_two_in_all(desks):
    numbers = [desks.staged().number for _ in range(3)]
    policy_checks.start(desks.operator, desks.site, numbers[0])
    with pytest.raises(Conflict, match="already"):
        policy_checks.start(desks.operator, desks.site, numbers[0])
    policy_checks.start(desks.operator, desks.site, numbers[1])
    with pytest.raises(Conflict, match="other checks"):
        policy_checks.start(desks.operator, desks.site, numbers[2])
    latest = policy_changes.find(desks.operator, desks.site, numbers[0]).base
    with pytest.raises(Conflict, match="other checks"):
        policy_checks.start_reverse(desks.operator, desks.site, latest)


def test_a_check_moves_a_change_to_what_is_in_force(desks):
    change = desks.staged()
    write(desks.directory, {"desk_test.yaml": b"version: 1\nsuite: x\ntests: []\n"})
    desks.checked(change.number)
    now = policy_changes.find(desks.operator, desks.site, change.number)
    assert (now.status, now.is_outdated) == ("checked", False)
    assert now.base != change.base
    write(desks.directory, {"desk.polar": (RULES + "# by hand\n").encode()})
    desks.policies.reload()
    with pytest.raises(Conflict, match="changed in force"):
        policy_checks.start(desks.operator, desks.site, change.number)


def test_a_look_at_a_roll_back_belongs_to_no_change(desks):
    change = desks.staged()
    look = policy_checks.start_reverse(desks.reviewer, desks.site, change.candidate)
    policy_checking.run(desks.database, look.number, lambda *_: reviewed(), lambda *_: None)
    found = policy_checks.reverse(desks.reviewer, desks.site, change.candidate)
    assert (found.number, found.change, found.asked_by) == (look.number, None, REVIEWER)
    assert policy_checks.of_content(desks.reviewer, change.candidate).number == look.number
    assert policy_checks.of_change(desks.reviewer, change.number) is None
    with pytest.raises(NotFound):
        policy_checks.start_reverse(desks.reviewer, desks.site, "0" * 64)
    with pytest.raises(Refused):
        policy_checks.find(desks.desk("amina.owner@pwani.example"), look.number)


def test_the_process_says_meanwhile_that_it_lives(desks, monkeypatch):
    monkeypatch.setattr(policy_checking, "BEAT_SECONDS", 0.01)
    number = desks.staged().number
    check = policy_checks.start(desks.operator, desks.site, number)
    beaten = threading.Event()

    def review(*_):
        desks.clock.now += 1000
        began = check.asked_at + 999
        for _ in range(500):
            if rows.find(desks.database, check.number).beat_at > began:
                beaten.set()
                break
            beaten.wait(0.01)
        return reviewed()

    policy_checking.run(desks.database, check.number, review, lambda *_: None)
    assert beaten.is_set()
