"""What a login is decided by: the password's hash, the standing of person and company, and
whether there is a second factor.

It is asked for at every request too, so these queries are made once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee as pw

from authz.storage.database import Database
from authz.storage.login_tables import SecondFactor
from authz.storage.statement import Statement
from authz.storage.tables import Account, Tenant


@dataclass(frozen=True, slots=True)
class Candidate:
    """A live account that somebody tries to log in to."""

    tenant: str
    #: Id of the account.
    account: str
    email: str
    password_hash: str | None
    status: str
    tenant_status: str
    has_second_factor: bool
    #: The hash of the password of the company's protected pages, where they have one.
    pages_hash: str | None
    language: str
    #: Version of the person's rights.
    authz_version: int

    @property
    def standing(self) -> str:
        """The status that decides: that of the company, unless it is the person's own."""
        return self.status if self.status != "active" else self.tenant_status

    @property
    def is_welcome(self) -> bool:
        """Whether neither person nor company is kept out."""
        return self.standing == "active"

    def is_as_before(self, now: "Candidate | None") -> bool:
        """Whether all that a login was decided by is still so, in what is stored now."""
        return (
            now is not None
            and now.is_welcome
            and (
                (self.password_hash, self.has_second_factor, self.pages_hash)
                == (now.password_hash, now.has_second_factor, now.pages_hash)
            )
        )

    def __repr__(self) -> str:
        return f"Candidate(tenant={self.tenant!r}, account={self.account!r})"


def by_email(database: Database, key: str) -> Candidate | None:
    """The live account of that e-mail identity, of any company; None for an unknown one."""
    with database.reading():
        return _first(_of_email(database, key))


def by_id(database: Database, tenant: str, account: str) -> Candidate | None:
    """The live account of that id; None for an unknown one."""
    with database.reading():
        return _first(_of_id(database, tenant, account))


def is_there(database: Database, tenant: str) -> bool:
    """Whether there is a company of that slug."""
    with database.reading():
        return bool(Tenant.select().where(Tenant.slug == tenant).exists(database.db))


def _candidates() -> Any:
    """Live accounts, each with the fields of a Candidate in their order."""
    factor = (
        (SecondFactor.tenant == Account.tenant)
        & (SecondFactor.account == Account.id)
        & SecondFactor.confirmed_at.is_null(False)
    )
    chosen = Account.select(
        Account.tenant,
        Account.id,
        Account.email,
        Account.password_hash,
        Account.status,
        Tenant.status,
        pw.fn.EXISTS(SecondFactor.select(SecondFactor.account).where(factor)),
        pw.Case(None, [(Tenant.ppp_enabled, Tenant.ppp_hash)]),
        Account.language,
        Account.authz_version,
    )
    joined = chosen.join(Tenant, on=(Tenant.slug == Account.tenant))
    return joined.where(Account.status != "deleted")


@Statement
def _of_email(key: Any) -> pw.Query:
    found: pw.Query = _candidates().where(Account.email_key == key)
    return found


@Statement
def _of_id(tenant: Any, id: Any) -> pw.Query:
    found: pw.Query = _candidates().where((Account.tenant == tenant) & (Account.id == id))
    return found


def _first(rows: Sequence[tuple[Any, ...]]) -> Candidate | None:
    for row in rows:
        values: tuple[Any, ...] = (*row[:6], bool(row[6]), *row[7:])
        return Candidate(*values)
    return None
