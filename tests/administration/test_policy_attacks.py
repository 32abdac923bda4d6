"""Ways around the rules of a change of the policies, each of which is closed."""

import fcntl
import os
import threading

import pytest

from authz.administration import (
    policy_activation,
    policy_approvals,
    policy_changes,
    policy_checking,
    policy_checks,
    policy_comments,
    policy_gains,
    policy_revisions,
    policy_writing,
)
from authz.administration.policy_rules import Obstacle
from authz.errors import Conflict, InvalidChange
from authz.storage import people, policy_turns
from authz.storage import policy_changes as changes
from authz.storage.events import SERVICE
from tests.administration.policy_desks import (
    FILES,
    OPERATOR,
    RULES,
    SCHEMA,
    WIDER,
    read,
    reviewed,
)


def opening(revision, base="b" * 64, **witness):
    """A review of that revision, by which one kind of requests is more open."""
    document = reviewed(())
    kind = {"subject": "user", "resource": "tenant", "action": "user:list"}
    told = {
        "kinds": [{**kind, "verdict": "looser", "gain": witness}],
        "people": {"groups": [], "undecided": ["this could not be found out"]},
    }
    document["steps"][-1]["document"] = told
    return {**document, "policy_revision": revision, "base_revision": base}


def gains(desks, number):
    return policy_approvals.standing(desks.reviewer, desks.site, number).gains


def ticked(desks, number):
    """The kinds of gains that the reviewer has ticked."""
    return [gain.kind for gain in gains(desks, number) if gain.is_ticked]


def tick_all(desks, number):
    check = policy_checks.of_change(desks.reviewer, number).number
    ids = [gain.id for gain in gains(desks, number)]
    policy_approvals.tick(desks.reviewer, desks.site, number, ids, check=check)


def test_a_tick_for_a_little_is_none_for_more_of_the_same_kind(desks):
    number = desks.staged().number
    desks.checked(number, opening("1" * 64, roles=["reviewer"]))
    tick_all(desks, number)
    assert ticked(desks, number) == ["possible", "undecided"]
    desks.checked(number, opening("1" * 64, roles=["reviewer"]))
    assert ticked(desks, number) == ["possible", "undecided"]
    files = {"desk.polar": (WIDER + "# and much more\n").encode()}
    policy_changes.restage(desks.operator, desks.site, number, files=files)
    desks.checked(number, opening("2" * 64, roles=["anybody"]))
    assert ticked(desks, number) == []


def test_a_tick_is_none_beside_other_policies(desks):
    number = desks.staged().number
    desks.checked(number, opening("1" * 64))
    tick_all(desks, number)
    desks.checked(number, opening("1" * 64, base="c" * 64))
    assert ticked(desks, number) == []


@pytest.fixture
def written(desks):
    """The directory, while another process writes it."""
    handle = os.open(desks.directory, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield desks.directory
    os.close(handle)


def cut_off(desks, rules=WIDER):
    """A change whose activation was killed before its first file."""
    change = desks.ready(rules)
    stored = changes.find(desks.database, "system", change.number)
    policy_turns.begin(
        desks.database,
        stored.candidate,
        policy_turns.ACTIVATED,
        label=OPERATOR,
        account=stored.author,
        change=change.number,
    )
    changes.update(desks.database, stored, status="activating")
    return change


def test_a_roll_back_does_not_cut_in_on_who_is_writing(desks, request):
    change = cut_off(desks)
    request.getfixturevalue("written")
    before = desks.actions()
    with pytest.raises(policy_writing.Busy):
        policy_activation.roll_back(desks.operator, desks.site, 1)
    status = policy_revisions.status(desks.reviewer, desks.site)
    assert status.unfinished.change == change.number
    found = policy_changes.find(desks.reviewer, desks.site, change.number)
    assert (found.status, desks.actions()) == ("activating", before)


def test_nothing_is_begun_while_another_process_writes(desks, request):
    change = desks.ready()
    request.getfixturevalue("written")
    before = desks.actions()
    with pytest.raises(policy_writing.Busy):
        policy_activation.activate(desks.operator, desks.site, change.number)
    assert policy_revisions.status(desks.reviewer, desks.site).unfinished is None
    assert desks.actions() == before


def test_what_was_cut_off_is_not_finished_once_nobody_would_be_left(desks):
    desks.person("second@gatehouse.example", "o2")
    only_the_second = RULES.replace('"operator"', '"o2"')
    cut_off(desks, only_the_second)
    people.set_status(
        desks.database, "system", "second@gatehouse.example", "blocked", actor=SERVICE
    )
    with pytest.raises(Obstacle, match="nobody would be left"):
        policy_activation.resume(desks.operator, desks.site)
    done = policy_activation.roll_back(desks.operator, desks.site, 1)
    assert (done.is_taken_up, read(desks.directory)) == (True, FILES)


def test_what_was_cut_off_passes_the_gate_again(desks):
    change = cut_off(desks)
    desks.refused.add(change.candidate_revision)
    with pytest.raises(Obstacle, match="the gate says no"):
        policy_activation.resume(desks.operator, desks.site)


@pytest.mark.parametrize("what", ["a file", "a link"])
def test_a_folder_that_cannot_be_made_is_said_before_anything(desks, what):
    change = desks.staged(**{"LICENSE/more_test.yaml": FILES["desk_test.yaml"]})
    desks.checked(change.number)
    desks.approved(change.number)
    if what == "a file":
        (desks.directory / "LICENSE").write_text("Apache", encoding="utf-8")
    else:
        (desks.directory.parent / "outside").mkdir()
        (desks.directory / "LICENSE").symlink_to(desks.directory.parent / "outside")
    with pytest.raises(Conflict, match="`LICENSE`"):
        policy_activation.activate(desks.operator, desks.site, change.number)
    status = policy_revisions.status(desks.reviewer, desks.site)
    assert (status.unfinished, status.health.ok) == (None, True)


def test_two_files_are_not_told_apart_by_case_alone(desks):
    with pytest.raises(InvalidChange, match="`Desk.polar`") as refused:
        desks.staged(**{"Desk.polar": RULES.encode()})
    assert refused.value.field == "files"


def stuck_review(left):
    """A review that never says a word, until it is left; and the folder of the last one."""
    folders = []

    def review(candidate, *_):
        folders.append(candidate.parent)
        left.wait(20)
        return reviewed()

    return review, folders


def test_a_check_that_another_one_replaced_is_left_although_it_is_stuck(desks, monkeypatch):
    monkeypatch.setattr(policy_checking, "BEAT_SECONDS", 0.01)
    number = desks.staged().number
    check = policy_checks.start(desks.operator, desks.site, number)
    left = threading.Event()
    review, folders = stuck_review(left)

    def edited(*sides):
        files = {"desk.polar": (WIDER + "# more\n").encode()}
        policy_changes.restage(desks.operator, desks.site, number, files=files)
        policy_checks.start(desks.operator, desks.site, number)
        return review(*sides)

    with pytest.raises(policy_checking.Unwanted):
        policy_checking.run(desks.database, check.number, edited, lambda *_: None, left.set)
    assert left.is_set()
    assert not folders[0].exists()


def test_a_check_without_an_end_is_ended(desks, monkeypatch):
    monkeypatch.setattr(policy_checking, "BEAT_SECONDS", 0.01)
    number = desks.staged().number
    check = policy_checks.start(desks.operator, desks.site, number)
    left = threading.Event()
    review, _ = stuck_review(left)

    def endless(*sides):
        desks.clock.now += policy_checks.LIMIT_SECONDS + 1
        return review(*sides)

    with pytest.raises(policy_checking.Unwanted):
        policy_checking.run(
            desks.database, check.number, endless, lambda *_: None, left.set
        )
    assert left.is_set()
    found = policy_checks.find(desks.reviewer, check.number)
    assert (found.status, "too long" in found.message) == ("interrupted", True)
    again = policy_checks.start(desks.operator, desks.site, number)
    assert again.status == "waiting"


def test_a_refused_roll_back_is_no_part_of_a_change_of_that_number(desks):
    number = desks.staged().number
    with pytest.raises(Obstacle, match="in force"):
        policy_activation.roll_back(desks.operator, desks.site, 1)
    entry = desks.events("system")[-1]
    assert (entry.action, entry.result, entry.object_type) == (
        *("policy:roll_back", "refused"),
        policy_revisions.ABOUT,
    )
    steps = policy_comments.history(desks.reviewer, number)
    assert [step.result for step in steps] == ["ok"]


def test_what_is_not_finished_is_in_the_log(desks):
    change = cut_off(desks)
    desks.refused.add(change.candidate_revision)
    with pytest.raises(Obstacle):
        policy_activation.resume(desks.operator, desks.site)
    entry = desks.events("system")[-1]
    assert (entry.action, entry.result, entry.object_id) == (
        *("policy:activate", "refused"),
        str(change.number),
    )


def dated(test):
    """Rules by which operators and reviewers may do things at some time only."""
    schema = SCHEMA.replace(
        "action_properties:",
        "  now: {type: integer, source: clock, required: true}\naction_properties:",
    )
    line = f'context.channel = "web" and\n  {test};'
    rules = RULES.replace('context.channel = "web";', line)
    return {"schema.yaml": schema.encode(), "desk.polar": rules.encode()}


def activated(desks, files):
    change = policy_changes.stage(desks.operator, desks.site, title="t", files=files)
    desks.checked(change.number)
    desks.approved(change.number)
    return policy_activation.activate(desks.operator, desks.site, change.number)


def test_policies_that_run_out_leave_nobody(desks):
    until = int(desks.clock()) + 3600
    with pytest.raises(Obstacle, match="nobody would be left"):
        activated(desks, dated(f"context.now < {until}"))
    assert read(desks.directory) == FILES


def test_policies_with_a_date_that_is_over_leave_somebody(desks):
    since = int(desks.clock()) - 3600
    assert activated(desks, dated(f"context.now > {since}")).is_taken_up


def test_a_dropped_promise_is_a_gain_that_somebody_ticks():
    found = {"rule": "promise-dropped", "message": "the promise `p` is no longer made"}
    steps = [{"step": "prove", "outcome": "skipped", "findings": [found]}]
    document = {"policy_revision": "new", "base_revision": "old", "steps": steps}
    (promise,) = [one for one in policy_gains.gains(document) if one.kind == "promise"]
    assert promise.group == {"text": "the promise `p` is no longer made"}
    (other,) = [
        one
        for one in policy_gains.gains({**document, "policy_revision": "newer"})
        if one.kind == "promise"
    ]
    assert other.id != promise.id
