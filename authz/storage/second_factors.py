"""Second factors: the encrypted secret of a person, the last step used, recovery codes.

A step, and a code, is used in the transaction that finds it unused, so that two requests
with the same code cannot both get through.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from authz.errors import Conflict, NotFound
from authz.said import said
from authz.storage.database import Database
from authz.storage.events import Actor, record
from authz.storage.login_tables import RecoveryCode
from authz.storage.login_tables import SecondFactor as Row
from authz.storage.people import find_account


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What is stored of a second factor."""

    tenant: str
    #: Id of the account.
    account: str
    #: Encrypted.
    secret: str
    #: Units: epoch seconds. None: it was begun and does not count yet.
    confirmed_at: float | None


def find(database: Database, tenant: str, account: str) -> SecondFactor | None:
    """The second factor of a person, confirmed or not; None where there is none."""
    with database.reading():
        row = Row.select().where(_mine(Row, tenant, account)).first(database.db)
    if row is None:
        return None
    return SecondFactor(row.tenant, row.account, row.secret, row.confirmed_at)


def begin(database: Database, tenant: str, account: str, secret: str) -> None:
    """Keep the secret of a second factor that is to be confirmed.

    Raises: Conflict where there is a confirmed one.
    """
    with database.transaction():
        held = find(database, tenant, account)
        if held is not None and held.confirmed_at is not None:
            raise Conflict(said("there is a second factor already: remove it first"))
        Row.delete().where(_mine(Row, tenant, account)).execute(database.db)
        Row.insert(
            tenant=tenant, account=account, secret=secret, created_at=database.now()
        ).execute(database.db)


def confirm(
    database: Database,
    tenant: str,
    account: str,
    step: int,
    codes: Collection[str],
    *,
    actor: Actor,
) -> None:
    """From now on it is asked for; `codes` are the hashes of its recovery codes.

    Raises: NotFound where none was begun.
    """
    with database.transaction():
        held = find(database, tenant, account)
        if held is None or held.confirmed_at is not None:
            raise NotFound("no second factor was begun")
        new = {"confirmed_at": database.now(), "last_step": step}
        Row.update(**new).where(_mine(Row, tenant, account)).execute(database.db)
        _write_codes(database, tenant, account, codes)
        _record(database, tenant, account, "second_factor.added", actor)


def replace_codes(
    database: Database, tenant: str, account: str, codes: Collection[str], *, actor: Actor
) -> None:
    """Other recovery codes, by their hashes; the old ones are worthless.

    Raises: NotFound without a confirmed second factor.
    """
    with database.transaction():
        _confirmed(database, tenant, account)
        mine = _mine(RecoveryCode, tenant, account)
        RecoveryCode.delete().where(mine).execute(database.db)
        _write_codes(database, tenant, account, codes)
        _record(database, tenant, account, "second_factor.codes_replaced", actor)


def use_step(database: Database, tenant: str, account: str, step: int) -> bool:
    """Whether no code of that step or a later one was used; from now on it is used."""
    with database.transaction():
        later = _mine(Row, tenant, account) & (Row.last_step < step)
        return bool(Row.update(last_step=step).where(later).execute(database.db))


def use_code(database: Database, tenant: str, account: str, code: str) -> bool:
    """Whether that hash is of an unused recovery code; from now on it is used."""
    with database.transaction():
        unused = _mine(RecoveryCode, tenant, account) & RecoveryCode.used_at.is_null()
        return bool(
            RecoveryCode.update(used_at=database.now())
            .where(unused & (RecoveryCode.hash == code))
            .execute(database.db)
        )


def codes_left(database: Database, tenant: str, account: str) -> int:
    """How many recovery codes are unused."""
    unused = _mine(RecoveryCode, tenant, account) & RecoveryCode.used_at.is_null()
    with database.reading():
        return int(RecoveryCode.select().where(unused).count(database.db))


def remove(database: Database, tenant: str, account: str, *, actor: Actor) -> None:
    """Forget the second factor and its recovery codes. Raises: NotFound without one."""
    with database.transaction():
        _confirmed(database, tenant, account)
        Row.delete().where(_mine(Row, tenant, account)).execute(database.db)
        _record(database, tenant, account, "second_factor.removed", actor)


def _confirmed(database: Database, tenant: str, account: str) -> None:
    held = find(database, tenant, account)
    if held is None or held.confirmed_at is None:
        raise NotFound("there is no second factor")


def _mine(table: Any, tenant: str, account: str) -> Any:
    return (table.tenant == tenant) & (table.account == account)


def _write_codes(
    database: Database, tenant: str, account: str, codes: Collection[str]
) -> None:
    for code in codes:
        RecoveryCode.insert(tenant=tenant, account=account, hash=code).execute(database.db)


def _record(
    database: Database, tenant: str, account: str, action: str, actor: Actor
) -> None:
    label = find_account(database, tenant, account).email
    record(
        database, tenant, actor=actor, action=action, about=("user", account), label=label
    )
