"""Where a person is logged in, as who looks after the account sees and ends it."""

from authz.administration.desk import PERSON, Desk
from authz.storage import people, sessions
from authz.storage.sessions import Session as Session

#: WHY this action: with it the e-mail can be changed, which takes over every login.
LOOK_AFTER = "user:update"


def live(desk: Desk, who: str) -> tuple[Session, ...]:
    """The live logins of a person, the last seen first. Raises: Refused, NotFound."""
    desk.require(LOOK_AFTER, PERSON, who)
    account = people.find_account(desk.database, desk.tenant, who)
    return tuple(sessions.list_live(desk.database, desk.tenant, account.id))


def end(desk: Desk, who: str, handle: str) -> None:
    """End one of them. Raises: Refused; NotFound, for a login that has ended too."""
    with desk.deciding():
        actor = desk.require(LOOK_AFTER, PERSON, who)
        account = people.find_account(desk.database, desk.tenant, who)
        sessions.end(desk.database, desk.tenant, account.id, handle, actor=actor)


def end_all(desk: Desk, who: str) -> int:
    """End all of them; how many they were. Raises: Refused, NotFound."""
    with desk.deciding():
        actor = desk.require(LOOK_AFTER, PERSON, who)
        account = people.find_account(desk.database, desk.tenant, who)
        return sessions.end_others(
            desk.database, desk.tenant, account.id, keep=None, actor=actor
        )
