"""Sessions as they are read: what a row means, and the queries of every request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee as pw

from authz.storage.login_tables import RefreshToken
from authz.storage.statement import Statement
from authz.storage.tables import Account, Tenant
from authz.storage.tables import Session as Row

#: A session ends so long after its last request, and so long after the login in any case.
IDLE_SECONDS, ABSOLUTE_SECONDS = 30 * 60, 12 * 3600
#: For so long somebody who has given the password need not give it again.
CONFIRMED_SECONDS = 5 * 60


@dataclass(frozen=True, slots=True)
class Session:
    """One login."""

    tenant: str
    #: The secret that the browser holds.
    id: str
    #: What people and pages name it by, the same for as long as it lasts.
    handle: str
    #: Id of the account.
    account: str
    channel: str
    #: Units of all times: epoch seconds.
    created_at: float
    expires_at: float
    last_seen_at: float
    revoked_at: float | None
    pages_unlocked_until: float | None
    #: When the person last gave the password in it.
    confirmed_at: float | None
    address: str | None
    user_agent: str | None
    #: Whether the person's rights changed since it got its id.
    is_rotation_due: bool
    #: Whether it is that of an app, which goes on as long as its refresh tokens do.
    is_app: bool

    def is_live(self, now: float) -> bool:
        """Whether it is neither over nor ended. Units: epoch seconds."""
        over_at = self.expires_at
        if not self.is_app:
            over_at = min(over_at, self.last_seen_at + IDLE_SECONDS)
        return self.revoked_at is None and now < over_at

    def has_pages_unlocked(self, now: float) -> bool:
        """Whether it is live and the protected pages are unlocked. Units: epoch seconds."""
        return self.is_live(now) and now < (self.pages_unlocked_until or 0)

    def is_confirmed(self, now: float) -> bool:
        """Whether it is live and the password was given lately. Units: epoch seconds."""
        confirmed = self.confirmed_at
        return (
            self.is_live(now)
            and confirmed is not None
            and now < (confirmed + CONFIRMED_SECONDS)
        )


def chosen() -> Any:
    """Sessions, each with the fields of a Session in their order."""
    *stored, _ = Session.__dataclass_fields__
    tokens = RefreshToken.select(pw.SQL("1")).where(RefreshToken.family == Row.handle)
    is_app = pw.fn.EXISTS(tokens)
    return Row.select(*[getattr(Row, name) for name in stored], is_app)


@Statement
def of_id(tenant: Any, id: Any) -> pw.Query:
    """The session of that id."""
    found: pw.Query = chosen().where((Row.tenant == tenant) & (Row.id == id))
    return found


@Statement
def of_app(tenant: Any, account: Any, handle: Any) -> pw.Query:
    """The session of that handle of a person."""
    mine = (Row.tenant == tenant) & (Row.account == account) & (Row.handle == handle)
    found: pw.Query = chosen().where(mine)
    return found


@Statement
def of_browser(id: Any, before: Any, since: Any) -> pw.Query:
    """The session of that id, now or since then, while person and company are active."""
    named = (Row.id == id) | ((Row.previous_id == before) & (Row.rotated_at > since))
    joined = (
        chosen()
        .join(Account, on=(Account.id == Row.account))
        .join(Tenant, on=(Tenant.slug == Row.tenant))
    )
    active = (Account.status == "active") & (Tenant.status == "active")
    found: pw.Query = joined.where(named & active)
    return found


def session_of(row: Sequence[Any]) -> Session:
    """The session of a row of `chosen`."""
    values: tuple[Any, ...] = (*row[:-2], bool(row[-2]), bool(row[-1]))
    return Session(*values)
