"""Puts policies in force: those of an approved change, or those of an earlier revision.

Whatever the policies say, the set must pass the gate again, for exactly these bytes, and
somebody must be left who may read, activate and roll back policies by the new ones. It is
written down what is begun before the first file is touched, so that it can be finished by
somebody else when it is cut off.
"""

from collections.abc import Iterable

from msgspec import Struct

from authz.administration import policy_changes, policy_people, policy_writing, versions
from authz.administration import policy_revisions as revisions
from authz.administration.desk import Desk
from authz.administration.policy_revisions import Turn
from authz.administration.policy_rules import (
    Obstacle,
    against_activation,
    obstacles_noted,
)
from authz.administration.policy_site import ACTIVATE, READ, ROLL_BACK, Site, require
from authz.engine.policyset import PolicySet
from authz.engine.source import MARKER
from authz.errors import Conflict, PolicyError, Unavailable
from authz.said import said
from authz.storage import events, policy_sets, policy_turns
from authz.storage import policy_changes as rows
from authz.storage.events import Actor
from authz.storage.policy_turns import ACTIVATED, ROLLED_BACK
from authz.storage.policy_turns import Turn as Stored

#: What somebody must be able to do afterwards.
KEPT = (READ, ACTIVATE, ROLL_BACK)
ENDED = {ACTIVATED: "policy.activated", ROLLED_BACK: "policy.rolled_back"}


class Activated(Struct, frozen=True):
    """What is in force now."""

    turn: Turn
    #: Whether this process decides by it already; others take it up by themselves.
    is_taken_up: bool


def activate(
    desk: Desk, site: Site, number: int, *, version: str | None = None
) -> Activated:
    """The policies of an approved change are in force.

    Raises: Refused; NotFound; Obstacle; Conflict for an old version and where nothing could
    be written; Unavailable when it was cut off.
    """
    with obstacles_noted(desk, ACTIVATE, (policy_changes.ABOUT, str(number))):
        require(desk, ACTIVATE)
        seen = rows.find(desk.database, desk.tenant, number)
        _raise_first(against_activation(desk, site, seen))
        policies = _passed(desk, site, seen.candidate)
        with policy_writing.alone(site.directory):
            with desk.deciding():
                actor = require(desk, ACTIVATE)
                change = rows.find(desk.database, desk.tenant, number)
                versions.check(change, version)
                _raise_first(against_activation(desk, site, change))
                if change != seen:
                    raise Conflict(said("somebody changed this meanwhile: look again"))
                _check_kept(desk, policies)
                turn = _begun(desk, actor, change.candidate, ACTIVATED, change.number)
                rows.update(desk.database, change, status="activating")
            return _brought(desk, site, actor, turn)


def roll_back(desk: Desk, site: Site, number: int, *, reason: str = "") -> Activated:
    """The policies that were in force before are so again.

    Raises: as `activate`.
    """
    require(desk, ROLL_BACK)
    to = policy_turns.find(desk.database, number)
    with obstacles_noted(desk, ROLL_BACK, (revisions.ABOUT, to.content)):
        _raise_first(_against_roll_back(desk, site, to))
        policies = _passed(desk, site, to.content)
        with policy_writing.alone(site.directory):
            with desk.deciding():
                actor = require(desk, ROLL_BACK)
                _raise_first(_against_roll_back(desk, site, to))
                _check_kept(desk, policies)
                _drop_unfinished(desk, actor)
                turn = _begun(desk, actor, to.content, ROLLED_BACK, to.change, reason)
            return _brought(desk, site, actor, turn)


def roll_back_obstacles(desk: Desk, site: Site, number: int) -> tuple[str, ...]:
    """What stands against a roll back, as far as it is known without trying it.

    Raises: Refused, NotFound.
    """
    require(desk, READ)
    return tuple(_against_roll_back(desk, site, policy_turns.find(desk.database, number)))


def resume(desk: Desk, site: Site) -> Activated:
    """What was cut off is finished, if it still passes what it passed when it began.

    Raises: Refused; Obstacle, also where there is nothing; else as `activate`.
    """
    going_on = policy_turns.going_on(desk.database)
    is_back = going_on is not None and going_on.kind == ROLLED_BACK
    action = ROLL_BACK if is_back else ACTIVATE
    require(desk, action)
    turn = _cut_off(desk, site)
    policy_writing.check_writable(site.directory)
    with obstacles_noted(desk, action, _about(turn)):
        policies = _passed(desk, site, turn.content)
        with policy_writing.alone(site.directory):
            with desk.deciding():
                actor = require(desk, action)
                if _cut_off(desk, site) != turn:
                    raise Conflict(said("somebody changed this meanwhile: look again"))
                _check_kept(desk, policies)
            return _brought(desk, site, actor, turn, is_new=False)


def _cut_off(desk: Desk, site: Site) -> Stored:
    """What is to be finished: a turn, or what a marker was left on. Raises: Obstacle."""
    turn = policy_turns.going_on(desk.database)
    if turn is None and (site.directory / MARKER).exists():
        turn = policy_turns.latest(desk.database)
    if turn is None:
        raise Obstacle(said("there is no activation that was cut off"))
    return turn


def _against_roll_back(desk: Desk, site: Site, to: Stored) -> list[str]:
    found: list[str] = []
    latest = policy_turns.latest(desk.database)
    going_on = policy_turns.going_on(desk.database)
    if not to.is_finished:
        found.append(said("these policies were never in force"))
    elif going_on is None and latest is not None and to.content == latest.content:
        found.append(said("these policies are in force"))
    if not policy_writing.is_writable(site.directory):
        found.append(
            said(
                "the policy directory `{directory}` cannot be written here",
                directory=site.directory,
            )
        )
    return found


def _raise_first(against: Iterable[str]) -> None:
    for text in against:
        raise Obstacle(text)


def _passed(desk: Desk, site: Site, content: str) -> PolicySet:
    """The set, if it passes the gate here and now. Raises: Obstacle."""
    try:
        return site.gate(policy_sets.find(desk.database, content))
    except PolicyError as exc:
        raise Obstacle(said("the policies are refused: {why}", why=str(exc))) from exc


def _check_kept(desk: Desk, policies: PolicySet) -> None:
    if not policy_people.who_keeps(desk, policies, KEPT):
        raise Obstacle(
            said(
                "by these policies nobody would be left who may read, activate and roll"
                " back policies"
            )
        )


def _begun(
    desk: Desk,
    actor: Actor,
    content: str,
    kind: str,
    change: int | None,
    reason: str = "",
) -> Stored:
    before = policy_turns.latest(desk.database)
    turn = policy_turns.begin(
        desk.database,
        content,
        kind,
        label=actor.label,
        account=actor.id,
        change=change,
    )
    after: dict[str, object] = {"revision": turn.revision, "change": change}
    if reason:
        after["reason"] = reason
    _record(desk, actor, "policy.activation_begun", turn, before, after)
    return turn


def _brought(
    desk: Desk, site: Site, actor: Actor, turn: Stored, *, is_new: bool = True
) -> Activated:
    """The files are written, and this process looks at them.

    is_new: whether nothing of this turn can have been written before.
    """
    files = policy_sets.find(desk.database, turn.content)
    try:
        policy_writing.write(site.directory, files)
    except Conflict as exc:
        if is_new:
            _undo(desk, actor, turn, str(exc))
        raise
    ended = _ended(desk, actor, turn)
    site.reload()
    latest = policy_turns.latest(desk.database)
    return Activated(revisions.told(ended, latest), _decides(site, ended))


def _decides(site: Site, turn: Stored) -> bool:
    try:
        return site.current().revision == turn.revision
    except Unavailable:
        return False


def _ended(desk: Desk, actor: Actor, turn: Stored) -> Stored:
    """All files are there: that is written down. Once, whoever is first."""
    with desk.database.transaction():
        now = policy_turns.find(desk.database, turn.number)
        if now.is_finished:
            return now
        before = policy_turns.latest(desk.database)
        ended = policy_turns.end(desk.database, turn.number)
        if turn.kind == ACTIVATED and turn.change is not None:
            change = rows.find(desk.database, desk.tenant, turn.change)
            rows.update(desk.database, change, status="active")
        after: dict[str, object] = {"revision": ended.revision, "change": ended.change}
        _record(desk, actor, ENDED[turn.kind], ended, before, after)
        return ended


def _undo(desk: Desk, actor: Actor, turn: Stored, why: str) -> None:
    """Nothing was written, so it was not begun either."""
    with desk.database.transaction():
        _drop(desk, turn)
        _record(desk, actor, ENDED[turn.kind], turn, None, None, refused=why)


def _drop_unfinished(desk: Desk, actor: Actor) -> None:
    turn = policy_turns.going_on(desk.database)
    if turn is not None:
        _record(desk, actor, "policy.activation_dropped", turn, None, None)
        _drop(desk, turn)


def _drop(desk: Desk, turn: Stored) -> None:
    policy_turns.drop(desk.database, turn.number)
    if turn.kind == ACTIVATED and turn.change is not None:
        change = rows.find(desk.database, desk.tenant, turn.change)
        if change.status == "activating":
            rows.update(desk.database, change, status="approved")


def _record(
    desk: Desk,
    actor: Actor,
    action: str,
    turn: Stored,
    before: Stored | None,
    after: dict[str, object] | None,
    refused: str | None = None,
) -> None:
    events.record(
        desk.database,
        desk.tenant,
        actor=actor,
        action=action,
        about=_about(turn),
        label=turn.revision,
        before={"revision": before.revision} if before else None,
        after=after,
        refused=refused,
    )


def _about(turn: Stored) -> tuple[str, str]:
    """What an event about it is about."""
    if turn.kind == ACTIVATED and turn.change is not None:
        return policy_changes.ABOUT, str(turn.change)
    return revisions.ABOUT, turn.content
