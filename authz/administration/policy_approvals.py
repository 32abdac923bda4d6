"""Who says yes to a change of the policies, and to what: as the policies allow, and as the
rules of the process do (`policy_rules`).
"""

from collections.abc import Collection

from msgspec import Struct

from authz.administration import policy_changes
from authz.administration.desk import Desk
from authz.administration.policy_changes import Change
from authz.administration.policy_rules import (
    Gain,
    Obstacle,
    against_activation,
    against_approval,
    against_check,
    check_of,
    closed,
    gains_of,
    is_alone,
    obstacles_noted,
)
from authz.administration.policy_site import (
    ACTIVATE,
    APPROVE,
    READ,
    STAGE,
    Site,
    may,
    require,
)
from authz.errors import Conflict
from authz.said import said
from authz.storage import fields, policy_talk
from authz.storage import policy_changes as rows

REASON_MAX = 4_000


class Standing(Struct, frozen=True):
    """What may be done with a change by the person at the desk, and what stands against it.

    Each of the last five says what stands against it; empty: nothing that is known without
    trying.
    """

    gains: tuple[Gain, ...]
    may_stage: bool
    may_approve: bool
    may_activate: bool
    is_author: bool
    #: Whether the author may approve it, as there is nobody else.
    is_alone: bool
    check: tuple[str, ...]
    approve: tuple[str, ...]
    reject: tuple[str, ...]
    withdraw: tuple[str, ...]
    activate: tuple[str, ...]


def standing(desk: Desk, site: Site, number: int) -> Standing:
    """How it stands with a change. Raises: Refused, NotFound."""
    require(desk, READ)
    change = rows.find(desk.database, desk.tenant, number)
    is_author = desk.person.account == change.author
    is_idle = change.is_open and change.status != "activating"
    shut = () if is_idle else (closed(change),)
    not_mine = () if is_author else (said("only the author changes or withdraws this"),)
    going_on = (
        (said("this change is being checked already"),)
        if change.status == "checking"
        else ()
    )
    return Standing(
        gains=gains_of(desk, change),
        may_stage=may(desk, STAGE),
        may_approve=may(desk, APPROVE),
        may_activate=may(desk, ACTIVATE),
        is_author=is_author,
        is_alone=change.is_open and is_alone(desk, change),
        check=(*shut, *going_on),
        approve=tuple(against_approval(desk, site, change)),
        reject=shut,
        withdraw=(*shut, *not_mine),
        activate=tuple(against_activation(desk, site, change)),
    )


def tick(
    desk: Desk, site: Site, number: int, gains: Collection[str], *, check: int
) -> None:
    """Exactly these gains are ticked by the person from now on.

    check: the one that was looked at, and passed. Raises: Refused; NotFound; Conflict where
    there is another check by now, and for what is no gain of it.
    """
    with desk.deciding():
        actor = require(desk, APPROVE)
        change = rows.find(desk.database, desk.tenant, number)
        policy_changes.check_open(change)
        for against in against_check(desk, site, change):
            raise Conflict(against)
        if check_of(desk, change) != check:
            raise Conflict(said("there is another check by now: look again and repeat"))
        known = {gain.id: gain for gain in gains_of(desk, change)}
        if not set(gains) <= set(known):
            raise Conflict(said("the gains are others by now: look again and repeat"))
        before = sorted(gain.id for gain in known.values() if gain.is_ticked)
        if before == sorted(gains):
            return
        policy_talk.set_ticks(
            desk.database, number, desk.person.account, desk.person.email, gains
        )
        policy_changes.record(
            desk,
            actor,
            "policy.gains_ticked",
            change,
            before={"gains": before},
            after={"gains": sorted(gains)},
        )


def approve(
    desk: Desk, site: Site, number: int, *, check: int, comment: str = ""
) -> Change:
    """The change may be activated now.

    check: the one that was looked at. Raises: Refused; NotFound; Obstacle; InvalidChange
    with the field `comment`.
    """
    comment = fields.prose(comment, "comment", REASON_MAX)
    about = (policy_changes.ABOUT, str(number))
    with obstacles_noted(desk, APPROVE, about), desk.deciding():
        actor = require(desk, APPROVE)
        change = rows.find(desk.database, desk.tenant, number)
        against = list(against_approval(desk, site, change))
        if not against and check_of(desk, change) != check:
            against = [said("there is another check by now: look again and repeat")]
        if against:
            raise Obstacle(against[0])
        by_author = desk.person.account == change.author
        change = rows.update(
            desk.database,
            change,
            status="approved",
            approver=desk.person.account,
            approver_label=desk.person.email,
            approved_at=desk.database.now(),
            is_approved_alone=by_author,
        )
        _comment(desk, number, comment)
        after = {
            "check": check,
            "gains": sorted(gain.id for gain in gains_of(desk, change)),
            "is_only_one_who_may": by_author,
        }
        policy_changes.record(desk, actor, "policy.approved", change, after=after)
        return policy_changes.told(desk, site, change)


def reject(desk: Desk, site: Site, number: int, *, reason: str) -> Change:
    """The change is closed, for a reason that is told.

    Raises: Refused; NotFound; Conflict for a closed one; InvalidChange with the field
    `reason`.
    """
    reason = fields.prose(reason, "reason", REASON_MAX)
    fields.text(reason.replace("\n", " ").replace("\t", " "), "reason", REASON_MAX)
    with desk.deciding():
        actor = require(desk, APPROVE)
        change = rows.find(desk.database, desk.tenant, number)
        policy_changes.check_open(change)
        before = {"status": change.status}
        change = rows.update(desk.database, change, status="rejected")
        _comment(desk, number, reason)
        policy_changes.record(
            desk, actor, "policy.rejected", change, before=before, after={"reason": reason}
        )
        return policy_changes.told(desk, site, change)


def _comment(desk: Desk, number: int, text: str) -> None:
    if text:
        who = {"author": desk.person.account, "label": desk.person.email}
        policy_talk.add_comment(desk.database, number, **who, text=text)
