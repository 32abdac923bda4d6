"""A link by which somebody else chooses a new password, for whom no mail reaches."""

from authz.accounts import resets
from authz.administration.desk import PERSON, Desk
from authz.administration.rights import live_account
from authz.errors import InvalidChange
from authz.said import said
from authz.terms import term


def reset_token(desk: Desk, who: str) -> str:
    """What such a link holds: shown once, and good for an hour.

    Raises: Refused; NotFound; InvalidChange for somebody who could not use it.
    """
    with desk.deciding():
        actor = desk.require("user:set_password", PERSON, who)
        account = live_account(desk, who)
        if account.status != "active":
            raise InvalidChange(
                said(
                    "the account is {status}: a link would not work",
                    status=term(account.status),
                )
            )
        token, _ = resets.make(
            desk.database, desk.tenant, account.id, resets.LOGIN, actor=actor
        )
        return token
