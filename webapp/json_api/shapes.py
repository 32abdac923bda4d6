"""The shapes that several nouns share."""

from datetime import datetime

from msgspec import Struct

from authz.administration import versions
from authz.storage.people import Account
from webapp.json_api.bodies import Body
from webapp.json_api.times import moment


class Password(Body, frozen=True):
    """A password, given once more."""

    password: str


class VersionQuery(Body, frozen=True):
    """The version that was seen."""

    version: str | None = None


class HeldRole(Struct, frozen=True):
    """A role or access level that a person holds, and when it ends; null: never."""

    role: str
    expires_at: datetime | None


class Person(Struct, frozen=True):
    """A person, with all that is recorded of the access, in force or not."""

    id: str
    email: str
    name: str
    status: str
    phone: str | None
    street: str | None
    timezone: str
    language: str
    roles: list[HeldRole]
    options: list[str]
    #: Kind -> ids of the organizations or clusters.
    bindings: dict[str, list[str]]
    #: To be sent with a change: what was changed since is not overwritten.
    version: str


def person(account: Account) -> Person:
    """A person as the API shows them."""
    return Person(
        id=account.id,
        email=account.email,
        name=account.name,
        status=account.status,
        phone=account.phone,
        street=account.street,
        timezone=account.timezone,
        language=account.language,
        roles=[HeldRole(one.role, moment(one.expires_at)) for one in account.roles],
        options=list(account.options),
        bindings={kind: list(ids) for kind, ids in account.bindings.items()},
        version=versions.of(account),
    )
