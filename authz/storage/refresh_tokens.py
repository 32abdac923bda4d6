"""Refresh tokens: each is used once and replaced; all that follow from one login are a
family, which ends as a whole.

A token that comes a second time was copied, and nobody can tell who has the copy: its whole
family ends. Source: RFC 9700, section 4.14.2.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from authz.accounts.keys import digest
from authz.storage.database import Database
from authz.storage.login_tables import RefreshToken as Row

TOKEN_BYTES, FAMILY_BYTES = 32, 12
#: A token can be used for so long, and a family for so long after the login.
TOKEN_SECONDS, FAMILY_SECONDS = 14 * 86_400, 30 * 86_400


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token that was just made, and what it belongs to."""

    #: Shown once, and stored nowhere.
    token: str
    family: str
    tenant: str
    #: Id of the account.
    account: str
    #: Id of the API client; None: no app of the company.
    client: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class Reuse:
    """A token that had been used before; its family has ended."""

    tenant: str
    account: str
    client: str | None


def start(
    database: Database, tenant: str, account: str, *, client: str | None, channel: str
) -> Refresh:
    """The first token of a new family."""
    with database.transaction():
        now = database.now()
        over = Row.expires_at <= now - FAMILY_SECONDS
        Row.delete().where(over).execute(database.db)
        return _insert(
            database,
            now,
            family=secrets.token_hex(FAMILY_BYTES),
            tenant=tenant,
            account=account,
            client=client,
            channel=channel,
            family_created_at=now,
        )


def replace(database: Database, token: str) -> Refresh | Reuse | None:
    """The token that comes after that one, which is used from now on.

    None for one that is unknown, over or ended; a Reuse, once, for one that was used.
    """
    with database.transaction():
        row = Row.select().where(Row.hash == digest(token)).first(database.db)
        now = database.now()
        if row is None or row.ended_at is not None or now >= row.expires_at:
            return None
        if row.used_at is not None:
            end_family(database, row.family)
            return Reuse(row.tenant, row.account, row.client)
        mine = Row.hash == row.hash
        Row.update(used_at=now).where(mine).execute(database.db)
        return _insert(
            database,
            now,
            family=row.family,
            tenant=row.tenant,
            account=row.account,
            client=row.client,
            channel=row.channel,
            family_created_at=row.family_created_at,
        )


def family_of(database: Database, token: str) -> str | None:
    """The family of a token, used or not; None for an unknown one."""
    with database.reading():
        chosen = Row.select(Row.family).where(Row.hash == digest(token))
        found: str | None = chosen.scalar(database.db)
    return found


def end_family(database: Database, family: str) -> bool:
    """End a family; whether there was one that had not ended."""
    with database.transaction():
        live = (Row.family == family) & Row.ended_at.is_null()
        new = {"ended_at": database.now()}
        return bool(Row.update(**new).where(live).execute(database.db))


def _insert(database: Database, now: float, **row: Any) -> Refresh:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    ends = min(now + TOKEN_SECONDS, row["family_created_at"] + FAMILY_SECONDS)
    Row.insert(**row, hash=digest(token), created_at=now, expires_at=ends).execute(
        database.db
    )
    row.pop("family_created_at")
    return Refresh(token, **row)
