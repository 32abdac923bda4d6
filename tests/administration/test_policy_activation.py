"""Policies come into force and go out of it, and somebody is left who can do that again."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from authz.administration import (
    policy_activation,
    policy_approvals,
    policy_changes,
    policy_revisions,
    policy_writing,
)
from authz.administration.desk import Refused
from authz.administration.policy_rules import Obstacle
from authz.engine import source
from authz.engine.source import MARKER, source_of
from authz.errors import Conflict, Forbidden, NotFound, RequestError
from authz.storage import people, policy_sets, policy_turns
from authz.storage.events import SERVICE
from tests.administration.conftest import Clock
from tests.administration.names import AMINA
from tests.administration.policy_desks import (
    CLOSING,
    FILES,
    OPERATOR,
    RULES,
    WIDER,
    Desks,
    read,
    write,
)

ROOT = Path(__file__).parents[2]
WIDE_FILES = {**FILES, "desk.polar": WIDER.encode()}


def turns(desks):
    return policy_revisions.turns(desks.reviewer, desks.site)


def test_an_approved_change_comes_into_force(desks):
    assert not desks.reviewer.may("user:list", "tenant", "system")
    change = desks.ready()
    done = policy_activation.activate(desks.operator, desks.site, change.number)
    assert done.is_taken_up
    assert (done.turn.revision, done.turn.by) == (change.candidate_revision, OPERATOR)
    assert (done.turn.kind, done.turn.change) == ("activated", change.number)
    assert read(desks.directory) == WIDE_FILES
    assert desks.reviewer.may("user:list", "tenant", "system")
    now = policy_changes.find(desks.operator, desks.site, change.number)
    assert (now.status, now.is_open) == ("active", False)
    assert [turn.kind for turn in turns(desks)] == ["activated", "found"]
    assert [turn.is_in_force for turn in turns(desks)] == [True, False]
    assert desks.actions()[-2:] == [
        ("policy.activation_begun", "ok"),
        ("policy.activated", "ok"),
    ]


def test_other_changes_are_to_be_checked_again_then(desks):
    other = desks.staged(RULES + "# other\n")
    desks.checked(other.number)
    desks.approved(other.number)
    desks.activated()
    assert policy_changes.find(desks.operator, desks.site, other.number).is_outdated
    with pytest.raises(Obstacle, match="other policies came into force"):
        policy_activation.activate(desks.operator, desks.site, other.number)


@pytest.mark.parametrize("status", ["draft", "checked", "rejected", "active"])
def test_only_what_is_approved_is_activated(desks, status):
    change = desks.staged()
    if status == "checked":
        desks.checked(change.number)
    elif status == "rejected":
        policy_approvals.reject(desks.reviewer, desks.site, change.number, reason="no")
    elif status == "active":
        desks.checked(change.number)
        desks.approved(change.number)
        policy_activation.activate(desks.operator, desks.site, change.number)
    before = read(desks.directory)
    with pytest.raises(Obstacle, match="not approved|closed"):
        policy_activation.activate(desks.operator, desks.site, change.number)
    assert read(desks.directory) == before


def test_a_reviewer_activates_and_rolls_back_nothing(desks):
    change = desks.ready()
    for refused in (
        lambda: policy_activation.activate(desks.reviewer, desks.site, change.number),
        lambda: policy_activation.roll_back(desks.reviewer, desks.site, 1),
        lambda: policy_activation.resume(desks.reviewer, desks.site),
    ):
        with pytest.raises(Refused):
            refused()
    assert read(desks.directory) == FILES


def test_the_gate_is_passed_again(desks):
    change = desks.ready()
    desks.refused.add(change.candidate_revision)
    with pytest.raises(Obstacle, match=r"refused: desk.polar:3: the gate says no"):
        policy_activation.activate(desks.operator, desks.site, change.number)
    assert (read(desks.directory), desks.actions()[-1]) == (
        FILES,
        ("policy:activate", "refused"),
    )


@pytest.mark.parametrize("action", ["read", "activate", "roll_back"])
def test_somebody_is_left_who_may_undo_it(desks, action):
    rules = RULES.replace(f'may("operator", "policy:{action}");', "")
    change = desks.ready(rules)
    with pytest.raises(Obstacle, match="nobody would be left"):
        policy_activation.activate(desks.operator, desks.site, change.number)
    assert read(desks.directory) == FILES
    status = policy_changes.find(desks.operator, desks.site, change.number).status
    assert status == "approved"


def test_the_one_who_is_left_is_there_and_active(desks):
    # WHY two roles: by the new policies only another one may.
    rules = RULES.replace('may("operator", "policy:activate")', 'may("o2", "policy:read")')
    rules = rules.replace(
        'may("operator", "policy:roll_back")', 'may("o2", "policy:stage")'
    )
    rules += 'may("o2", "policy:activate"); may("o2", "policy:roll_back");\n'
    desks.person("second@gatehouse.example", "o2")
    change = desks.ready(rules)
    people.set_status(
        desks.database, "system", "second@gatehouse.example", "blocked", actor=SERVICE
    )
    with pytest.raises(Obstacle, match="nobody would be left"):
        policy_activation.activate(desks.operator, desks.site, change.number)
    people.set_status(
        desks.database, "system", "second@gatehouse.example", "active", actor=SERVICE
    )
    assert policy_activation.activate(desks.operator, desks.site, change.number).is_taken_up


def test_one_person_is_left_who_may_all_of_it(desks):
    rules = RULES.replace('may("operator", "policy:roll_back")', 'may("o2", "policy:read")')
    rules += 'may("o2", "policy:roll_back");\n'
    desks.person("second@gatehouse.example", "o2")
    change = desks.ready(rules)
    with pytest.raises(Obstacle, match="nobody would be left"):
        policy_activation.activate(desks.operator, desks.site, change.number)


def test_an_old_page_activates_nothing(desks):
    change = desks.ready()
    with pytest.raises(Conflict, match="since you opened it"):
        policy_activation.activate(
            desks.operator, desks.site, change.number, version="0" * 16
        )


def test_any_earlier_revision_comes_back(desks):
    desks.activated()
    desks.activated(RULES + "# third\n")
    first = turns(desks)[-1]
    assert policy_activation.roll_back_obstacles(desks.reviewer, desks.site, 1) == ()
    done = policy_activation.roll_back(
        desks.operator, desks.site, first.number, reason="Too wide."
    )
    assert (done.turn.kind, done.is_taken_up) == ("rolled_back", True)
    assert read(desks.directory) == FILES
    assert [turn.kind for turn in turns(desks)] == [
        *("rolled_back", "activated", "activated", "found"),
    ]
    begun, ended = desks.events("system")[-2:]
    assert (begun.action, ended.action) == (
        "policy.activation_begun",
        "policy.rolled_back",
    )
    assert json.loads(begun.after)["reason"] == "Too wide."


def test_what_is_in_force_needs_no_roll_back(desks):
    turn = turns(desks)[0]
    with pytest.raises(Obstacle, match="in force"):
        policy_activation.roll_back(desks.operator, desks.site, turn.number)
    with pytest.raises(NotFound):
        policy_activation.roll_back(desks.operator, desks.site, 99)


def test_a_roll_back_leaves_somebody_too(desks):
    closing = write(desks.directory, {"desk.polar": CLOSING.encode()})
    desks.policies.reload()
    closed = turns(desks)[0]
    write(closing)
    desks.policies.reload()
    assert len(turns(desks)) == 2
    with pytest.raises(Obstacle, match="nobody would be left"):
        policy_activation.roll_back(desks.operator, desks.site, closed.number)
    desks.refused.add(closed.revision)
    with pytest.raises(Obstacle, match="the gate says no"):
        policy_activation.roll_back(desks.operator, desks.site, closed.number)


def test_an_edit_by_hand_is_written_down_as_found(desks):
    first = policy_revisions.in_force(desks.reviewer, desks.site)
    assert (first.kind, first.by, first.is_in_force) == ("found", "", True)
    write(desks.directory, {"desk.polar": WIDER.encode()})
    assert policy_revisions.in_force(desks.reviewer, desks.site) == first
    desks.policies.reload()
    policy_revisions.note(desks.database, desks.site)
    second = policy_revisions.in_force(desks.reviewer, desks.site)
    assert second.revision == source_of(WIDE_FILES).revision
    assert policy_revisions.files_of(desks.reviewer, second.content) == WIDE_FILES
    entry = desks.events("system")[-1]
    assert (entry.action, entry.actor_id) == ("policy.found", SERVICE.id)
    assert json.loads(entry.after)["files"].keys() == {"desk.polar"}


def test_tests_that_were_edited_are_written_down_too(desks):
    first = policy_revisions.in_force(desks.reviewer, desks.site)
    write(desks.directory, {"desk_test.yaml": b"version: 1\nsuite: x\ntests: []\n"})
    second = policy_revisions.in_force(desks.reviewer, desks.site)
    assert (first.revision, first.content) != (second.revision, second.content)
    assert first.revision == second.revision


def test_a_broken_edit_is_not_in_force(desks):
    first = policy_revisions.in_force(desks.reviewer, desks.site)
    write(desks.directory, {"desk.polar": b"permit(\n"})
    desks.policies.reload()
    assert policy_revisions.in_force(desks.reviewer, desks.site) == first
    status = policy_revisions.status(desks.reviewer, desks.site)
    assert not status.health.ok
    assert (status.turn, status.unfinished, status.is_writable) == (first, None, True)


def test_a_broken_edit_is_mended_by_a_roll_back_or_an_activation(desks):
    change = desks.ready()
    write(desks.directory, {"desk.polar": b"permit(\n"})
    desks.policies.reload()
    done = policy_activation.activate(desks.operator, desks.site, change.number)
    assert done.is_taken_up
    assert policy_revisions.status(desks.reviewer, desks.site).health.ok


def test_a_directory_that_cannot_be_written_is_said_before_anything(desks):
    change = desks.ready()
    gone = replace(desks.site, directory=desks.directory / "gone")
    with pytest.raises(Obstacle, match="cannot be written here"):
        policy_activation.activate(desks.operator, gone, change.number)
    policy_activation.activate(desks.operator, desks.site, change.number)
    with pytest.raises(Obstacle, match="cannot be written here"):
        policy_activation.roll_back(desks.operator, gone, 1)


def test_what_could_not_be_begun_is_as_if_it_had_not_been_tried(desks):
    change = desks.ready()
    (desks.directory / policy_writing.WAITING).write_text("in the way", encoding="utf-8")
    with pytest.raises(Conflict, match="nothing was changed"):
        policy_activation.activate(desks.operator, desks.site, change.number)
    found = policy_changes.find(desks.operator, desks.site, change.number)
    assert found.status == "approved"
    assert policy_revisions.status(desks.reviewer, desks.site).unfinished is None
    assert desks.actions()[-1] == ("policy.activated", "refused")
    (desks.directory / policy_writing.WAITING).unlink()
    assert policy_activation.activate(desks.operator, desks.site, change.number).is_taken_up


def test_whoever_brings_in_policies_is_asked_by_those_in_force(desks):
    desks.activated()
    write(desks.directory, {"desk.polar": WIDER.replace("operator", "nobody").encode()})
    desks.policies.reload()
    with pytest.raises(Refused):
        policy_activation.roll_back(desks.operator, desks.site, 1)


def test_nobody_else_sees_what_is_and_was_in_force(desks):
    desk = desks.desk(AMINA)
    for refused in (
        lambda: policy_revisions.status(desk, desks.site),
        lambda: policy_revisions.in_force(desk, desks.site),
        lambda: policy_revisions.turns(desk, desks.site),
        lambda: policy_revisions.files_of(desk, "0" * 64),
        lambda: policy_activation.roll_back_obstacles(desk, desks.site, 1),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_the_list_of_revisions_goes_on(desks):
    desks.activated()
    latest, first = turns(desks)
    assert policy_revisions.turns(desks.reviewer, desks.site, limit=1) == (latest,)
    rest = policy_revisions.turns(desks.reviewer, desks.site, before=latest.number)
    assert rest == (first,)
    assert policy_revisions.find(desks.reviewer, desks.site, first.number) == first
    with pytest.raises(RequestError):
        policy_revisions.turns(desks.reviewer, desks.site, limit=0)


@pytest.fixture
def opened(tmp_path):
    """Opens a database with its directory again, as another process does."""
    made = []

    def open_again(folder):
        made.append(Desks(folder / "gatehouse.db", Clock(), folder / "policies"))
        return made[-1]

    yield open_again
    for one in made:
        one.close()


def test_wherever_an_activation_was_killed_it_is_finished_or_rolled_back(
    desks, opened, tmp_path, monkeypatch
):
    """Each is opened again beside the set that decided until then."""
    change = desks.ready()
    desks.close()
    start = tmp_path / "killed" / "start"
    write(start / "policies")
    shutil.copy(desks.path, start / "gatehouse.db")
    command = [sys.executable, "-m", "tests.administration.policy_killed", "activate"]
    subprocess.run([*command, start.parent], cwd=ROOT, check=True)
    monkeypatch.setattr(source, "LOOKS", 1)
    seen = set()
    *cut_off, _whole = sorted(
        (one for one in start.parent.iterdir() if one != start), key=lambda p: int(p.name)
    )
    for count, folder in enumerate(cut_off):
        marked = (folder / "policies" / MARKER).exists()
        # WHY: a process that goes on has the set from before.
        there = read(folder / "policies")
        (folder / "policies" / MARKER).unlink(missing_ok=True)
        write(folder / "policies")
        again = opened(folder)
        shutil.rmtree(folder / "policies")
        write(folder / "policies", there)
        again.policies.reload()
        status = policy_revisions.status(again.reviewer, again.site)
        assert status.turn.revision == source_of(FILES).revision
        assert status.unfinished.change == change.number
        assert status.health.ok is not marked
        seen.add(marked)
        if count % 2:
            done = policy_activation.resume(again.operator, again.site)
            assert (done.turn.change, done.is_taken_up) == (change.number, True)
            assert read(again.directory) == WIDE_FILES
        else:
            done = policy_activation.roll_back(
                again.operator, again.site, status.turn.number
            )
            assert (done.turn.kind, done.is_taken_up) == ("rolled_back", True)
            assert read(again.directory) == FILES
            found = policy_changes.find(again.operator, again.site, change.number)
            assert found.status == "approved"
        assert policy_revisions.status(again.reviewer, again.site).unfinished is None
    assert seen == {False, True}


def test_while_one_is_cut_off_no_other_begins(desks):
    first, second = desks.ready(), desks.ready(RULES + "# other\n")
    with desks.database.transaction():
        content = policy_sets.keep(desks.database, WIDE_FILES)
        policy_turns.begin(
            desks.database,
            content,
            "activated",
            label=OPERATOR,
            account="u",
            change=first.number,
        )
    with pytest.raises(Obstacle, match="was cut off"):
        policy_activation.activate(desks.operator, desks.site, second.number)


def test_there_is_nothing_to_resume_where_all_is_well(desks):
    with pytest.raises(Obstacle, match="no activation that was cut off"):
        policy_activation.resume(desks.operator, desks.site)


def test_a_marker_that_nobody_knows_of_is_cleared_by_what_was_in_force(desks):
    policy_revisions.in_force(desks.operator, desks.site)
    (desks.directory / MARKER).write_bytes(b"{}")
    write(desks.directory, {"desk.polar": b"half"})
    done = policy_activation.resume(desks.operator, desks.site)
    assert (done.turn.kind, read(desks.directory)) == ("found", FILES)
