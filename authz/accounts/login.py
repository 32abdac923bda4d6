"""Logging in, by e-mail and password and the second factor where there is one, and staying
logged in.
"""

from dataclasses import dataclass

from authz.accounts.credentials import (
    TICKET,
    Door,
    SecondFactorNeeded,
    WrongLogin,
    admitted,
    authenticate,
    check_code,
)
from authz.accounts.passwords import Hasher
from authz.accounts.throttle import Throttled
from authz.administration.person import Person
from authz.decisions.ports import Clock
from authz.errors import NotFound
from authz.storage import logins, resets, sessions
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.logins import Candidate
from authz.storage.people import Account
from authz.storage.sessions import Session

__all__ = [
    "LoggedIn",
    "SecondFactorNeeded",
    "Throttled",
    "WrongLogin",
    "actor_of",
    "end_others",
    "log_in",
    "log_in_by_ticket",
    "log_out",
    "person_of",
    "rotate",
    "rotate_if_due",
]


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A login that succeeded."""

    session: Session
    account: Account


def log_in(
    database: Database,
    hasher: Hasher,
    *,
    email: str,
    password: str,
    channel: str,
    address: str | None,
    clock: Clock,
    code: str | None = None,
    user_agent: str | None = None,
    request_id: str | None = None,
    tenant: str | None = None,
) -> LoggedIn:
    """A new session. `tenant` limits it to people of that company.

    Raises: WrongLogin; Throttled; SecondFactorNeeded without a `code`.
    """
    door = Door(channel, address, user_agent, request_id)
    candidate = authenticate(
        database, hasher, door, email, password, clock, code=code, tenant=tenant
    )
    return _enter(database, door, candidate)


def log_in_by_ticket(
    database: Database,
    *,
    ticket: str,
    code: str,
    channel: str,
    address: str | None,
    clock: Clock,
    user_agent: str | None = None,
    request_id: str | None = None,
) -> LoggedIn:
    """A new session of whom the ticket was given to, with a code of the second factor.

    The ticket is good until the code is right. Raises: WrongLogin; Throttled.
    """
    door = Door(channel, address, user_agent, request_id)
    given = resets.find(database, ticket, TICKET)
    if given is None:
        raise WrongLogin
    candidate = logins.by_id(database, given.tenant, given.account)
    if candidate is None or not candidate.is_welcome:
        raise WrongLogin
    check_code(database, door, candidate, code, clock())
    with database.transaction():
        if resets.use(database, ticket, TICKET) is None:
            raise WrongLogin
        return _enter(database, door, candidate)


def person_of(
    database: Database,
    session_id: str,
    *,
    now: float,
    address: str | None = None,
    request_id: str | None = None,
) -> Person | None:
    """Who is logged in by that session, which is noted as seen now; None for nobody.

    Its `session` is the present id, which may be a newer one. Units: epoch seconds.
    """
    session = sessions.seen(database, session_id, now=now)
    if session is None:
        return None
    account = logins.by_id(database, session.tenant, session.account)
    if account is None:
        return None
    return Person(
        tenant=session.tenant,
        account=session.account,
        email=account.email,
        channel=session.channel,
        session=session.id,
        address=address,
        request_id=request_id,
        language=account.language,
    )


def rotate(database: Database, session_id: str) -> str | None:
    """A new id for the same login; None when it is not live."""
    try:
        return sessions.rotate(database, _tenant_of(database, session_id), session_id)
    except NotFound:
        return None


def rotate_if_due(database: Database, session_id: str) -> str | None:
    """The id that the browser is to have from now on, where it is to be another one: after
    a change of the person's rights.
    """
    try:
        tenant = _tenant_of(database, session_id)
        new = sessions.rotate(database, tenant, session_id, only_due=True)
    except NotFound:
        return None
    return None if new == session_id else new


def log_out(database: Database, person: Person) -> None:
    """End the session that the person acts in."""
    if person.session is not None:
        try:
            sessions.revoke(database, person.tenant, person.session, actor=actor_of(person))
        except NotFound:
            return


def end_others(database: Database, person: Person) -> int:
    """End all other sessions of the person; how many they were."""
    return sessions.end_others(
        database,
        person.tenant,
        person.account,
        keep=person.session,
        actor=actor_of(person),
    )


def actor_of(person: Person) -> Actor:
    """The person as the log names them."""
    return Actor(
        "user",
        person.account,
        person.email,
        person.channel,
        person.address,
        person.request_id,
    )


def _tenant_of(database: Database, session_id: str) -> str:
    session = sessions.seen(database, session_id, now=database.now())
    if session is None or session.id != session_id:
        raise NotFound("no such session")
    return session.tenant


def _enter(database: Database, door: Door, candidate: Candidate) -> LoggedIn:
    with database.transaction():
        account = admitted(database, candidate)
        session = sessions.create(
            database,
            account.tenant,
            account.id,
            actor=door.actor(account),
            channel=door.channel,
            user_agent=door.user_agent,
        )
        return LoggedIn(session, account)
