"""What stands against a step of a change of the policies, whatever the policies say.

The checks passed on exactly these files beside those in force; whoever approves is not the
author, nor an account in the author's hand, unless there is nobody else; and has ticked
every gain.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from authz.administration import policy_gains, policy_people, policy_revisions
from authz.administration.desk import Desk
from authz.administration.policy_site import Site
from authz.administration.policy_writing import is_writable
from authz.errors import Conflict
from authz.said import said
from authz.storage import policy_checks, policy_talk, policy_turns, refusals
from authz.storage.policy_changes import Change as Stored


class Obstacle(Conflict):
    """What the rules of the process say no to, whatever the policies say."""


class Gain(Struct, frozen=True):
    """Something that is allowed from then on, and who has ticked it."""

    id: str
    #: `people`, `possible`, `undecided` or `unknown`: see `policy_gains`.
    kind: str
    group: Mapping[str, Any]
    #: E-mails.
    ticked_by: tuple[str, ...]
    #: By the person at the desk.
    is_ticked: bool


def against_activation(desk: Desk, site: Site, change: Stored) -> Iterator[str]:
    """What stands against an activation, as far as it is known without trying it."""
    if change.status != "approved":
        yield closed(change) if not change.is_open else said("it is not approved")
    else:
        yield from against_check(desk, site, change)
    if policy_turns.going_on(desk.database) is not None:
        yield said(
            "an activation was cut off: resume it or roll back first, with `authz policy"
            " activate --resume`"
        )
    if not is_writable(site.directory):
        yield said(
            "the policy directory `{directory}` cannot be written here",
            directory=site.directory,
        )


@contextmanager
def obstacles_noted(desk: Desk, action: str, about: tuple[str, str]) -> Iterator[None]:
    """What the process says no to inside is written down, as every refusal is."""
    try:
        yield
    except Obstacle as obstacle:
        refusals.note(
            desk.database,
            desk.tenant,
            actor=desk.actor,
            action=action,
            about=about,
            reason=str(obstacle),
        )
        raise


def against_approval(desk: Desk, site: Site, change: Stored) -> Iterator[str]:
    """What stands against an approval by the person at the desk."""
    if not change.is_open:
        yield closed(change)
        return
    if change.status in ("approved", "activating"):
        yield said("it is approved already")
        return
    yield from against_check(desk, site, change)
    yield from _against_person(desk, change)
    left = [gain for gain in gains_of(desk, change) if not gain.is_ticked]
    if left and change.status == "checked":
        yield said("{count} of the gains are not ticked by you", count=len(left))


def against_check(desk: Desk, site: Site, change: Stored) -> Iterator[str]:
    """The checks passed on exactly these files, beside exactly those in force."""
    in_force = policy_revisions.content_in_force(desk.database, site)
    if change.base != in_force:
        yield said("other policies came into force since: it must be checked again")
        return
    check = policy_checks.of_change(desk.database, change.number)
    same = check and (check.candidate, check.base) == (change.candidate, change.base)
    if check is None or not same or not check.is_over:
        yield said("the checks have not been made")
    elif check.status != "passed" or change.status not in ("checked", "approved"):
        yield said("the checks did not pass")


def _against_person(desk: Desk, change: Stored) -> Iterator[str]:
    if is_alone(desk, change) and desk.person.account == change.author:
        return
    own = policy_people.hands(desk, change).own
    if desk.person.account == change.author:
        yield said("the author of a change does not approve it: somebody else must")
    elif desk.person.account in own:
        yield said(
            "since this was staged, its author has made this account or could log in to"
            " it: somebody else must approve it"
        )


def is_alone(desk: Desk, change: Stored) -> bool:
    """Whether nobody but the author may approve, and the author did not see to that."""
    if policy_people.approvers(desk) != [change.author]:
        return False
    return not policy_people.hands(desk, change).sent_away


def gains_of(desk: Desk, change: Stored) -> tuple[Gain, ...]:
    """What the latest check says is opened, and who has ticked it."""
    check = policy_checks.of_change(desk.database, change.number)
    if check is None or not check.is_over or check.candidate != change.candidate:
        return ()
    ticks = policy_talk.ticks(desk.database, change.number)
    document = policy_checks.document(desk.database, check.number)
    return tuple(
        Gain(
            gain.id,
            gain.kind,
            gain.group,
            tuple(tick.label for tick in ticks if tick.gain == gain.id),
            any(t.gain == gain.id and t.account == desk.person.account for t in ticks),
        )
        for gain in policy_gains.gains(document)
    )


def check_of(desk: Desk, change: Stored) -> int | None:
    """Number of the latest check of a change."""
    check = policy_checks.of_change(desk.database, change.number)
    return check.number if check else None


def closed(change: Stored) -> str:
    """Why nothing can be done with it any more, or now."""
    if change.status == "activating":
        return said("this change is being activated")
    return said("this change is closed: stage another one")
