"""Attempts to log in, or to give another secret, that failed or are under way.

An attempt is counted before the secret is looked at, in the transaction that compares the
count with the limit: attempts made at the same time cannot all be the last that is let in.
"""

from typing import Any

from authz.storage.database import Database
from authz.storage.login_tables import LoginAttempt as Row

#: Attempts this old count for nothing and are deleted. Units: seconds.
KEPT_SECONDS = 3600


def begin(
    database: Database,
    kind: str,
    subject: str,
    network: str | None,
    *,
    limits: tuple[int, int],
    window_seconds: float,
) -> tuple[int, float]:
    """The number of a new attempt, and 0; or 0, and when the next may be made.

    `subject` is a hash of what is tried, `network` where from, None where that is not
    known; `limits` is how many of either there may be. Units: epoch seconds.
    """
    with database.transaction():
        now = database.now()
        Row.delete().where(Row.at < now - KEPT_SECONDS).execute(database.db)
        free_at = 0.0
        sames = (Row.subject == subject, Row.network == network if network else None)
        for same, limit in zip(sames, limits, strict=True):
            if same is None:
                continue
            recent = (Row.kind == kind) & same & (Row.at > now - window_seconds)
            times = Row.select(Row.at).where(recent).order_by(Row.at.desc()).limit(limit)
            rows = list(times.tuples().execute(database.db))
            if len(rows) == limit:
                free_at = max(free_at, rows[-1][0] + window_seconds)
        if free_at:
            return 0, free_at
        row: dict[str, Any] = {"kind": kind, "subject": subject, "network": network}
        return int(Row.insert(**row, at=now).execute(database.db)), 0.0


def forget(database: Database, attempt: int) -> None:
    """Count an attempt no more: it was right."""
    with database.transaction():
        Row.delete().where(Row.id == attempt).execute(database.db)


def count(database: Database, kind: str, *, since: float) -> int:
    """How many attempts of a kind there were since then. Units: epoch seconds."""
    with database.reading():
        chosen = Row.select().where((Row.kind == kind) & (Row.at > since))
        return int(chosen.count(database.db))
