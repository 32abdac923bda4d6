"""Accounts: the people of a tenant and what is recorded of them.

What a role or an option allows, and who may give it, is not known here; only that a row
belongs to its tenant, refers to something that exists, and is of a known kind. `access.py`
writes roles, options and bindings.
"""

import base64
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from authz.accounts.email import identity
from authz.errors import NotFound
from authz.storage import fields
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.people_rows import (
    account_row,
    bindings_of,
    live_row,
    options_of,
    roles_of,
)
from authz.storage.tables import Account as Row
from authz.storage.tables import Session

#: What `set_status` may set; `deleted` is for good and has its own function.
STATUSES = ("active", "blocked")
ID_BYTES = 10


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that a person holds."""

    role: str
    #: Epoch seconds; None: until it is taken away.
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Account:
    """A person, with all that is recorded of the access, in force or not."""

    tenant: str
    id: str
    email: str
    name: str
    status: str
    phone: str | None
    street: str | None
    timezone: str
    language: str
    authz_version: int
    roles: tuple[Assignment, ...]
    options: tuple[str, ...]
    #: Kind -> ids of the organizations or clusters.
    bindings: Mapping[str, tuple[str, ...]]


def create_account(
    database: Database,
    tenant: str,
    *,
    actor: Actor,
    email: str,
    name: str,
    password_hash: str | None,
    timezone: str = "UTC",
    language: str = "en",
) -> Account:
    """A new person without any access; without `password_hash` the person cannot log in.

    Raises: Conflict when a live account of any tenant has the e-mail; InvalidChange with
    the field.
    """
    row = {
        "email": email.strip(),
        "name": fields.text(name, "name"),
        "timezone": fields.timezone(timezone),
        "language": fields.language(language),
    }
    account = f"u_{base64.b32encode(secrets.token_bytes(ID_BYTES)).decode().lower()}"
    email_key = identity(email)
    with change(
        database,
        tenant,
        actor=actor,
        action="user.created",
        about=("user", account),
        kind="created",
        label=row["email"],
        after=row | {"password": password_hash},
    ):
        now = database.now()
        Row.insert(
            **row,
            id=account,
            tenant=tenant,
            email_key=email_key,
            password_hash=password_hash,
            password_changed_at=now if password_hash else None,
            created_at=now,
            created_by=actor.id,
        ).execute(database.db)
        return find_account(database, tenant, account)


def find_account(database: Database, tenant: str, who: str) -> Account:
    """The person of that id, deleted or not, or the live one of that e-mail.

    Raises: NotFound.
    """
    with database.reading():
        row = account_row(database, tenant, who)
        if row is None:
            raise NotFound(f"no account `{who}`")
        return _account(database, row)


def list_accounts(
    database: Database, tenant: str, *, deleted: bool = False
) -> list[Account]:
    """The people of the tenant, by e-mail; with `deleted` those who are gone, too."""
    chosen = (
        Row.select().where(Row.tenant == tenant).order_by(Row.email_key, Row.created_at)
    )
    if not deleted:
        chosen = chosen.where(Row.status != "deleted")
    with database.reading():
        return [_account(database, row) for row in chosen.execute(database.db)]


def update_account(
    database: Database,
    tenant: str,
    who: str,
    *,
    actor: Actor,
    email: str | None = None,
    name: str | None = None,
    phone: str | None = None,
    street: str | None = None,
    timezone: str | None = None,
    language: str | None = None,
) -> Account:
    """Another e-mail, name, phone, street, time zone or language; None keeps what is there.

    Raises: Conflict when the e-mail is taken; InvalidChange with the field; NotFound.
    """
    new: dict[str, object] = {}
    if email is not None:
        new |= {"email": email.strip(), "email_key": identity(email)}
    if name is not None:
        new["name"] = fields.text(name, "name")
    if phone is not None:
        new["phone"] = fields.optional_text(phone, "phone", 40)
    if street is not None:
        new["street"] = fields.optional_text(street, "street")
    if timezone is not None:
        new["timezone"] = fields.timezone(timezone)
    if language is not None:
        new["language"] = fields.language(language)
    return _update(database, tenant, who, "user.updated", new, actor=actor)


def set_password(
    database: Database, tenant: str, who: str, password_hash: str, *, actor: Actor
) -> Account:
    """Another login password, as its hash; all sessions of the person end."""
    new = {"password_hash": password_hash, "password_changed_at": database.now()}
    with database.transaction():
        account = _update(
            database, tenant, who, "user.password_set", new, actor=actor, rights=True
        )
        end_sessions(database, tenant, account.id)
        return account


def set_status(
    database: Database, tenant: str, who: str, status: str, *, actor: Actor
) -> Account:
    """Block a person, which ends all sessions, or let the person work again."""
    fields.choice(status, "status", STATUSES)
    new = {"status": status}
    with database.transaction():
        account = _update(
            database, tenant, who, "user.status_set", new, actor=actor, rights=True
        )
        end_sessions(database, tenant, account.id)
        return account


def delete_account(database: Database, tenant: str, who: str, *, actor: Actor) -> Account:
    """Delete a person for good: the e-mail is free again, the row stays with its name."""
    new = {"status": "deleted", "deleted_at": database.now(), "deleted_by": actor.id}
    with database.transaction():
        account = _update(
            database, tenant, who, "user.deleted", new, actor=actor, rights=True
        )
        end_sessions(database, tenant, account.id)
        return account


def end_sessions(database: Database, tenant: str, account: str) -> None:
    """End all sessions of a person, inside the transaction that makes it necessary."""
    live = (
        (Session.tenant == tenant)
        & (Session.account == account)
        & Session.revoked_at.is_null()
    )
    Session.update(revoked_at=database.now()).where(live).execute(database.db)


def _update(
    database: Database,
    tenant: str,
    who: str,
    action: str,
    new: Mapping[str, object],
    *,
    actor: Actor,
    rights: bool = False,
) -> Account:
    """Write the columns; with `rights` the tokens given out before are worthless."""
    with database.transaction():
        row = live_row(database, tenant, who)
        shown = [name for name in new if name != "email_key"]
        kind = "deleted" if new.get("status") == "deleted" else "updated"
        with change(
            database,
            tenant,
            actor=actor,
            action=action,
            about=("user", row.id),
            kind=kind,
            label=row.email,
            before={name: getattr(row, name) for name in shown},
            after={name: new[name] for name in shown},
        ):
            version = row.authz_version + 1 if rights else row.authz_version
            Row.update(**new, authz_version=version).where(Row.id == row.id).execute(
                database.db
            )
        return find_account(database, tenant, row.id)


def account_of(
    row: Row,
    roles: Iterable[tuple[str, float | None]],
    options: Iterable[str],
    bindings: Mapping[str, tuple[str, ...]],
) -> Account:
    """The account of a row, with role and end of each assignment, options and bindings."""
    return Account(
        tenant=row.tenant,
        id=row.id,
        email=row.email,
        name=row.name,
        status=row.status,
        phone=row.phone,
        street=row.street,
        timezone=row.timezone,
        language=row.language,
        authz_version=row.authz_version,
        roles=tuple(Assignment(role, end) for role, end in roles),
        options=tuple(options),
        bindings=bindings,
    )


def _account(database: Database, row: Row) -> Account:
    roles, options = roles_of(database, row), options_of(database, row)
    return account_of(row, roles, options, bindings_of(database, row))
