"""Somebody else says yes to a change, having seen what it opens."""

import json

import pytest

from authz.accounts import resets as links
from authz.administration import (
    policy_approvals,
    policy_changes,
    policy_checks,
    policy_comments,
)
from authz.administration.desk import Refused
from authz.administration.policy_rules import Obstacle
from authz.errors import Conflict, InvalidChange
from authz.storage import access, people
from authz.storage.events import SERVICE
from tests.administration.policy_desks import (
    FILES,
    GAIN,
    OPERATOR,
    REVIEWER,
    WIDER,
    reviewed,
    write,
)


def standing(desks, number, desk=None):
    return policy_approvals.standing(desk or desks.reviewer, desks.site, number)


def approve(desks, number, desk=None):
    """Says yes to the latest check."""
    desk = desk or desks.reviewer
    check = policy_checks.of_change(desk, number)
    return policy_approvals.approve(
        desk, desks.site, number, check=check.number if check else 0
    )


def tick(desks, number, gains=("g1",), desk=None, check=None):
    desk = desk or desks.reviewer
    check = check or policy_checks.of_change(desk, number).number
    policy_approvals.tick(desk, desks.site, number, gains, check=check)


@pytest.fixture
def number(desks):
    """A change of the operator that was checked, and opens something."""
    number = desks.staged().number
    desks.checked(number)
    return number


def test_who_has_ticked_every_gain_approves(desks, number):
    before = standing(desks, number)
    assert before.approve == ("1 of the gains are not ticked by you",)
    assert not before.gains[0].is_ticked
    tick(desks, number)
    after = standing(desks, number)
    assert (after.approve, after.gains[0].ticked_by) == ((), (REVIEWER,))
    change = approve(desks, number)
    assert (change.status, change.approved_by) == ("approved", REVIEWER)
    assert not change.is_approved_alone
    entry = desks.events("system")[-1]
    assert entry.action == "policy.approved"
    assert json.loads(entry.after)["gains"] == ["g1"]


def test_an_unticked_gain_is_in_the_way(desks, number):
    with pytest.raises(Obstacle, match="not ticked"):
        approve(desks, number)
    tick(desks, number)
    tick(desks, number, ())
    with pytest.raises(Obstacle, match="not ticked"):
        approve(desks, number)


def test_a_tick_is_for_whoever_made_it(desks, number):
    tick(desks, number, desk=desks.person("third@gatehouse.example"))
    assert standing(desks, number).gains[0].ticked_by == ("third@gatehouse.example",)
    with pytest.raises(Obstacle, match="not ticked"):
        approve(desks, number)


def test_what_is_no_gain_is_not_ticked(desks, number):
    with pytest.raises(Conflict, match="others by now"):
        tick(desks, number, ("g1", "g2"))


def test_ticks_of_gains_that_are_still_there_stay(desks, number):
    other = {**GAIN, "id": "g2"}
    tick(desks, number)
    desks.checked(number, reviewed([GAIN, other]))
    assert [gain.is_ticked for gain in standing(desks, number).gains] == [True, False]
    tick(desks, number, ("g1", "g2"))
    desks.checked(number, reviewed([other]))
    desks.checked(number, reviewed([GAIN, other]))
    assert [gain.is_ticked for gain in standing(desks, number).gains] == [False, True]


def test_what_was_ticked_was_looked_at(desks, number):
    seen = policy_checks.of_change(desks.reviewer, number).number
    desks.checked(number)
    with pytest.raises(Conflict, match="another check"):
        tick(desks, number, check=seen)
    tick(desks, number)
    with pytest.raises(Obstacle, match="another check"):
        policy_approvals.approve(desks.reviewer, desks.site, number, check=seen)


def test_the_author_does_not_approve(desks, number):
    tick(desks, number, desk=desks.operator)
    assert standing(desks, number, desks.operator).is_author
    with pytest.raises(Obstacle, match="author"):
        approve(desks, number, desks.operator)


def test_a_refused_approval_is_in_the_log(desks, number):
    with pytest.raises(Obstacle):
        approve(desks, number, desks.operator)
    entry = desks.events("system")[-1]
    assert (entry.action, entry.result, entry.actor_label) == (
        *("policy:approve", "refused"),
        OPERATOR,
    )
    assert "author" in entry.reason


@pytest.mark.parametrize("status", ["draft", "checking", "failed"])
def test_nothing_is_approved_that_did_not_pass(desks, status):
    number = desks.staged().number
    if status == "checking":
        policy_checks.start(desks.operator, desks.site, number)
    elif status == "failed":
        desks.checked(number, reviewed(prove="failed"))
    with pytest.raises(Obstacle, match="checks"):
        approve(desks, number)


def test_a_check_from_before_an_edit_counts_for_nothing(desks, number):
    tick(desks, number)
    files = {"desk.polar": (WIDER + "# more\n").encode()}
    policy_changes.restage(desks.operator, desks.site, number, files=files)
    with pytest.raises(Obstacle, match="not been made"):
        approve(desks, number)


def test_a_check_beside_other_policies_counts_for_nothing(desks, number):
    tick(desks, number)
    write(desks.directory, {"desk.yaml": FILES["desk.yaml"] + b"# by hand\n"})
    desks.policies.reload()
    with pytest.raises(Obstacle, match="other policies came into force"):
        approve(desks, number)


def test_an_edit_takes_an_approval_back(desks, number):
    tick(desks, number)
    approve(desks, number)
    files = {"desk.polar": (WIDER + "# more\n").encode()}
    change = policy_changes.restage(desks.operator, desks.site, number, files=files)
    assert (change.status, change.approved_by) == ("draft", "")


def test_a_second_approval_says_nothing(desks, number):
    tick(desks, number)
    approve(desks, number)
    with pytest.raises(Obstacle, match="already"):
        approve(desks, number)


def test_a_change_is_rejected_for_a_reason(desks, number):
    with pytest.raises(InvalidChange):
        policy_approvals.reject(desks.reviewer, desks.site, number, reason=" ")
    change = policy_approvals.reject(
        desks.reviewer, desks.site, number, reason="Too wide.\nSee R12."
    )
    assert (change.status, change.is_open) == ("rejected", False)
    said = policy_comments.listed(desks.operator, number)[-1]
    assert (said.author_label, said.text) == (REVIEWER, "Too wide.\nSee R12.")
    with pytest.raises(Conflict, match="closed"):
        policy_approvals.reject(desks.reviewer, desks.site, number, reason="again")
    with pytest.raises(Obstacle, match="closed"):
        approve(desks, number)


def test_who_may_not_approve_ticks_and_rejects_nothing(desks, number):
    desk = desks.person("other@gatehouse.example", role="auditor")
    for refused in (
        lambda: tick(desks, number, desk=desk, check=1),
        lambda: policy_approvals.approve(desk, desks.site, number, check=1),
        lambda: policy_approvals.reject(desk, desks.site, number, reason="x"),
    ):
        with pytest.raises(Refused):
            refused()


def only_the_operator(desks):
    people.delete_account(desks.database, "system", REVIEWER, actor=SERVICE)


def test_who_is_alone_approves_and_it_is_said(desks):
    only_the_operator(desks)
    number = desks.staged().number
    desks.checked(number)
    assert standing(desks, number, desks.operator).is_alone
    change = desks.approved(number, desks.operator)
    assert change.is_approved_alone
    assert json.loads(desks.events("system")[-1].after)["is_only_one_who_may"] is True


def test_nobody_gets_alone_by_sending_the_others_away(desks, number):
    people.delete_account(desks.database, "system", REVIEWER, actor=desks.operator.actor)
    shown = standing(desks, number, desks.operator)
    assert not shown.is_alone
    assert "the author of a change does not approve it" in shown.approve[0]


@pytest.mark.parametrize("how", ["deleted", "blocked", "without a role"])
def test_somebody_who_left_otherwise_is_missed_by_nobody(desks, number, how):
    if how == "deleted":
        people.delete_account(desks.database, "system", REVIEWER, actor=SERVICE)
    elif how == "blocked":
        people.set_status(desks.database, "system", REVIEWER, "blocked", actor=SERVICE)
    else:
        access.set_roles(desks.database, "system", REVIEWER, [], actor=SERVICE)
    assert standing(desks, number, desks.operator).is_alone


def other_hand(desks, how):
    """The desk of somebody whose account the operator has in hand, in that way."""
    database, actor = desks.database, desks.operator.actor
    if how == "account":
        return desks.person("second@gatehouse.example", actor=actor)
    if how == "role":
        desk = desks.person("second@gatehouse.example", "auditor")
        access.grant_role(database, "system", desk.person.account, "operator", actor=actor)
        return desk
    if how == "password":
        people.set_password(
            database, "system", REVIEWER, desks.reviewer.hasher.hash("x"), actor=actor
        )
    elif how == "e-mail":
        people.update_account(
            database, "system", REVIEWER, actor=actor, email="mine@gatehouse.example"
        )
        return desks.desk("mine@gatehouse.example")
    return desks.reviewer


@pytest.mark.parametrize("how", ["account", "role", "password", "e-mail"])
def test_the_author_s_other_hand_does_not_approve(desks, number, how):
    desk = other_hand(desks, how)
    tick(desks, number, desk=desk)
    with pytest.raises(Obstacle, match="since this was staged, its author"):
        approve(desks, number, desk)


def test_nor_does_the_hand_of_the_other_hand(desks, number):
    second = desks.person("second@gatehouse.example", actor=desks.operator.actor)
    third = desks.person("third@gatehouse.example", actor=second.actor)
    tick(desks, number, desk=third)
    with pytest.raises(Obstacle, match="since this was staged, its author"):
        approve(desks, number, third)


@pytest.mark.parametrize("how", ["account", "role", "password", "e-mail"])
def test_who_was_there_before_approves(desks, how):
    desk = other_hand(desks, how)
    number = desks.staged().number
    desks.checked(number)
    assert desks.approved(number, desk).status == "approved"


def test_another_name_or_another_person_s_account_is_no_hand(desks, number):
    people.update_account(
        desks.database, "system", REVIEWER, actor=desks.operator.actor, name="New Name"
    )
    desks.person("second@gatehouse.example", actor=desks.reviewer.actor)
    assert desks.approved(number).status == "approved"


def test_a_link_for_a_new_password_is_a_hand_too(desks, number):
    account = desks.id(REVIEWER)
    links.make(desks.database, "system", account, links.LOGIN, actor=desks.operator.actor)
    tick(desks, number)
    with pytest.raises(Obstacle, match="since this was staged, its author"):
        approve(desks, number)
