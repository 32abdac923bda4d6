"""Who holds the roles of a tenant, counted: each is found among any number of people."""

from collections.abc import Iterable, Sequence
from typing import Any

import peewee as pw

from authz.storage.database import Database
from authz.storage.tables import Account as Row
from authz.storage.tables import RoleAssignment

#: More people than this need not be counted to be many.
COUNT_MAX = 1000
LIVE = ("active", "blocked")


def lasting_holders(
    database: Database, tenant: str, roles: Iterable[str], *, but: str = ""
) -> int:
    """How many active people, other than `but`, hold one of the roles without an end."""
    chosen = (
        RoleAssignment.select(pw.fn.COUNT(RoleAssignment.account.distinct()))
        .join(Row, on=(Row.id == RoleAssignment.account))
        .where(
            (RoleAssignment.tenant == tenant)
            & (Row.status == "active")
            & (Row.id != but)
            & RoleAssignment.role.in_(list(roles))
            & RoleAssignment.expires_at.is_null()
        )
    )
    with database.reading():
        return int(chosen.scalar(database.db) or 0)


def role_counts(database: Database, tenant: str, roles: Iterable[str]) -> dict[str, int]:
    """Role -> how many live people hold it now; with "" those who hold none.

    What is more than COUNT_MAX is not counted on.
    """
    now, ends = database.now(), RoleAssignment.expires_at
    of_tenant = (RoleAssignment.tenant == tenant) & (ends.is_null() | (ends > now))
    held = {
        role: RoleAssignment.select(RoleAssignment.account)
        .join(Row, on=(Row.id == RoleAssignment.account))
        .where(of_tenant & (RoleAssignment.role == role) & (Row.status != "deleted"))
        for role in roles
    }
    with database.reading():
        counts = {role: _counted(database, chosen) for role, chosen in held.items()}
        without = without_role(database, tenant, now, LIVE, COUNT_MAX + 1)
        return counts | {"": len(without)}


def without_role(
    database: Database, tenant: str, now: float, statuses: Sequence[str], limit: int
) -> list[str]:
    """Ids of some of those who hold no role now: never given one, or all have ended."""
    whose = (Row.tenant == tenant) & Row.status.in_(statuses)
    never = Row.select(Row.id).where(whose & (Row.role_count == pw.SQL("0"))).limit(limit)
    ends = RoleAssignment.expires_at
    others = RoleAssignment.alias()
    in_force = others.select(pw.SQL("1")).where(
        (others.tenant == tenant)
        & (others.account == Row.id)
        & (others.expires_at.is_null() | (others.expires_at > now))
    )
    ended = (
        RoleAssignment.select(Row.id)
        .join(Row, on=(Row.id == RoleAssignment.account))
        .where((RoleAssignment.tenant == tenant) & (ends <= now) & whose)
        .where(~pw.fn.EXISTS(in_force))
        .distinct()
        .limit(limit)
    )
    found = {id for part in (never, ended) for (id,) in part.tuples().execute(database.db)}
    return sorted(found)[:limit]


def _counted(database: Database, chosen: Any) -> int:
    return int(chosen.limit(COUNT_MAX + 1).count(database.db))
