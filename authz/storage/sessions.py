"""Sessions: who is logged in, through what, and who has the protected pages unlocked.

A session is read for every request that names one and never cached, so its rows take no
revision.
"""

import secrets
from dataclasses import dataclass

from authz.accounts.keys import CHANNELS
from authz.errors import NotFound
from authz.storage import fields
from authz.storage.database import Database
from authz.storage.events import Actor, record
from authz.storage.people import live_row
from authz.storage.tables import Session as Row

ID_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """One login."""

    tenant: str
    id: str
    #: Id of the account.
    account: str
    channel: str
    #: Units of all times: epoch seconds.
    created_at: float
    expires_at: float
    revoked_at: float | None
    pages_unlocked_until: float | None

    def is_live(self, now: float) -> bool:
        """Whether it is neither over nor ended. Units: epoch seconds."""
        return self.revoked_at is None and now < self.expires_at

    def has_pages_unlocked(self, now: float) -> bool:
        """Whether it is live and the protected pages are unlocked. Units: epoch seconds."""
        return self.is_live(now) and now < (self.pages_unlocked_until or 0)


def create(
    database: Database,
    tenant: str,
    who: str,
    *,
    actor: Actor,
    channel: str,
    expires_at: float,
) -> Session:
    """A new session of a live person.

    Raises: NotFound; InvalidChange for an unknown channel.
    """
    fields.choice(channel, "channel", CHANNELS)
    with database.transaction():
        account = live_row(database, tenant, who)
        session = Session(
            tenant=tenant,
            id=secrets.token_hex(ID_BYTES),
            account=account.id,
            channel=channel,
            created_at=database.now(),
            expires_at=expires_at,
            revoked_at=None,
            pages_unlocked_until=None,
        )
        Row.insert(
            tenant=tenant,
            id=session.id,
            account=account.id,
            channel=channel,
            created_at=session.created_at,
            expires_at=expires_at,
        ).execute(database.db)
        _record(database, session, "authorization", actor)
    return session


def find(database: Database, tenant: str, id: str) -> Session | None:
    """The session of that id, live or not; None for an unknown one."""
    with database.reading():
        row = Row.select().where((Row.tenant == tenant) & (Row.id == id)).first(database.db)
    if row is None:
        return None
    return Session(
        tenant=row.tenant,
        id=row.id,
        account=row.account,
        channel=row.channel,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        pages_unlocked_until=row.pages_unlocked_until,
    )


def unlock_pages(
    database: Database, tenant: str, id: str, *, until: float, actor: Actor
) -> None:
    """Unlock the protected pages for a session. Units: epoch seconds. Raises: NotFound."""
    with database.transaction():
        session = _live(database, tenant, id)
        Row.update(pages_unlocked_until=until).where(Row.id == id).execute(database.db)
        _record(database, session, "pages.unlocked", actor)


def revoke(database: Database, tenant: str, id: str, *, actor: Actor) -> None:
    """End a session. Raises: NotFound when there is no such live one."""
    with database.transaction():
        session = _live(database, tenant, id)
        Row.update(revoked_at=database.now()).where(Row.id == id).execute(database.db)
        _record(database, session, "session.revoked", actor)


def _live(database: Database, tenant: str, id: str) -> Session:
    session = find(database, tenant, id)
    if session is None or not session.is_live(database.now()):
        raise NotFound("no such session")
    return session


def _record(database: Database, session: Session, action: str, actor: Actor) -> None:
    """An event about the person: the id of a session is a secret of its own."""
    record(
        database,
        session.tenant,
        actor=actor,
        action=action,
        about=("user", session.account),
    )
