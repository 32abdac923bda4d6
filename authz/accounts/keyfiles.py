"""Secrets that the service makes for itself, each in a file of its own beside the database.

A file is made when it is first needed, for its owner alone (0600), and is there complete or
not at all, so that several processes may need it at a time. They are not in the database: a
copy of that forges nothing.
"""

import os
import secrets
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters

from authz.errors import ConfigError, NotFound

#: Folder of these files, beside the database.
FOLDER = "keys"
PAGE_TOKENS, METADATA = "page-tokens.key", "metadata-es256.pem"
SECRET_BYTES = 32
FILE_MODE, FOLDER_MODE = 0o600, 0o700
OTHERS = 0o077
LARGEST_BYTES = 4096
ALGORITHM, CURVE = "ES256", "P-256"


class SigningKey:
    """A key that signs with ES256, named by its thumbprint (RFC 7638)."""

    def __init__(self, key: ECKey):
        named: KeyParameters = {"kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}
        self._key = ECKey.import_key(key.as_pem(private=True), named)
        #: The public part, for whoever verifies.
        self.jwk: Mapping[str, Any] = self._key.as_dict(private=False)

    @property
    def pem(self) -> str:
        """The public part as PEM (RFC 7468)."""
        return self._key.as_pem(private=False).decode()

    def signed(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """The claims as a JWT of that type. Source: RFC 7519, RFC 8725 section 3.11."""
        header = {"alg": ALGORITHM, "typ": typ, "kid": self.jwk["kid"]}
        return jwt.encode(header, dict(claims), self._key, algorithms=[ALGORITHM])


def path_of(database: Path, name: str) -> Path:
    """Where the secret of that name is, for the service that keeps its facts there."""
    return database.parent / FOLDER / name


def secret(path: Path) -> bytes:
    """SECRET_BYTES by chance, the same from then on.

    Raises: ConfigError when the file cannot be made, read or trusted.
    """
    content = _kept(path, lambda: secrets.token_bytes(SECRET_BYTES))
    if len(content) != SECRET_BYTES:
        raise _unusable(path, f"does not hold {SECRET_BYTES} bytes")
    return content


def signing_key(path: Path) -> SigningKey:
    """A key to sign with, the same from then on. Raises: as `secret`."""
    return _parsed(path, _kept(path, _new_pem))


def existing_signing_key(path: Path) -> SigningKey:
    """The same, where there is one already. Raises: NotFound, and as `secret`."""
    content = _read(path)
    if content is None:
        raise NotFound(f"there is no key `{path}` yet")
    return _parsed(path, content)


def _kept(path: Path, new: Callable[[], bytes]) -> bytes:
    """What the file holds; a new one holds `new()`."""
    content = _read(path)
    if content is not None:
        return content
    try:
        _place(path, new())
    except OSError as exc:
        raise ConfigError(f"cannot make the key file `{path}`: {exc.strerror}") from exc
    content = _read(path)
    if content is None:
        raise ConfigError(f"somebody takes away the key file `{path}`: start again")
    return content


def _read(path: Path) -> bytes | None:
    """What the file holds; None where there is no file."""
    try:
        # WHY: a FIFO must not hold up the start.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise ConfigError(f"cannot read the key file `{path}`: {exc.strerror}") from exc
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise _unusable(path, "is no regular file")
        if mode & OTHERS:
            raise ConfigError(
                f"the key file `{path}` is open to others than its owner: `chmod 600` it, "
                "or delete it where somebody may have read it"
            )
        return os.read(handle, LARGEST_BYTES)
    finally:
        os.close(handle)


def _place(path: Path, content: bytes) -> None:
    """Puts the file there, unless another process was first."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        # WHY a link: it never replaces a key that is in use, and never shows half of one.
        with suppress(FileExistsError):
            path.hardlink_to(new)
    finally:
        new.unlink()


def _new_pem() -> bytes:
    return ECKey.generate_key(CURVE).as_pem(private=True)


def _parsed(path: Path, content: bytes) -> SigningKey:
    try:
        key = ECKey.import_key(content)
        curve = key.curve_name
    except Exception as exc:
        # WHY all: two libraries say no to a strange key in many ways, by any exception.
        raise _unusable(path, "holds no private key in PEM") from exc
    if not key.is_private or curve != CURVE:
        raise _unusable(path, f"holds no private key of the curve {CURVE}")
    return SigningKey(key)


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"the key file `{path}` {why}: restore it, or delete it to have a new one made"
    )
