"""The people behind a change of the policies: who may do what by which set, and who is, as
far as the log tells, no other person than the author.

An account that the author has made or could log in to since is the author's own hand, and
so is one made by such an account. Whoever was sent away by the author meanwhile would have
been somebody else to ask.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from authz.administration.desk import PERSON, Desk
from authz.administration.policy_site import APPROVE, OPERATORS
from authz.decisions.pdp import PDP
from authz.engine.policyset import PolicySet
from authz.model import Action, Caller, Entity, Request
from authz.storage import events, people
from authz.storage.events import Entry
from authz.storage.facts_inside import FactsInside
from authz.storage.policy_changes import Change

WEB = "web"
#: What makes somebody able to act as an account, or an account able to approve.
TAKING_OVER = (
    "user.created",
    "user.access_set",
    "user.password_set",
    "reset.login_requested",
    "second_factor.removed",
    "second_factor.codes_replaced",
)
#: What may leave somebody without a say.
SENDING_AWAY = ("user.deleted", "user.status_set", "user.access_set", "user.password_set")
#: When all dates are over that stand in rules. WHY weeks: a rule may speak of office hours.
LATER_SECONDS = 520 * 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Hands:
    """What the log tells of the author since a change was staged."""

    #: Ids of the accounts that are the author's, or may be.
    own: frozenset[str]
    #: Ids of the others whose say the author may have taken.
    sent_away: frozenset[str]


def hands(desk: Desk, change: Change) -> Hands:
    """The accounts that count as the author's."""
    own, away = {change.author}, set()
    for entry in _since(desk, change.created_seq):
        about = entry.object_id
        by_author = entry.actor_kind == PERSON and entry.actor_id in own
        if not by_author or entry.result != "ok" or entry.object_type != PERSON:
            continue
        if _takes_over(entry):
            own.add(about)
        if entry.action in SENDING_AWAY and about != change.author:
            away.add(about)
    return Hands(frozenset(own), frozenset(away))


def approvers(desk: Desk) -> list[str]:
    """Ids of all who may approve a change by the policies in force."""
    return who_may(desk, desk.policies, (APPROVE,))


def who_keeps(desk: Desk, policies: PolicySet, actions: tuple[str, ...]) -> list[str]:
    """Ids of those who may do all of that by these policies, and not for a time alone."""
    later = who_may(desk, policies, actions, in_seconds=LATER_SECONDS)
    return [who for who in who_may(desk, policies, actions) if who in later]


def who_may(
    desk: Desk, policies: PolicySet, actions: tuple[str, ...], *, in_seconds: float = 0.0
) -> list[str]:
    """Ids of the live operators and reviewers who may do all of that by these policies.

    in_seconds: when they are asked, with the people and the roles of now.
    """
    facts = FactsInside(desk.database)
    pdp = PDP(lambda: policies, facts, lambda: desk.clock() + in_seconds)
    return [
        account.id
        for account in people.list_accounts(desk.database, OPERATORS)
        if account.status == "active"
        and all(_may(pdp, account.id, action) for action in actions)
    ]


def _may(pdp: PDP, account: str, action: str) -> bool:
    asked = Request(
        Entity(PERSON, account), Action(action, {}), Entity("tenant", OPERATORS)
    )
    return pdp.evaluate(asked, Caller(OPERATORS, WEB, None)).decision.allowed


def _takes_over(entry: Entry) -> bool:
    if entry.action == "user.updated":
        return "email" in json.loads(entry.after or "{}")
    return entry.action in TAKING_OVER


def _since(desk: Desk, seq: int) -> Iterator[Entry]:
    while found := events.entries(desk.database, desk.tenant, after=seq):
        yield from found
        seq = found[-1].seq
