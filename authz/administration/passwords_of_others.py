"""The password that one person sets for another, and what else takes over an account."""

from authz.accounts import passwords
from authz.administration.desk import PERSON, Desk
from authz.errors import InvalidChange
from authz.said import said
from authz.storage import people
from authz.storage.people import Account


def takes_over(account: Account, email: str | None, password: str) -> bool:
    """Whether a change lets somebody else log in as the person.

    WHY it matters: doors ask for the own password again before it.
    """
    renames = email is not None and email.strip() != account.email
    return renames or bool(password.strip())


def checked_hash(desk: Desk, who: str, password: str, email: str | None) -> str:
    """The hash of a password that the person at the desk may set for another.

    email: the one that `who` is to have; None for the present one. Raises: Refused;
    NotFound; InvalidChange with the field `password`, for the own one too.
    """
    desk.require("user:set_password", PERSON, who)
    account = people.find_account(desk.database, desk.tenant, who)
    if account.id == desk.person.account:
        # WHY: whoever finds a console open must not be able to keep it.
        raise InvalidChange(
            said(
                "change your own password in your profile: the old one is asked for there"
            ),
            field="password",
        )
    passwords.check(password, email or account.email)
    return desk.hasher.hash(password)
