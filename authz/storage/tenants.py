"""Tenants: the companies, and the built-in `system` of the operators."""

from dataclasses import dataclass
from typing import Any

import peewee as pw

from authz.accounts.email import identity
from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import said
from authz.storage import fields
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.statement import Statement, rows_of
from authz.storage.tables import Session
from authz.storage.tables import Tenant as Row

KINDS = ("minigrid", "metering", "system")
STATUSES = ("active", "suspended")
#: Characters that a field may have.
LONGEST = {"phone": 40, "address": 200, "country": 2}


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company."""

    slug: str
    name: str
    kind: str
    status: str
    email: str | None
    country: str | None
    #: Whether the Protected Pages Password is in use.
    ppp_enabled: bool
    revision: int
    phone: str | None = None
    address: str | None = None


def create_tenant(
    database: Database,
    slug: str,
    *,
    actor: Actor,
    name: str,
    kind: str,
    email: str | None = None,
    country: str | None = None,
    ppp_hash: str | None = None,
    phone: str | None = None,
    address: str | None = None,
) -> Tenant:
    """A new company; with `ppp_hash` its protected pages ask for that password.

    Raises: Conflict when the slug or the name is taken; InvalidChange with the field at
    fault.
    """
    row = {
        "slug": fields.slug(slug),
        "name": fields.text(name, "name"),
        "kind": fields.choice(kind, "kind", KINDS),
        "email": _email(email),
        "country": fields.optional_text(country, "country", LONGEST["country"]),
        "phone": fields.optional_text(phone, "phone", LONGEST["phone"]),
        "address": fields.optional_text(address, "address", LONGEST["address"]),
        "ppp_enabled": ppp_hash is not None,
    }
    with database.transaction():
        if Row.select().where(Row.slug == slug).exists(database.db):
            raise Conflict(said("there is a tenant `{slug}` already", slug=slug))
        now = database.now()
        Row.insert(
            **row,
            ppp_hash=ppp_hash,
            ppp_changed_at=now if ppp_hash else None,
            created_at=now,
        ).execute(database.db)
        with change(
            database,
            slug,
            actor=actor,
            action="tenant.created",
            about=("tenant", slug),
            kind="created",
            label=name,
            after=row,
        ):
            pass
        return find_tenant(database, slug)


def find_tenant(database: Database, tenant: str) -> Tenant:
    """The company of that slug. Raises: NotFound."""
    with database.reading():
        rows = _of_slug(database, tenant)
    if not rows:
        raise NotFound(f"unknown tenant `{tenant}`")
    return tenant_of(rows_of(Row, rows)[0])


@Statement
def _of_slug(slug: Any) -> pw.Query:
    return Row.select().where(Row.slug == slug)


def list_tenants(database: Database) -> list[Tenant]:
    """All companies, by slug."""
    with database.reading():
        return [
            tenant_of(row) for row in Row.select().order_by(Row.slug).execute(database.db)
        ]


def update_tenant(
    database: Database,
    tenant: str,
    *,
    actor: Actor,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    address: str | None = None,
    country: str | None = None,
) -> Tenant:
    """Another name, e-mail, phone, address or country; None keeps what is there.

    Raises: Conflict when the name is taken; InvalidChange with the field; NotFound.
    """
    given = {"phone": phone, "address": address, "country": country}
    new: dict[str, object] = {
        field: fields.optional_text(value, field, LONGEST[field])
        for field, value in given.items()
        if value is not None
    }
    if name is not None:
        new["name"] = fields.text(name, "name")
    if email is not None:
        new["email"] = _email(email)
    with database.transaction():
        before = find_tenant(database, tenant)
        with change(
            database,
            tenant,
            actor=actor,
            action="tenant.updated",
            about=("tenant", tenant),
            label=before.name,
            before={field: getattr(before, field) for field in new},
            after=new,
        ):
            Row.update(**new).where(Row.slug == tenant).execute(database.db)
        return find_tenant(database, tenant)


def set_status(database: Database, tenant: str, status: str, *, actor: Actor) -> None:
    """Suspend a company or let it work again."""
    fields.choice(status, "status", STATUSES)
    with database.transaction():
        before = find_tenant(database, tenant).status
        with change(
            database,
            tenant,
            actor=actor,
            action="tenant.status_set",
            about=("tenant", tenant),
            before={"status": before},
            after={"status": status},
        ):
            Row.update(status=status).where(Row.slug == tenant).execute(database.db)


def set_pages_password(
    database: Database, tenant: str, ppp_hash: str | None, *, actor: Actor
) -> None:
    """Use another Protected Pages Password, or none; all unlocks of the company end."""
    if ppp_hash == "":
        raise InvalidChange(said("the password is missing"), field="password")
    with database.transaction():
        before = find_tenant(database, tenant)
        with change(
            database,
            tenant,
            actor=actor,
            action="tenant.pages_password_set",
            about=("tenant", tenant),
            label=before.name,
            before={"enabled": before.ppp_enabled},
            # WHY the hash: the log shows that there is another one, and masks it.
            after={"enabled": ppp_hash is not None, "ppp_password": ppp_hash},
        ):
            Row.update(
                ppp_enabled=ppp_hash is not None,
                ppp_hash=ppp_hash,
                ppp_changed_at=database.now(),
            ).where(Row.slug == tenant).execute(database.db)
            Session.update(pages_unlocked_until=None).where(
                Session.tenant == tenant
            ).execute(database.db)


def _email(text: str | None) -> str | None:
    """The address as it was written, None for nothing. Raises: InvalidChange."""
    kept = fields.optional_text(text, "email")
    if kept is not None:
        identity(kept)
    return kept


def tenant_of(row: Row) -> Tenant:
    """The company of a row."""
    return Tenant(
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        status=row.status,
        email=row.email,
        country=row.country,
        ppp_enabled=bool(row.ppp_enabled),
        revision=row.revision,
        phone=row.phone,
        address=row.address,
    )
