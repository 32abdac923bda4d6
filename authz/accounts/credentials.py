"""Whether an e-mail, a password and a code are those of a person who may come in.

A try is counted before the password is looked at. Every way to be refused has the same
text and, as a password is verified for unknown people too, takes the same time: an unknown
e-mail, a wrong password, a blocked or deleted person, a suspended company. Only the log
says which it was.
"""

from dataclasses import dataclass

from authz.accounts import second_factor, throttle
from authz.accounts.email import identity
from authz.accounts.passwords import Hasher
from authz.decisions.ports import Clock
from authz.errors import AuthzError, InvalidChange
from authz.said import said
from authz.storage import events, login_attempts, logins, people, resets
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.logins import Candidate
from authz.storage.people import Account

#: Time to give the second factor after the password. Units: seconds.
TICKET_SECONDS = 5 * 60
TICKET = "second_factor"
#: Company in whose log the tries are that lead to nobody.
OPERATORS = "system"
#: So many of them in `throttle.WINDOW_SECONDS`, and no more, are written down.
UNKNOWN_MAX = 100


class WrongLogin(AuthzError):
    """The e-mail, the password or the code is wrong, or they open nothing now."""

    def __init__(self) -> None:
        super().__init__(said("the e-mail or the password is wrong"))


class SecondFactorNeeded(AuthzError):
    """The password is right; the second factor comes next, with the ticket."""

    def __init__(self, ticket: str):
        super().__init__(said("a code of the second factor is needed"))
        #: Good once, for TICKET_SECONDS.
        self.ticket = ticket


@dataclass(frozen=True, slots=True)
class Door:
    """Through what, and from where, somebody tries to log in."""

    channel: str
    address: str | None
    user_agent: str | None = None
    request_id: str | None = None

    def actor(self, account: Account | None) -> Actor:
        """The person as the log names them; nobody before the password was right."""
        if account is None:
            known = ("anonymous", "", "")
        else:
            known = ("user", account.id, account.email)
        return Actor(*known, self.channel, self.address, self.request_id)


def authenticate(
    database: Database,
    hasher: Hasher,
    door: Door,
    email: str,
    password: str,
    clock: Clock,
    *,
    code: str | None = None,
    tenant: str | None = None,
) -> Candidate:
    """The person whose e-mail, password and second factor these are, as stored before the
    password was looked at: see `admitted`.

    Raises: WrongLogin; throttle.Throttled; SecondFactorNeeded without a `code`.
    """
    try:
        key = identity(email)
    except InvalidChange:
        key = ""
    attempt = throttle.begin(database, "login", key or email, door.address)
    candidate = logins.by_email(database, key) if key else None
    right = hasher.verify(candidate.password_hash if candidate else None, password)
    if candidate is None:
        note_unknown(database, door.actor(None), "login", "authorization")
        raise WrongLogin
    if tenant not in (None, candidate.tenant):
        raise refused(database, door, candidate, "it is an account of another company")
    if not right:
        raise refused(database, door, candidate, "the password is wrong")
    if not candidate.is_welcome:
        raise refused(database, door, candidate, f"the account is {candidate.standing}")
    attempt.succeeded()
    if candidate.has_second_factor and code is None:
        raise SecondFactorNeeded(_ticket(database, candidate))
    if candidate.has_second_factor and code is not None:
        check_code(database, door, candidate, code, clock())
    return candidate


def admitted(database: Database, candidate: Candidate) -> Account:
    """The person, inside the transaction that lets in.

    Raises: WrongLogin, when a password was changed, or somebody shut out, while the given
    one was looked at: that takes a while, and the change has ended all logins.
    """
    whose = (candidate.tenant, candidate.account)
    if not candidate.is_as_before(logins.by_id(database, *whose)):
        raise WrongLogin
    return people.find_account(database, *whose)


def check_code(
    database: Database, door: Door, candidate: Candidate, code: str, now: float
) -> None:
    """Nothing, if that is a code of the second factor that was not used.

    Raises: WrongLogin; throttle.Throttled.
    """
    attempt = throttle.begin(database, "code", candidate.account, door.address)
    if not second_factor.use(database, candidate.tenant, candidate.account, code, now=now):
        raise refused(database, door, candidate, "the code is wrong")
    attempt.succeeded()


def _ticket(database: Database, candidate: Candidate) -> str:
    """Raises: as `admitted`."""
    with database.transaction():
        account = admitted(database, candidate)
        return resets.make(
            database, account.tenant, account.id, TICKET, seconds=TICKET_SECONDS
        )


def refused(database: Database, door: Door, who: Candidate, why: str) -> WrongLogin:
    """A refusal, and its entry in the log, which says why."""
    events.record(
        database,
        who.tenant,
        actor=door.actor(None),
        action="authorization",
        about=("user", who.account),
        label=who.email,
        refused=why,
    )
    return WrongLogin()


def note_unknown(database: Database, actor: Actor, kind: str, action: str) -> None:
    """The entry of a try that leads to nobody: in the log of the operators, while such
    tries, of a kind of `throttle.LIMITS`, are rare.
    """
    since = database.now() - throttle.WINDOW_SECONDS
    rare = login_attempts.count(database, kind, since=since) <= UNKNOWN_MAX
    if rare and logins.is_there(database, OPERATORS):
        events.record(
            database,
            OPERATORS,
            actor=actor,
            action=action,
            about=("user", ""),
            refused="the e-mail is unknown",
        )
