"""API keys: `gh_<id>_<secret>`, shown once, kept as a hash.

The secret has 256 bits of chance, so a plain SHA-256 of it cannot be turned back; a slow
hash would only slow every request down.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

#: Everything that a key may be allowed to do.
SCOPES = (
    "decision:check",
    "decision:batch",
    "decision:search",
    "decision:explain",
    "facts:write",
    "channel:assert",
    "session:assert",
)
#: Through what a subject acts.
CHANNELS = ("web", "android", "api")
ID_BYTES = 8
SECRET_BYTES = 32
HEADER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +gh_([0-9a-f]{16})_([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as its holder has it."""

    id: str
    secret: str

    @property
    def text(self) -> str:
        """What is shown once."""
        return f"gh_{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"Key(id={self.id!r}, secret='***')"


def new_key() -> Key:
    """A key that nobody has had."""
    return Key(secrets.token_hex(ID_BYTES), secrets.token_hex(SECRET_BYTES))


def parse(authorization: str) -> Key | None:
    """The key in an `Authorization` header; None when it holds none of ours."""
    found = HEADER.fullmatch(authorization)
    return Key(found[1], found[2]) if found else None


def digest(secret: str) -> str:
    """What is stored of a secret: SHA-256, in hex."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def matches(secret: str, stored: str) -> bool:
    """Whether a secret is the stored one, in a time that tells nothing about it."""
    return hmac.compare_digest(digest(secret), stored)
