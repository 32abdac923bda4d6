"""The version of a thing as a form shows it: what was saved since cannot be overwritten
unseen.

It is a digest of all that is shown, so that whatever changes it, by whichever way, makes a
form old that was opened before.
"""

import hashlib

from authz.errors import Conflict
from authz.said import said

LENGTH = 16


def of(thing: object) -> str:
    """The version of a plain value, such as an account or an organization."""
    return hashlib.sha256(repr(thing).encode(errors="surrogatepass")).hexdigest()[:LENGTH]


def check(thing: object, seen: str | None) -> None:
    """Nothing, if that is the version that was seen, or none was asked for.

    Raises: Conflict.
    """
    if seen is not None and of(thing) != seen:
        raise Conflict(
            said("somebody changed this since you opened it: look again and repeat")
        )
