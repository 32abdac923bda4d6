"""The Protected Pages Password of a company: one password for all its people, asked for as
a further step and kept as an argon2id hash.

An unlock belongs to one session and grants nothing: it takes away a forbid of the policies,
and whoever may not open a page still may not.
"""

from authz.accounts import passwords, throttle
from authz.accounts.login import actor_of
from authz.accounts.own import WrongPassword
from authz.accounts.passwords import Hasher
from authz.administration.person import Person
from authz.errors import InvalidChange, NotFound
from authz.said import said
from authz.storage import events, logins, sessions, tenants
from authz.storage.database import Database
from authz.storage.events import Actor

#: How long an unlock lasts.
UNLOCKED_SECONDS = 30 * 60
UNLOCKED = "pages.unlocked"


def unlock(
    database: Database, hasher: Hasher, person: Person, password: str, *, now: float
) -> None:
    """Unlock the protected pages in the person's session. Units: epoch seconds.

    Raises: WrongPassword, also where the company has none; throttle.Throttled; NotFound
    without a live session.
    """
    if person.session is None:
        raise NotFound("no such session")
    attempt = throttle.begin(database, "pages", person.account, person.address)
    candidate = logins.by_id(database, person.tenant, person.account)
    right = hasher.verify(candidate.pages_hash if candidate else None, password)
    if candidate is None or not right:
        events.record(
            database,
            person.tenant,
            actor=actor_of(person),
            action=UNLOCKED,
            about=("user", person.account),
            label=person.email,
            refused="the password is wrong",
        )
        raise WrongPassword
    attempt.succeeded()
    with database.transaction():
        stored = logins.by_id(database, person.tenant, person.account)
        if not candidate.is_as_before(stored):
            raise WrongPassword
        sessions.unlock_pages(
            database,
            person.tenant,
            person.session,
            until=now + UNLOCKED_SECONDS,
            actor=actor_of(person),
        )


def change(
    database: Database,
    hasher: Hasher,
    tenant: str,
    account: str,
    password: str | None,
    *,
    actor: Actor,
) -> None:
    """Another password for the pages of a company, or None to ask for none; all unlocks
    end. `account` is the id of who changes it.

    Raises: InvalidChange with the field `password`, also for that person's own login
    password; NotFound for an unknown person.
    """
    hashed = None
    if password is not None:
        hashed = checked(database, hasher, tenant, account, password)
    tenants.set_pages_password(database, tenant, hashed, actor=actor)


def checked(
    database: Database, hasher: Hasher, tenant: str, account: str, password: str
) -> str:
    """The hash of a password that the pages may have. Raises: as `change`."""
    candidate = logins.by_id(database, tenant, account)
    if candidate is None:
        raise NotFound(f"no account `{account}`")
    passwords.check(password, candidate.email)
    if hasher.verify(candidate.password_hash, password):
        raise InvalidChange(said("use another one than for your login"), field="password")
    return hasher.hash(password)
