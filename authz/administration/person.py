"""Who acts, as a session or a token has established it."""

from msgspec import Struct


class Person(Struct, frozen=True):
    """A person who is logged in, and through what."""

    tenant: str
    #: Id of the account.
    account: str
    email: str
    #: `web`, `android` or `api`.
    channel: str
    session: str | None = None
    address: str | None = None
    request_id: str | None = None
    #: In which the person is told why something is refused.
    language: str = "en"
