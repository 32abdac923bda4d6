"""Changes of the policies that somebody asks for: what is staged, and how it stands.

A change is a whole directory beside the one that was in force when it was staged. What its
author hands in is laid over that. Nothing of it decides until it was checked, approved by
somebody else, and activated.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from msgspec import Struct

from authz.administration import policy_files, policy_revisions, versions
from authz.administration.desk import Desk
from authz.administration.policy_site import READ, STAGE, Site, require
from authz.administration.policy_told import ABOUT as ABOUT
from authz.administration.policy_told import Change as Change
from authz.administration.policy_told import record as record
from authz.administration.policy_told import told as told
from authz.administration.policy_told import told_beside
from authz.errors import Conflict, InvalidChange, RequestError
from authz.said import said
from authz.storage import fields, policy_changes, policy_sets
from authz.storage.policy_changes import STATUSES
from authz.storage.policy_changes import Change as Stored
from authz.storage.policy_sets import Files

PAGE_MAX = 200
TITLE_MAX, DESCRIPTION_MAX = 200, 10_000
NO_FILES: Files = MappingProxyType({})
#: What a new draft has not yet: nobody has approved what nobody has seen.
UNAPPROVED: Mapping[str, object] = MappingProxyType(
    {
        "approver": None,
        "approver_label": None,
        "approved_at": None,
        "is_approved_alone": False,
    }
)


class Page(Struct, frozen=True):
    """Some changes, the latest first."""

    changes: tuple[Change, ...]
    #: What to ask `before` for those that follow; None: there are none.
    next: int | None


def page(
    desk: Desk,
    site: Site,
    *,
    status: str = "",
    before: int | None = None,
    limit: int = 50,
) -> Page:
    """The changes with that status, or all. Raises: Refused, RequestError."""
    if not 1 <= limit <= PAGE_MAX:
        raise RequestError(f"`limit` must be from 1 to {PAGE_MAX}", where="limit")
    if status and status not in STATUSES:
        raise RequestError(f"`status` is one of {', '.join(STATUSES)}", where="status")
    require(desk, READ)
    statuses = (status,) if status else STATUSES
    found = policy_changes.page(
        desk.database, desk.tenant, statuses, before=before, limit=limit + 1
    )
    shown = found[:limit]
    in_force = policy_revisions.content_in_force(desk.database, site)
    return Page(
        tuple(told_beside(desk, one, in_force) for one in shown),
        shown[-1].number if len(found) > limit else None,
    )


def find(desk: Desk, site: Site, number: int) -> Change:
    """One change. Raises: Refused, NotFound."""
    require(desk, READ)
    return told(desk, site, policy_changes.find(desk.database, desk.tenant, number))


def candidate(desk: Desk, number: int) -> Files:
    """The files as they are to be. Raises: Refused, NotFound."""
    require(desk, READ)
    change = policy_changes.find(desk.database, desk.tenant, number)
    return policy_sets.find(desk.database, change.candidate)


def base(desk: Desk, number: int) -> Files:
    """The files that it was made of. Raises: Refused, NotFound."""
    require(desk, READ)
    change = policy_changes.find(desk.database, desk.tenant, number)
    return policy_sets.find(desk.database, change.base)


def stage(
    desk: Desk,
    site: Site,
    *,
    title: str,
    description: str = "",
    files: Files,
    delete: Collection[str] = (),
    is_whole: bool = False,
) -> Change:
    """A new draft: these files laid over those in force, or in their place.

    is_whole: whether they are a directory, and what is not among them goes away.
    Raises: Refused; InvalidChange with the field: `title`, `description`, `files`,
    `delete`; Unavailable where it is not known what is in force.
    """
    title = fields.text(title, "title", TITLE_MAX)
    description = fields.prose(description, "description", DESCRIPTION_MAX)
    require(desk, STAGE)
    latest = policy_revisions.noted(desk.database, site)
    with desk.deciding():
        actor = require(desk, STAGE)
        old = policy_sets.find(desk.database, latest.content)
        new = policy_files.laid_over({} if is_whole else old, files, delete)
        change = policy_changes.add(
            desk.database,
            desk.tenant,
            title=title,
            description=description,
            author=actor.id,
            author_label=actor.label,
            base=latest.content,
            candidate=_kept(desk, latest.content, new),
        )
        after = {"title": title, "base": latest.revision, **policy_files.told(old, new)}
        record(desk, actor, "policy.staged", change, after=after)
        return told(desk, site, change)


def restage(
    desk: Desk,
    site: Site,
    number: int,
    *,
    files: Files = NO_FILES,
    delete: Collection[str] = (),
    is_whole: bool = False,
    title: str | None = None,
    description: str | None = None,
    version: str | None = None,
) -> Change:
    """The change with other files, by its author: a draft again, of what is in force now.

    What it changed so far stays, and these files are laid over it; or they are the whole
    directory. Raises: as `stage`;
    NotFound; Conflict for who is not the author, for a change that is closed, and for files
    that were changed in force too and are not handed in again.
    """
    require(desk, STAGE)
    latest = policy_revisions.noted(desk.database, site)
    with desk.deciding():
        actor = require(desk, STAGE)
        change = policy_changes.find(desk.database, desk.tenant, number)
        check_author(desk, change)
        check_open(change)
        versions.check(change, version)
        old = policy_sets.find(desk.database, change.candidate)
        if is_whole:
            new: Files = policy_files.laid_over({}, files, delete)
        else:
            new = _onto(desk, change, latest.content, files, delete)
        change = policy_changes.update(
            desk.database,
            change,
            title=change.title if title is None else fields.text(title, "title", TITLE_MAX),
            description=change.description
            if description is None
            else fields.prose(description, "description", DESCRIPTION_MAX),
            base=latest.content,
            candidate=_kept(desk, latest.content, new),
            status="draft",
            **UNAPPROVED,
        )
        after = {"base": latest.revision, **policy_files.told(old, new)}
        record(desk, actor, "policy.staged", change, after=after)
        return told(desk, site, change)


def withdraw(desk: Desk, site: Site, number: int, *, version: str | None = None) -> Change:
    """The change is closed by its author. Raises: as `restage`."""
    with desk.deciding():
        actor = require(desk, STAGE)
        change = policy_changes.find(desk.database, desk.tenant, number)
        check_author(desk, change)
        check_open(change)
        versions.check(change, version)
        before = {"status": change.status}
        change = policy_changes.update(desk.database, change, status="withdrawn")
        record(desk, actor, "policy.withdrawn", change, before=before)
        return told(desk, site, change)


def check_author(desk: Desk, change: Stored) -> None:
    """Raises: Conflict, to everybody but the author."""
    if desk.person.account != change.author:
        raise Conflict(said("only the author changes or withdraws this"))


def check_open(change: Stored) -> None:
    """Raises: Conflict for what is closed, or is being activated."""
    if not change.is_open:
        raise Conflict(said("this change is closed: stage another one"))
    if change.status == "activating":
        raise Conflict(said("this change is being activated"))


def brought_up(desk: Desk, change: Stored, latest: str) -> str:
    """Hash of the candidate, moved to the policies that are in force now.

    Inside a transaction. Raises: Conflict naming what was changed in force too.
    """
    if change.base == latest:
        return change.candidate
    return _kept(desk, latest, _onto(desk, change, latest, NO_FILES, ()))


def _onto(
    desk: Desk, change: Stored, latest: str, files: Files, delete: Collection[str]
) -> Files:
    """What the change does, and these files, done to what is in force."""
    base, candidate, in_force = (
        policy_sets.find(desk.database, content)
        for content in (change.base, change.candidate, latest)
    )
    merged, both = policy_files.moved(base, candidate, in_force)
    given = {*files, *delete}
    open_still = [path for path in both if not given & {path, path.rpartition("/")[2]}]
    if open_still:
        raise Conflict(
            said(
                "{paths} changed in force since this was staged, and here too: hand in"
                " again how both go together",
                paths=", ".join(f"`{path}`" for path in open_still),
            )
        )
    return policy_files.laid_over(merged, files, delete)


def _kept(desk: Desk, base: str, files: Files) -> str:
    """Raises: InvalidChange where it is no change at all."""
    content = policy_sets.keep(desk.database, files)
    if content == base:
        raise InvalidChange(
            said("nothing is different from the policies in force"), field="files"
        )
    return content
