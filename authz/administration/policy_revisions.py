"""Which policies are in force, and which were: since when, by whom, with all their files.

Somebody who edits the directory by hand changes what is in force too. Whoever looks first
after that writes it down as found, so that there is a way back to it.
"""

import logging

from msgspec import Struct

from authz.administration import policy_files
from authz.administration.desk import Desk
from authz.administration.policy_site import OPERATORS, READ, Site, require
from authz.administration.policy_writing import is_writable
from authz.decisions.active import Health
from authz.engine.source import source_of
from authz.errors import AuthzError, NotFound, PolicyError, RequestError, Unavailable
from authz.storage import events, policy_sets, policy_turns, tenants
from authz.storage.database import Database
from authz.storage.events import SERVICE
from authz.storage.policy_sets import Files
from authz.storage.policy_turns import FOUND
from authz.storage.policy_turns import Turn as Stored

PAGE_MAX = 200
#: What an event about policies is about.
ABOUT = "policy_set"

_log = logging.getLogger(__name__)


class Turn(Struct, frozen=True):
    """Policies that are or were in force."""

    number: int
    content: str
    revision: str
    since: float
    #: `found` (on disk), `activated` or `rolled_back`.
    kind: str
    #: Number of the change that brought them.
    change: int | None
    #: E-mail of who brought them; empty for what was found.
    by: str
    is_in_force: bool
    #: False: the files are being written, or that was cut off.
    is_finished: bool


class Status(Struct, frozen=True):
    """How it stands with the policies."""

    #: None where none were ever whole.
    turn: Turn | None
    health: Health
    #: What is being written, or was cut off: it can be resumed.
    unfinished: Turn | None
    is_writable: bool


def turns(
    desk: Desk, site: Site, *, before: int | None = None, limit: int = 50
) -> tuple[Turn, ...]:
    """What is and was in force, the latest first. Raises: Refused, RequestError."""
    if not 1 <= limit <= PAGE_MAX:
        raise RequestError(f"`limit` must be from 1 to {PAGE_MAX}", where="limit")
    require(desk, READ)
    _noted_or_not(desk.database, site)
    latest = policy_turns.latest(desk.database)
    found = policy_turns.page(desk.database, before=before, limit=limit)
    return tuple(told(one, latest) for one in found)


def find(desk: Desk, site: Site, number: int) -> Turn:
    """One of them. Raises: Refused, NotFound."""
    require(desk, READ)
    latest = _noted_or_not(desk.database, site)
    return told(policy_turns.find(desk.database, number), latest)


def in_force(desk: Desk, site: Site) -> Turn:
    """What is in force. Raises: Refused; Unavailable where nobody knows all its files."""
    require(desk, READ)
    latest = noted(desk.database, site)
    return told(latest, latest)


def files_of(desk: Desk, content: str) -> Files:
    """The files of a directory that was staged or in force. Raises: Refused, NotFound."""
    require(desk, READ)
    return policy_sets.find(desk.database, content)


def status(desk: Desk, site: Site) -> Status:
    """How it stands with the policies now. Raises: Refused."""
    require(desk, READ)
    latest = _noted_or_not(desk.database, site)
    going_on = policy_turns.going_on(desk.database)
    return Status(
        turn=told(latest, latest) if latest else None,
        health=site.health(),
        unfinished=told(going_on, latest) if going_on else None,
        is_writable=is_writable(site.directory),
    )


def told(turn: Stored, latest: Stored | None) -> Turn:
    """A turn as people see it."""
    return Turn(
        number=turn.number,
        content=turn.content,
        revision=turn.revision,
        since=turn.began_at if turn.ended_at is None else turn.ended_at,
        kind=turn.kind,
        change=turn.change,
        by=turn.label,
        is_in_force=latest is not None and turn.number == latest.number,
        is_finished=turn.is_finished,
    )


def noted(database: Database, site: Site) -> Stored:
    """What is in force, written down where it was found on disk.

    Raises: Unavailable where the files of what is in force are not known.
    """
    latest = policy_turns.latest(database)
    if policy_turns.going_on(database) is None:
        files = _decided_by(site)
        if files and (latest is None or latest.content != policy_sets.content_of(files)):
            latest = _found(database, files)
    if latest is None:
        raise Unavailable(
            f"nobody knows all files of the policies in force: {site.health().message}"
        )
    return latest


def content_in_force(database: Database, site: Site) -> str | None:
    """Hash of the files in force; None where they are not known."""
    latest = _noted_or_not(database, site)
    return latest.content if latest else None


def note(database: Database, site: Site) -> None:
    """What is in force is written down, if need be; nothing else happens if it fails.

    It closes the connection of its thread.
    """
    try:
        noted(database, site)
    except AuthzError as exc:
        _log.warning("the policies in force could not be written down: %s", exc)
    finally:
        database.close()


def _noted_or_not(database: Database, site: Site) -> Stored | None:
    try:
        return noted(database, site)
    except Unavailable:
        return None


def _decided_by(site: Site) -> Files | None:
    """All files of the directory, if they are what decides in this process."""
    try:
        files = policy_files.read_whole(site.directory)
        deciding = site.current().revision
    except (PolicyError, Unavailable):
        return None
    return files if source_of(files).revision == deciding else None


def _found(database: Database, files: Files) -> Stored:
    with database.transaction():
        before = policy_turns.latest(database)
        content = policy_sets.keep(database, files)
        # WHY again: another process may have been first.
        if before is not None and before.content == content:
            return before
        turn = policy_turns.begin(database, content, FOUND, label="", is_whole=True)
        if _has_operators(database):
            old = policy_sets.find(database, before.content) if before else {}
            events.record(
                database,
                OPERATORS,
                actor=SERVICE,
                action="policy.found",
                about=(ABOUT, content),
                label=turn.revision,
                before={"revision": before.revision} if before else None,
                after={"revision": turn.revision, **policy_files.told(old, files)},
            )
        return turn


def _has_operators(database: Database) -> bool:
    try:
        tenants.find_tenant(database, OPERATORS)
    except NotFound:
        return False
    return True
