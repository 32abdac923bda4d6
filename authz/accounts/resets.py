"""A forgotten password: a link by mail, good for an hour and once, makes a new one.

Whoever asks gets the same answer, whether somebody has the e-mail or not. The link opens
nothing else: after it the person logs in, with the second factor where there is one.
"""

import logging
from collections.abc import Callable

from authz.accounts import passwords, protected_pages, throttle
from authz.accounts.credentials import note_unknown
from authz.accounts.email import identity
from authz.accounts.mail import Mail, Mailer
from authz.accounts.passwords import Hasher
from authz.errors import AuthzError, InvalidChange, Unavailable
from authz.said import said
from authz.storage import events, logins, people, resets, tenants
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.logins import Candidate
from authz.storage.people import Account

#: How long a link is good.
LINK_SECONDS = 3600
#: What a link makes new: the login password, or that of the protected pages.
LOGIN, PAGES = "login", "pages"
#: The secret of a link and whom it is for -> the mail, in the person's language.
Letter = Callable[[str, Account], Mail]
_log = logging.getLogger(__name__)


class WrongLink(AuthzError):
    """The link is unknown, used or over."""

    def __init__(self) -> None:
        super().__init__(said("this link does not work any more: ask for another one"))


def request(
    database: Database,
    mailer: Mailer,
    letter: Letter,
    *,
    email: str,
    address: str | None,
    request_id: str | None = None,
) -> None:
    """Send a link to the person of that e-mail, if there is one who may log in.

    Raises: throttle.Throttled, for unknown e-mails too.
    """
    try:
        key = identity(email)
    except InvalidChange:
        key = ""
    throttle.begin(database, "reset", key or email, address)
    candidate = logins.by_email(database, key) if key else None
    actor = Actor("anonymous", "", "", "web", address, request_id)
    if candidate is None or not candidate.is_welcome:
        _refuse(database, candidate, actor)
        return
    whose = (candidate.tenant, candidate.account)
    try:
        send(database, mailer, letter, *whose, LOGIN, actor=actor)
    except Unavailable:
        # WHY no answer: it would tell that somebody has the e-mail.
        _log.exception("a link could not be sent")


def send(
    database: Database,
    mailer: Mailer,
    letter: Letter,
    tenant: str,
    account: str,
    kind: str,
    *,
    actor: Actor,
    seconds: float = LINK_SECONDS,
) -> None:
    """Send a live person a link of that kind; whoever calls has decided that it may be.

    A link of kind `pages` ends with any change of the person's rights. Raises: NotFound.
    """
    token, person = make(database, tenant, account, kind, actor=actor, seconds=seconds)
    mailer.send(letter(token, person))


def make(
    database: Database,
    tenant: str,
    account: str,
    kind: str,
    *,
    actor: Actor,
    seconds: float = LINK_SECONDS,
) -> tuple[str, Account]:
    """The secret of a link, which is kept nowhere, and whom it is for. Raises: NotFound."""
    with database.transaction():
        person = people.find_account(database, tenant, account)
        token = resets.make(database, tenant, account, kind, seconds=seconds)
        events.record(
            database,
            tenant,
            actor=actor,
            action=f"reset.{kind}_requested",
            about=("user", account),
            label=person.email,
        )
    return token, person


def is_good(
    database: Database, token: str, kind: str = LOGIN, *, account: str | None = None
) -> bool:
    """Whether the link would work now, and is for that account, if one is given."""
    found = _whose(database, token, kind)
    return found is not None and account in (None, found.account)


def set_password(
    database: Database,
    hasher: Hasher,
    token: str,
    password: str,
    *,
    address: str | None,
    request_id: str | None = None,
) -> Account:
    """The person with a new login password; all logins end, and the link is used.

    Raises: WrongLink; InvalidChange with the field `password`, and the link still works.
    """
    whose = _whose(database, token, LOGIN)
    if whose is None:
        raise WrongLink
    passwords.check(password, whose.email)
    if whose.pages_hash is not None and hasher.verify(whose.pages_hash, password):
        raise InvalidChange(said("use another one than for the pages"), field="password")
    hashed = hasher.hash(password)
    with database.transaction():
        _use(database, token, LOGIN)
        actor = _actor(whose, address, request_id)
        return people.set_password(
            database, whose.tenant, whose.account, hashed, actor=actor
        )


def set_pages_password(
    database: Database,
    hasher: Hasher,
    token: str,
    password: str,
    *,
    address: str | None,
    request_id: str | None = None,
) -> None:
    """A new password for the protected pages of the company of whom the link is for.

    Raises: as `set_password`.
    """
    whose = _whose(database, token, PAGES)
    if whose is None:
        raise WrongLink
    hashed = protected_pages.checked(
        database, hasher, whose.tenant, whose.account, password
    )
    with database.transaction():
        _use(database, token, PAGES)
        actor = _actor(whose, address, request_id)
        tenants.set_pages_password(database, whose.tenant, hashed, actor=actor)


def _refuse(database: Database, candidate: Candidate | None, actor: Actor) -> None:
    """WHY an entry: who tries is seen, and the answer takes about as long as any other."""
    action = f"reset.{LOGIN}_requested"
    if candidate is None:
        note_unknown(database, actor, "reset", action)
        return
    events.record(
        database,
        candidate.tenant,
        actor=actor,
        action=action,
        about=("user", candidate.account),
        label=candidate.email,
        refused=f"the account is {candidate.standing}",
    )


def _whose(database: Database, token: str, kind: str) -> Candidate | None:
    found = resets.find(database, token, kind)
    if found is None:
        return None
    candidate = logins.by_id(database, found.tenant, found.account)
    return candidate if candidate is not None and candidate.is_welcome else None


def _use(database: Database, token: str, kind: str) -> None:
    """Raises: WrongLink, when another request was first."""
    if resets.use(database, token, kind) is None:
        raise WrongLink


def _actor(whose: Candidate, address: str | None, request_id: str | None) -> Actor:
    return Actor("user", whose.account, whose.email, "web", address, request_id)
