"""The shapes of where a person is logged in."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from authz.storage.sessions import Session
from webapp.json_api.times import moment


class OneLogin(Struct, frozen=True):
    """Where a person is logged in."""

    handle: str
    #: Of an app; else of a browser.
    is_app: bool
    #: Whether it is that of this token.
    is_this: bool
    channel: str
    since: datetime | None
    last_seen_at: datetime | None
    expires_at: datetime | None
    address: str | None
    user_agent: str | None


class Logins(Struct, frozen=True):
    """The live logins, the last seen first."""

    sessions: list[OneLogin]


class Ended(Struct, frozen=True):
    """How many logins ended."""

    ended: int


def logins_shape(live: Iterable[Session], mine: str | None) -> Logins:
    """Logins as they are sent. mine: the session of whom they are sent to."""
    return Logins(
        [
            OneLogin(
                handle=one.handle,
                is_app=one.is_app,
                is_this=one.id == mine,
                channel=one.channel,
                since=moment(one.created_at),
                last_seen_at=moment(one.last_seen_at),
                expires_at=moment(one.expires_at),
                address=one.address,
                user_agent=one.user_agent,
            )
            for one in live
        ]
    )
