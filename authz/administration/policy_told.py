"""A change of the policies as people see it, and as the log tells of it."""

from collections.abc import Mapping

from msgspec import Struct

from authz.administration import policy_revisions, versions
from authz.administration.desk import Desk
from authz.administration.policy_site import Site
from authz.storage import events, policy_checks, policy_sets
from authz.storage.events import Actor
from authz.storage.policy_changes import Change as Stored

#: What an event about a change is about.
ABOUT = "policy_change"


class Change(Struct, frozen=True):
    """A change as people see it."""

    number: int
    title: str
    description: str
    #: Id and e-mail.
    author: str
    author_label: str
    created_at: float
    updated_at: float
    status: str
    is_open: bool
    #: Whether other policies are in force than it was made of: it is to be checked again.
    is_outdated: bool
    #: Hash of the files, and revision of what decides in them.
    base: str
    base_revision: str
    candidate: str
    candidate_revision: str
    #: Number of the latest check of exactly these two.
    check: int | None
    #: E-mail of who approved it; empty for nobody.
    approved_by: str
    approved_at: float | None
    is_approved_alone: bool
    #: For forms: what was changed since cannot be overwritten unseen.
    version: str


def told(desk: Desk, site: Site, change: Stored) -> Change:
    """A change as people see it."""
    return told_beside(desk, change, policy_revisions.content_in_force(desk.database, site))


def told_beside(desk: Desk, change: Stored, in_force: str | None) -> Change:
    """The same, beside the files that are known to be in force."""
    of = policy_sets.revisions(desk.database, (change.base, change.candidate))
    check = policy_checks.of_change(desk.database, change.number)
    sides = (change.candidate, change.base)
    return Change(
        number=change.number,
        title=change.title,
        description=change.description,
        author=change.author,
        author_label=change.author_label,
        created_at=change.created_at,
        updated_at=change.updated_at,
        status=change.status,
        is_open=change.is_open,
        is_outdated=change.is_open and change.base != in_force,
        base=change.base,
        base_revision=of[change.base],
        candidate=change.candidate,
        candidate_revision=of[change.candidate],
        check=check.number if check and (check.candidate, check.base) == sides else None,
        approved_by=change.approver_label or "",
        approved_at=change.approved_at,
        is_approved_alone=change.is_approved_alone,
        version=versions.of(change),
    )


def record(
    desk: Desk,
    actor: Actor,
    action: str,
    change: Stored,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """An event about a change, in the transaction that makes it."""
    events.record(
        desk.database,
        desk.tenant,
        actor=actor,
        action=action,
        about=(ABOUT, str(change.number)),
        label=change.title,
        before=before,
        after=after,
    )
