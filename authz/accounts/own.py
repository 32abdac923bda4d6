"""What people do with their own password while they are logged in: give it again before
something dangerous, and change it.
"""

from authz.accounts import passwords, throttle
from authz.accounts.login import actor_of
from authz.accounts.passwords import Hasher
from authz.administration.person import Person
from authz.errors import AuthzError, InvalidChange, NotFound
from authz.said import said
from authz.storage import events, logins, people, second_factors, sessions
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.logins import Candidate
from authz.storage.sessions import Session


class WrongPassword(AuthzError):
    """A password that a logged-in person gave is not the right one."""

    def __init__(self) -> None:
        super().__init__(said("the password is wrong"))


class ConfirmationNeeded(AuthzError):
    """The person must give the password again first: see `confirm`."""

    def __init__(self) -> None:
        super().__init__(said("give your password again to do this"))


def require_confirmed(database: Database, person: Person, *, now: float) -> None:
    """Nothing, if the person gave the password within the last five minutes.

    Raises: ConfirmationNeeded, to whoever acts without a session too.
    """
    found = None
    if person.session is not None:
        found = sessions.find(database, person.tenant, person.session)
    if found is None or found.account != person.account or not found.is_confirmed(now):
        raise ConfirmationNeeded


def confirm(database: Database, hasher: Hasher, person: Person, password: str) -> None:
    """Note in the session that the person has just given the password.

    Raises: WrongPassword; throttle.Throttled; NotFound without a live session.
    """
    if person.session is None:
        raise NotFound("no such session")
    check(database, hasher, person, password)
    sessions.confirm(database, person.tenant, person.session, actor=actor_of(person))


def check(database: Database, hasher: Hasher, person: Person, password: str) -> Candidate:
    """The person as stored before the password was looked at, if it is the right one.

    Raises: WrongPassword; throttle.Throttled.
    """
    attempt = throttle.begin(database, "confirm", person.account, person.address)
    candidate = logins.by_id(database, person.tenant, person.account)
    right = hasher.verify(candidate.password_hash if candidate else None, password)
    if candidate is None or not right:
        events.record(
            database,
            person.tenant,
            actor=actor_of(person),
            action="session.confirmed",
            about=("user", person.account),
            label=person.email,
            refused="the password is wrong",
        )
        raise WrongPassword
    attempt.succeeded()
    return candidate


def change_password(
    database: Database,
    hasher: Hasher,
    person: Person,
    *,
    old: str,
    new: str,
    actor: Actor | None = None,
) -> Session | None:
    """Another password. All logins of the person end; the session that goes on here has
    another id. None where the person acts without a session.

    actor: the person as the right was decided. Raises: WrongPassword; throttle.Throttled;
    InvalidChange with the field `password`; NotFound where the session has ended.
    """
    candidate = check(database, hasher, person, old)
    passwords.check(new, person.email)
    if candidate.pages_hash is not None:
        # WHY counted, and for good: the answer says whether that is the pages' password.
        throttle.begin(database, "pages", person.account, person.address)
        if hasher.verify(candidate.pages_hash, new):
            raise InvalidChange(
                said("use another one than for the pages"), field="password"
            )
    hashed, actor = hasher.hash(new), actor or actor_of(person)
    whose = (person.tenant, person.account)
    with database.transaction():
        if not candidate.is_as_before(logins.by_id(database, *whose)):
            raise WrongPassword
        before = None
        if person.session is not None:
            before = sessions.find(database, person.tenant, person.session)
            if before is None or not before.is_live(database.now()):
                # WHY: a session that was ended meanwhile must not go on as another one.
                raise NotFound("no such session")
        people.set_password(database, *whose, hashed, actor=actor)
        if before is None:
            return None
        return sessions.start(
            database,
            *whose,
            actor=actor,
            channel=before.channel,
            user_agent=before.user_agent,
        )


def remove_second_factor(database: Database, person: Person, *, now: float) -> None:
    """Log in without a second factor from now on.

    Raises: ConfirmationNeeded; NotFound without one.
    """
    require_confirmed(database, person, now=now)
    second_factors.remove(database, person.tenant, person.account, actor=actor_of(person))
