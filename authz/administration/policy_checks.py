"""Checks of changes of the policies, asked for and looked at.

Each is made by a process of its own (`policy_checking`), which writes down how far it is.
One that died is noticed by whoever looks next, and can be asked for again.
"""

import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from authz.administration import policy_changes, policy_revisions
from authz.administration.desk import Desk
from authz.administration.policy_gains import step as step
from authz.administration.policy_site import READ, STAGE, Site, require
from authz.errors import Conflict
from authz.said import said
from authz.storage import policy_changes as rows
from authz.storage import policy_checks, policy_sets
from authz.storage.database import Database
from authz.storage.policy_checks import Check as Stored

#: Checks that are made at a time. WHY so few: each keeps a core busy.
AT_A_TIME = 2
#: A process that has said nothing for so long is taken for dead.
SILENCE_SECONDS = 60.0
#: So long a process may take until it says its first word.
START_SECONDS = 120.0
#: The longest that a check may take. WHY: one without an end keeps others from beginning.
LIMIT_SECONDS = 3600.0


class Check(Struct, frozen=True):
    """A check as people see it."""

    number: int
    #: None for a look at a roll back.
    change: int | None
    base: str
    candidate: str
    base_revision: str
    candidate_revision: str
    #: `waiting`, `running`, `passed`, `failed`, `undecided` or `interrupted`.
    status: str
    stage: str
    done: int
    #: 0: it is not known how much there is to do.
    total: int
    #: E-mail of who asked for it.
    asked_by: str
    asked_at: float
    ended_at: float | None
    is_over: bool
    #: Why it was interrupted, or found nothing out.
    message: str
    #: `authz.check-all/1`, once it is over.
    document: Mapping[str, Any] | None


def start(desk: Desk, site: Site, number: int) -> Check:
    """A check of a change against what is in force now, begun.

    The change is moved to that first. Raises: Refused; NotFound; Conflict for a closed
    change, one that is being checked, and what was changed in force too.
    """
    made = ask(desk, site, number)
    _begin(desk, site, made)
    return find(desk, made.number)


def ask(desk: Desk, site: Site, number: int) -> Check:
    """The same, for whoever then makes it: it waits. Raises: as `start`."""
    require(desk, STAGE)
    latest = policy_revisions.noted(desk.database, site).content
    settle(desk.database)
    with desk.deciding():
        actor = require(desk, STAGE)
        change = rows.find(desk.database, desk.tenant, number)
        policy_changes.check_open(change)
        _check_free(desk, change.number)
        candidate = policy_changes.brought_up(desk, change, latest)
        change = rows.update(
            desk.database,
            change,
            base=latest,
            candidate=candidate,
            status="checking",
            **policy_changes.UNAPPROVED,
        )
        made = _added(desk, change.number, candidate, latest)
        told = _told(desk.database, made)
        sides = {"base": told.base_revision, "candidate": told.candidate_revision}
        policy_changes.record(desk, actor, "policy.check_asked", change, after=sides)
        return told


def start_reverse(desk: Desk, site: Site, content: str) -> Check:
    """A look at what it would change to go back to those files, begun.

    The files in force themselves can be looked at too. Raises: Refused; NotFound; Conflict.
    """
    made = ask_reverse(desk, site, content)
    _begin(desk, site, made)
    return find(desk, made.number)


def ask_reverse(desk: Desk, site: Site, content: str) -> Check:
    """The same, for whoever then makes it: it waits. Raises: as `start_reverse`."""
    require(desk, READ)
    latest = policy_revisions.noted(desk.database, site).content
    policy_sets.find(desk.database, content)
    settle(desk.database)
    with desk.deciding():
        require(desk, READ)
        _check_free(desk, None)
        return _told(desk.database, _added(desk, None, content, latest))


def find(desk: Desk, number: int) -> Check:
    """One check. Raises: Refused, NotFound."""
    require(desk, READ)
    settle(desk.database)
    return _told(desk.database, policy_checks.find(desk.database, number))


def of_change(desk: Desk, change: int) -> Check | None:
    """The latest check of a change. Raises: Refused."""
    require(desk, READ)
    settle(desk.database)
    return _told_or_none(desk, policy_checks.of_change(desk.database, change))


def of_content(desk: Desk, content: str) -> Check | None:
    """The latest check that came to an end and looked at those files. Raises: Refused."""
    require(desk, READ)
    return _told_or_none(desk, policy_checks.of_candidate(desk.database, content))


def reverse(desk: Desk, site: Site, content: str) -> Check | None:
    """The latest look at those files beside what is in force. Raises: Refused."""
    require(desk, READ)
    settle(desk.database)
    latest = policy_revisions.content_in_force(desk.database, site)
    if latest is None:
        return None
    return _told_or_none(desk, policy_checks.of_sides(desk.database, content, latest))


def settle(database: Database) -> None:
    """Checks whose process is gone are over."""
    for check in policy_checks.going_on(database):
        if why := _death(check, database.now()):
            interrupt(database, check, why)


def interrupt(database: Database, check: Stored, why: str) -> None:
    """The check is over without a result, and its change can be checked again."""
    with database.transaction():
        if not policy_checks.end(database, check.number, "interrupted", message=why):
            return
        if check.change is None:
            return
        change = rows.find(database, check.tenant, check.change)
        if change.status == "checking" and change.candidate == check.candidate:
            rows.update(database, change, status="failed")


def _death(check: Stored, now: float) -> str:
    """Why the process of a check is taken for dead; empty while it lives."""
    if check.pid is None:
        silent = now - check.beat_at > START_SECONDS
        return said("the check was interrupted: it never began") if silent else ""
    if now - check.asked_at > LIMIT_SECONDS:
        return said("the check was interrupted: it took too long")
    silent = now - check.beat_at > SILENCE_SECONDS
    if silent or not _is_alive(check.pid):
        return said("the check was interrupted: its process is gone")
    return ""


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        # WHY: it is there, and somebody else's.
        return True
    return True


def _begin(desk: Desk, site: Site, check: Check) -> None:
    try:
        site.start(check.number)
    except OSError as exc:
        row = policy_checks.find(desk.database, check.number)
        interrupt(desk.database, row, said("no process could be started: {why}", why=exc))


def _check_free(desk: Desk, change: int | None) -> None:
    """Raises: Conflict while it is being checked, or others keep the machine busy."""
    going = policy_checks.going_on(desk.database)
    for check in going:
        if change is not None and check.change == change:
            sides = rows.find(desk.database, desk.tenant, change)
            if (check.candidate, check.base) == (sides.candidate, sides.base):
                raise Conflict(said("this change is being checked already"))
            # WHY: what it looks at is not the change any more.
            policy_checks.end(
                desk.database,
                check.number,
                "interrupted",
                message=said("another check took its place"),
            )
    if len([one for one in going if one.change != change or change is None]) >= AT_A_TIME:
        raise Conflict(said("other checks are going on: repeat it when they are over"))


def _added(desk: Desk, change: int | None, candidate: str, base: str) -> Stored:
    return policy_checks.add(
        desk.database,
        desk.tenant,
        change=change,
        base=base,
        candidate=candidate,
        account=desk.person.account,
        label=desk.person.email,
    )


def _told_or_none(desk: Desk, check: Stored | None) -> Check | None:
    return None if check is None else _told(desk.database, check)


def _told(database: Database, check: Stored) -> Check:
    of = policy_sets.revisions(database, (check.base, check.candidate))
    found = policy_checks.document(database, check.number) if check.is_over else None
    return Check(
        number=check.number,
        change=check.change,
        base=check.base,
        candidate=check.candidate,
        base_revision=of[check.base],
        candidate_revision=of[check.candidate],
        status=check.status,
        stage=check.stage,
        done=check.done,
        total=check.total,
        asked_by=check.label,
        asked_at=check.asked_at,
        ended_at=check.ended_at,
        is_over=check.is_over,
        message=check.message,
        document=found,
    )
