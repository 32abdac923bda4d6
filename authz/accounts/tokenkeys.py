"""The keys that sign personal tokens: one in use, and the one before it, which still
verifies what it signed.

They are files of their own, apart from the keys of metadata and of the log, so that nothing
signed for one purpose passes for another. A rotation by one process is noticed by the
others, because they look whether the file is still the one they read.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from authz.accounts import keyfiles
from authz.accounts.keyfiles import SigningKey
from authz.errors import ConfigError, NotFound

CURRENT, PREVIOUS = "tokens-es256.pem", "tokens-es256.previous.pem"


class TokenKeys:
    """The signing keys of the service that keeps its facts in that database file."""

    def __init__(self, database: Path):
        #: Where the key is that signs.
        self.path = keyfiles.path_of(database, CURRENT)
        self._previous = keyfiles.path_of(database, PREVIOUS)
        self._read: tuple[object, tuple[SigningKey, ...]] = (None, ())

    def current(self) -> SigningKey:
        """The key that signs, made if need be. Raises: ConfigError."""
        return self._keys()[0]

    def find(self, kid: str) -> Mapping[str, Any] | None:
        """The public key of that name; None for an unknown one."""
        return next((key.jwk for key in self._keys() if key.jwk["kid"] == kid), None)

    def jwks(self) -> dict[str, list[Mapping[str, Any]]]:
        """The public keys, for whoever verifies. Source: RFC 7517, section 5."""
        return {"keys": [key.jwk for key in self._keys()]}

    def rotate(self) -> None:
        """Sign with a new key from now on; the one before the last verifies no more.

        Raises: ConfigError.
        """
        self.current()
        # WHY by a copy: there is a key in its place at every moment.
        copy = self._previous.with_name(f".{PREVIOUS}.{secrets.token_hex(8)}")
        fresh = self.path.with_name(f".{CURRENT}.{secrets.token_hex(8)}")
        try:
            keyfiles.signing_key(fresh)
            copy.hardlink_to(self.path)
            copy.replace(self._previous)
            fresh.replace(self.path)
        except OSError as exc:
            raise ConfigError(f"cannot rotate `{self.path}`: {exc.strerror}") from exc
        finally:
            copy.unlink(missing_ok=True)
            fresh.unlink(missing_ok=True)

    def _keys(self) -> tuple[SigningKey, ...]:
        there = (_identity(self.path), _identity(self._previous))
        if self._read[0] != there or there[0] is None:
            found = [keyfiles.signing_key(self.path)]
            with suppress(NotFound):
                found.append(keyfiles.existing_signing_key(self._previous))
            there = (_identity(self.path), _identity(self._previous))
            self._read = (there, tuple(found))
        return self._read[1]


def _identity(path: Path) -> tuple[int, int, int] | None:
    """What a file is told apart by; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked for every token
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns
