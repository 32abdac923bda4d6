"""One-time tokens: what is sent to a person by mail, or handed out between two steps of a
login, and used once.

Only the hash is kept. A new one of a kind makes the older ones of that person worthless.
"""

import secrets
from dataclasses import dataclass

from authz.accounts.keys import digest
from authz.storage.database import Database
from authz.storage.login_tables import OneTimeToken as Row

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class OneTime:
    """Whom a token was made for, and what for."""

    tenant: str
    #: Id of the account.
    account: str
    kind: str


def make(
    database: Database, tenant: str, account: str, kind: str, *, seconds: float
) -> str:
    """A new token of that kind, good for so long; it is stored nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with database.transaction():
        now = database.now()
        same = (Row.tenant == tenant) & (Row.account == account) & (Row.kind == kind)
        stale = (Row.expires_at <= now) & Row.used_at.is_null()
        Row.delete().where((same & Row.used_at.is_null()) | stale).execute(database.db)
        Row.insert(
            hash=digest(token),
            kind=kind,
            tenant=tenant,
            account=account,
            created_at=now,
            expires_at=now + seconds,
        ).execute(database.db)
    return token


def find(database: Database, token: str, kind: str) -> OneTime | None:
    """Whom a token is good for now; None for one that is unknown, over or used."""
    good = (Row.hash == digest(token)) & (Row.kind == kind) & Row.used_at.is_null()
    with database.reading():
        chosen = Row.select().where(good & (Row.expires_at > database.now()))
        row = chosen.first(database.db)
    return None if row is None else OneTime(row.tenant, row.account, row.kind)


def use(database: Database, token: str, kind: str) -> OneTime | None:
    """The same, and from now on it is used."""
    with database.transaction():
        found = find(database, token, kind)
        if found is not None:
            mine = Row.hash == digest(token)
            Row.update(used_at=database.now()).where(mine).execute(database.db)
        return found
