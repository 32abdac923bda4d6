"""Sessions: who is logged in, through what, and who has the protected pages unlocked.

A session is read for every request that names one and never cached, so its rows take no
revision. Its id is a secret that the browser holds; its handle names it to people. A change
of the person's rights makes a new id due, which the next request gets (the trigger
`account_rights_renew_logins` sees to that); the old id goes on for a moment, for requests
that were under way.
"""

import secrets
from typing import Any

from authz.accounts.keys import CHANNELS
from authz.errors import NotFound
from authz.storage import fields
from authz.storage.database import Database
from authz.storage.events import Actor, record
from authz.storage.people_rows import live_row
from authz.storage.session_rows import (
    ABSOLUTE_SECONDS,
    CONFIRMED_SECONDS,
    IDLE_SECONDS,
    Session,
    chosen,
    of_app,
    of_browser,
    of_id,
    session_of,
)
from authz.storage.tables import Session as Row

__all__ = [
    "ABSOLUTE_SECONDS",
    "CONFIRMED_SECONDS",
    "IDLE_SECONDS",
    "Session",
    "confirm",
    "create",
    "end",
    "end_others",
    "find",
    "list_live",
    "revoke",
    "rotate",
    "seen",
    "seen_app",
    "start",
    "unlock_pages",
]

ID_BYTES, HANDLE_BYTES = 32, 10
#: For so long the id before the present one still works.
PREVIOUS_SECONDS = 10
#: Requests within so long after one that was noted are not noted.
SEEN_SECONDS = 60
USER_AGENT_MAX = 200
#: Sessions are deleted so long after they are over.
KEPT_SECONDS = 30 * 86_400


def create(
    database: Database,
    tenant: str,
    who: str,
    *,
    actor: Actor,
    channel: str,
    expires_at: float | None = None,
    user_agent: str | None = None,
) -> Session:
    """A new session of a live person, who is at the address of the actor.

    Raises: NotFound; InvalidChange for an unknown channel.
    """
    with database.transaction():
        session = start(
            database,
            tenant,
            who,
            actor=actor,
            channel=channel,
            user_agent=user_agent,
            expires_at=expires_at,
        )
        _record(database, session, "authorization", actor)
        return _found(database, tenant, session.id)


def start(
    database: Database,
    tenant: str,
    who: str,
    *,
    actor: Actor,
    channel: str,
    user_agent: str | None = None,
    handle: str | None = None,
    expires_at: float | None = None,
) -> Session:
    """The same without an entry in the log, where the change it is a part of has one.

    handle: that of the refresh tokens, for the login of an app; None: a new one.
    """
    fields.choice(channel, "channel", CHANNELS)
    with database.transaction():
        account = live_row(database, tenant, who)
        id, now = secrets.token_hex(ID_BYTES), database.now()
        Row.delete().where(Row.expires_at < now - KEPT_SECONDS).execute(database.db)
        agent = "".join(sign for sign in user_agent or "" if sign.isprintable())
        Row.insert(
            tenant=tenant,
            id=id,
            handle=handle or secrets.token_hex(HANDLE_BYTES),
            account=account.id,
            channel=channel,
            created_at=now,
            expires_at=expires_at or now + ABSOLUTE_SECONDS,
            last_seen_at=now,
            confirmed_at=now,
            address=actor.address,
            user_agent=agent[:USER_AGENT_MAX] or None,
        ).execute(database.db)
        return _found(database, tenant, id)


def find(database: Database, tenant: str, id: str) -> Session | None:
    """The session of that id, live or not; None for an unknown one."""
    with database.reading():
        rows = of_id(database, tenant, id)
    return session_of(rows[0]) if rows else None


def seen(database: Database, id: str, *, now: float) -> Session | None:
    """The live session that a browser names, whose person and company are active, noted as
    seen now; None for any other. Units: epoch seconds.
    """
    if not id.isascii():
        return None
    with database.reading():
        rows = of_browser(database, id, id, now - PREVIOUS_SECONDS)
    return _noted(database, rows, now)


def seen_app(
    database: Database, tenant: str, account: str, handle: str, *, now: float
) -> Session | None:
    """The live session of that handle of a person, noted as seen now; None for any other.

    Units: epoch seconds.
    """
    with database.reading():
        rows = of_app(database, tenant, account, handle)
    return _noted(database, rows, now)


def list_live(database: Database, tenant: str, account: str) -> list[Session]:
    """The live sessions of a person, the last seen first."""
    mine = (Row.tenant == tenant) & (Row.account == account) & Row.revoked_at.is_null()
    ordered = chosen().where(mine).order_by(Row.last_seen_at.desc(), Row.handle)
    with database.reading():
        found = [session_of(row) for row in ordered.tuples().execute(database.db)]
    return [session for session in found if session.is_live(database.now())]


def rotate(database: Database, tenant: str, id: str, *, only_due: bool = False) -> str:
    """The new id of a live session; with `only_due` the present one, where none is due.

    Raises: NotFound.
    """
    with database.transaction():
        session = _live(database, tenant, id)
        if only_due and not session.is_rotation_due:
            return session.id
        new = secrets.token_hex(ID_BYTES)
        _set(
            database,
            id,
            id=new,
            previous_id=id,
            rotated_at=database.now(),
            is_rotation_due=False,
        )
        return new


def confirm(database: Database, tenant: str, id: str, *, actor: Actor) -> None:
    """Note that the person gave the password just now. Raises: NotFound."""
    with database.transaction():
        session = _live(database, tenant, id)
        _set(database, id, confirmed_at=database.now())
        _record(database, session, "session.confirmed", actor)


def unlock_pages(
    database: Database, tenant: str, id: str, *, until: float, actor: Actor
) -> None:
    """Unlock the protected pages for a session. Units: epoch seconds. Raises: NotFound."""
    with database.transaction():
        session = _live(database, tenant, id)
        _set(database, id, pages_unlocked_until=until)
        _record(database, session, "pages.unlocked", actor)


def revoke(database: Database, tenant: str, id: str, *, actor: Actor) -> None:
    """End a session. Raises: NotFound when there is no such live one."""
    with database.transaction():
        session = _live(database, tenant, id)
        _set(database, id, revoked_at=database.now())
        _record(database, session, "session.revoked", actor)


def end(
    database: Database, tenant: str, account: str, handle: str, *, actor: Actor
) -> None:
    """End the session of a person that has this handle. Raises: NotFound."""
    with database.transaction():
        for session in list_live(database, tenant, account):
            if session.handle == handle:
                revoke(database, tenant, session.id, actor=actor)
                return
    raise NotFound("no such session")


def end_others(
    database: Database, tenant: str, account: str, *, keep: str | None, actor: Actor
) -> int:
    """End all sessions of a person but the one of the id `keep`; how many they were."""
    with database.transaction():
        others = [s for s in list_live(database, tenant, account) if s.id != keep]
        for session in others:
            _set(database, session.id, revoked_at=database.now())
        if others:
            ended: dict[str, object] = {"sessions": len(others)}
            _record(database, others[0], "session.others_revoked", actor, ended)
    return len(others)


def _noted(database: Database, rows: list[Any], now: float) -> Session | None:
    session = session_of(rows[0]) if rows else None
    if session is None or not session.is_live(now):
        return None
    if now >= session.last_seen_at + SEEN_SECONDS:
        with database.transaction():
            _set(database, session.id, last_seen_at=now)
    return session


def _live(database: Database, tenant: str, id: str) -> Session:
    session = find(database, tenant, id)
    if session is None or not session.is_live(database.now()):
        raise NotFound("no such session")
    return session


def _found(database: Database, tenant: str, id: str) -> Session:
    session = find(database, tenant, id)
    assert session is not None
    return session


def _set(database: Database, session: str, **new: object) -> None:
    Row.update(**new).where(Row.id == session).execute(database.db)


def _record(
    database: Database,
    session: Session,
    action: str,
    actor: Actor,
    after: dict[str, object] | None = None,
) -> None:
    """An event about the person: the id of a session is a secret of its own."""
    record(
        database,
        session.tenant,
        actor=actor,
        action=action,
        about=("user", session.account),
        after=after,
    )
