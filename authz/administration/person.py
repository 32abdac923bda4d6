"""Who acts, as a session, a token or a command has established it."""

from msgspec import Struct


class Person(Struct, frozen=True):
    """A person at work, and through what."""

    tenant: str
    #: Id of the account.
    account: str
    email: str
    #: `web`, `android` or `api`: as what the policies see it.
    channel: str
    session: str | None = None
    address: str | None = None
    request_id: str | None = None
    #: In which the person is told why something is refused.
    language: str = "en"
    #: What the log says instead of the channel; empty: the channel.
    through: str = ""
