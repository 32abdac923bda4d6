"""What was refused, counted per person and action, so that who tries again and again does
not fill the log.

The first refusal is an event at once. Those that follow within the window are counted; when
it is over, one event says how many there were, and the first and the last time. Whoever
reads the log settles what is due before.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from authz.storage.administration_tables import Refusal as Row
from authz.storage.database import Database
from authz.storage.events import Actor, record

WINDOW_SECONDS = 600
#: So many are counted in one window; WHY a limit: each that is counted is a write.
COUNT_MAX = 1000
#: What is kept of an id that nobody has checked.
ID_SHOWN = 256


def note(
    database: Database,
    tenant: str,
    *,
    actor: Actor,
    action: str,
    about: tuple[str, str],
    reason: str,
    policies: Collection[str] = (),
) -> None:
    """Write a refusal down, as an event or as one more of those that were."""
    mine = (Row.tenant == tenant) & (Row.account == actor.id) & (Row.action == action)
    if _is_full(database, mine):
        return
    about = about[0], about[1][:ID_SHOWN].encode(errors="replace").decode()
    with database.transaction():
        settle(database, tenant)
        last = _shown(actor, about, reason) | {"last_at": database.now()}
        if Row.update(**last, count=Row.count + 1).where(mine).execute(database.db):
            return
        key = {"tenant": tenant, "account": actor.id, "action": action}
        first = {"count": 1, "first_at": last["last_at"]}
        Row.insert(**key, **last, **first).execute(database.db)
        record(
            database,
            tenant,
            actor=actor,
            action=action,
            about=about,
            after={"policies": sorted(policies)} if policies else None,
            refused=reason,
        )


def _is_full(database: Database, mine: Any) -> bool:
    """Whether no more are counted in this window."""
    recent = mine & (Row.first_at > database.now() - WINDOW_SECONDS)
    with database.reading():
        full = Row.select().where(recent & (Row.count >= COUNT_MAX))
        return bool(full.exists(database.db))


def _shown(actor: Actor, about: tuple[str, str], reason: str) -> dict[str, Any]:
    return {
        "object_type": about[0],
        "object_id": about[1],
        "reason": reason,
        "actor_label": actor.label,
        "channel": actor.channel,
        "address": actor.address,
        "request_id": actor.request_id,
    }


def settle(database: Database, tenant: str) -> None:
    """Write the event of each window that is over and held more than one refusal."""
    with database.transaction():
        over = database.now() - WINDOW_SECONDS
        due = (Row.tenant == tenant) & (Row.first_at <= over)
        for row in Row.select().where(due).order_by(Row.first_at).execute(database.db):
            if row.count > 1:
                _summarize(database, row)
        Row.delete().where(due).execute(database.db)


def is_due(database: Database, tenant: str) -> bool:
    """Whether `settle` would write or forget anything."""
    over = database.now() - WINDOW_SECONDS
    due = (Row.tenant == tenant) & (Row.first_at <= over)
    with database.reading():
        return bool(Row.select().where(due).exists(database.db))


def _summarize(database: Database, row: Row) -> None:
    record(
        database,
        row.tenant,
        actor=Actor(
            "user",
            row.account,
            row.actor_label,
            row.channel,
            row.address,
            row.request_id,
        ),
        action=row.action,
        about=(row.object_type, row.object_id),
        after={
            "count": row.count,
            "first": _time(row.first_at),
            "last": _time(row.last_at),
        },
        refused=row.reason,
    )


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
