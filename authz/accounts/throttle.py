"""How often somebody may try a secret, counted in the database for all workers together.

Tries are counted by what is tried and by where they come from; the right ones are taken out
again. What is tried is kept as a hash: people type passwords where an e-mail belongs.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from authz.errors import AuthzError
from authz.said import said
from authz.storage import login_attempts
from authz.storage.database import Database

WINDOW_SECONDS = 5 * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries of one thing, and from one place, may fail in WINDOW_SECONDS."""

    of_one: int
    from_one: int


#: What is tried -> how often.
LIMITS: Mapping[str, Limit] = {
    "login": Limit(10, 10),
    "pages": Limit(10, 10),
    "confirm": Limit(10, 30),
    # A code has six digits only, and three of them are right at a time.
    "code": Limit(5, 20),
    # Each is a mail.
    "reset": Limit(5, 20),
    "registration": Limit(5, 5),
}
ADDRESS_MAX = 64
#: What one customer of a provider has. Source: RFC 6177.
IPV6_PREFIX = 64


class Throttled(AuthzError):
    """Too many tries failed; the next may be made after a while."""

    def __init__(self, retry_after_seconds: int):
        super().__init__(said("too many tries: wait a few minutes and try again"))
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was counted."""

    database: Database
    number: int

    def succeeded(self) -> None:
        """Take it out: it was right."""
        login_attempts.forget(self.database, self.number)


def begin(database: Database, kind: str, subject: str, address: str | None) -> Attempt:
    """Count a try, before anybody looks whether it is right.

    kind: one of LIMITS. subject: what is tried, as an e-mail or the id of an account.
    Raises: Throttled, and nothing is counted.
    """
    number, free_at = login_attempts.begin(
        database,
        kind,
        hashlib.sha256(subject.encode(errors="replace")).hexdigest(),
        network(address),
        limits=(LIMITS[kind].of_one, LIMITS[kind].from_one),
        window_seconds=WINDOW_SECONDS,
    )
    if free_at:
        raise Throttled(max(1, math.ceil(free_at - database.now())))
    return Attempt(database, number)


def network(address: str | None) -> str | None:
    """Where tries from that address are counted: all of one customer together."""
    if not address:
        return None
    try:
        found = ip_address(address)
    except ValueError:
        return address[:ADDRESS_MAX]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), IPV6_PREFIX), strict=False))
    return str(found)
