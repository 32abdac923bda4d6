"""The Protected Pages Password: which refusals it alone is the reason for, and the link by
mail that makes a new one.
"""

from authz.accounts import resets, throttle
from authz.accounts.mail import Mailer
from authz.accounts.resets import Letter, WrongLink
from authz.administration.desk import Desk
from authz.decisions.pdp import Answer

#: The policy that keeps the pages shut until the password was given.
LOCK = "protected_pages.page-is-locked"
CHANGE = "ppp:update"


def locked(answer: Answer) -> bool:
    """Whether the policies would allow it, were the pages unlocked.

    WHY it asks what was overruled: the password is a step more for those who may, and never
    tells the others that there is something behind it.
    """
    decision = answer.decision
    return decision.determining == (LOCK,) and bool(decision.overruled)


def may_send_link(desk: Desk) -> bool:
    """Whether the person may change the password, or may but for the lock itself.

    WHY the lock is no obstacle: the link is for whoever has forgotten what opens it.
    """
    answer = desk.answer(CHANGE, "tenant", desk.tenant)
    return answer.decision.allowed or locked(answer)


def send_link(desk: Desk, mailer: Mailer, letter: Letter) -> None:
    """Send the person a link that makes a new password for the company's pages.

    Raises: Refused; throttle.Throttled; Unavailable when the mail cannot be sent.
    """
    _require(desk)
    throttle.begin(desk.database, "reset", desk.person.account, desk.person.address)
    resets.send(
        desk.database,
        mailer,
        letter,
        desk.tenant,
        desk.person.account,
        resets.PAGES,
        actor=desk.actor,
    )


def is_good(desk: Desk, token: str) -> bool:
    """Whether the person has got that link, and may still use it."""
    whose = desk.person.account
    good = resets.is_good(desk.database, token, resets.PAGES, account=whose)
    return good and may_send_link(desk)


def use_link(desk: Desk, token: str, password: str) -> None:
    """Another password for the company's pages, by the link; every unlock ends.

    Raises: Refused, for who may not any more; WrongLink, for a link of somebody else too;
    InvalidChange with the field `password`.
    """
    _require(desk)
    if not is_good(desk, token):
        raise WrongLink
    resets.set_pages_password(
        desk.database,
        desk.hasher,
        token,
        password,
        address=desk.person.address,
        request_id=desk.person.request_id,
    )


def _require(desk: Desk) -> None:
    """Raises: Refused, where more than the lock is in the way."""
    if not may_send_link(desk):
        desk.require(CHANGE, "tenant", desk.tenant)
