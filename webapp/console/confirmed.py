"""The own password as a field of a form: asked for where it was given long ago.

For forms that would be lost, were the person led to another page for it.
"""

from authz.accounts import own
from authz.accounts.throttle import Throttled
from authz.administration.desk import Desk

#: The field.
PASSWORD = "own_password"  # noqa: S105 - the name of a field
#: What `check` raises: the form is shown again, with what is wrong at that field.
UNCONFIRMED = (own.ConfirmationNeeded, own.WrongPassword, Throttled)


def check(desk: Desk, password: str) -> None:
    """Nothing, where the own password was given lately, or is given now.

    Raises: ConfirmationNeeded, WrongPassword, Throttled.
    """
    try:
        own.require_confirmed(desk.database, desk.person, now=desk.clock())
    except own.ConfirmationNeeded:
        if not password:
            raise
        own.confirm(desk.database, desk.hasher, desk.person, password)


def is_needed(desk: Desk) -> bool:
    """Whether a form has to ask for it."""
    try:
        own.require_confirmed(desk.database, desk.person, now=desk.clock())
    except own.ConfirmationNeeded:
        return True
    return False


def status_of(error: Exception) -> int:
    """That of the form shown again."""
    return 429 if isinstance(error, Throttled) else 422
