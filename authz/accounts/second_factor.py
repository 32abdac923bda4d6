"""The second factor: codes of an app by time (TOTP, RFC 6238), and recovery codes.

A code counts once: the step of time that it belongs to is used up with it. Recovery codes
are shown once and kept as hashes. The secret must be read again to check a code, so it is
encrypted with a key that is not in the database: a copy of that makes no codes.
"""

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from io import BytesIO

import pyotp
import segno
from joserfc import jwe
from joserfc.jwk import OctKey

from authz.accounts import keyfiles
from authz.accounts.keys import digest
from authz.errors import AuthzError, InvalidChange, NotFound
from authz.said import said
from authz.storage import second_factors
from authz.storage.database import Database
from authz.storage.events import Actor

KEY_FILE = "second-factors.key"
STEP_SECONDS, DIGITS = 30, 6
#: Steps before and after the present one whose codes count: clocks differ.
TOLERANCE = 1
RECOVERY_CODES = 10
#: 80 bits each, so that a plain hash of one cannot be turned back.
RECOVERY_BYTES = 10
_HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the person puts into the app, shown until it is confirmed."""

    #: For typing, in base32.
    secret: str
    #: The same with the names, as `otpauth://totp/...`.
    uri: str
    #: The uri as a QR code, an SVG element.
    svg: str

    def __repr__(self) -> str:
        return "Enrolment('***')"


def enrol(
    database: Database, tenant: str, account: str, *, label: str, issuer: str
) -> Enrolment:
    """A new secret, which counts once it is confirmed.

    label: the person's e-mail. issuer: this service, as the app shows it. Raises: Conflict
    where there is a second factor already.
    """
    secret = pyotp.random_base32()
    sealed = _sealed(database, account, secret)
    second_factors.begin(database, tenant, account, sealed)
    uri = pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=issuer)
    image = BytesIO()
    segno.make(uri, error="m", micro=False).save(
        image, kind="svg", scale=4, xmldecl=False, svgns=True, title="QR", nl=False
    )
    return Enrolment(secret, uri, image.getvalue().decode())


def confirm(
    database: Database, tenant: str, account: str, code: str, *, actor: Actor, now: float
) -> list[str]:
    """The recovery codes, shown once: from now on the second factor is asked for.

    Raises: InvalidChange with the field `code` when it is wrong; NotFound where none was
    begun.
    """
    held = second_factors.find(database, tenant, account)
    if held is None or held.confirmed_at is not None:
        raise NotFound("no second factor was begun")
    step = _step(_opened(database, account, held.secret), code, now)
    if step is None:
        raise InvalidChange(said("the code is wrong"), field="code")
    codes = _new_codes()
    hashes = [digest(_plain(code)) for code in codes]
    second_factors.confirm(database, tenant, account, step, hashes, actor=actor)
    return codes


def renew_codes(
    database: Database, tenant: str, account: str, *, actor: Actor
) -> list[str]:
    """Other recovery codes, shown once; the old ones are worthless. Raises: NotFound."""
    codes = _new_codes()
    hashes = [digest(_plain(code)) for code in codes]
    second_factors.replace_codes(database, tenant, account, hashes, actor=actor)
    return codes


def use(database: Database, tenant: str, account: str, code: str, *, now: float) -> bool:
    """Whether it is a code of the app, or a recovery code, that was not used yet."""
    held = second_factors.find(database, tenant, account)
    if held is None or held.confirmed_at is None:
        return False
    plain = _plain(code)
    if len(plain) != DIGITS:
        return second_factors.use_code(database, tenant, account, digest(plain))
    try:
        step = _step(_opened(database, account, held.secret), plain, now)
    except Unreadable:
        return False
    return step is not None and second_factors.use_step(database, tenant, account, step)


class Unreadable(AuthzError):
    """The secret was encrypted with another key file."""


def _step(secret: str, code: str, now: float) -> int | None:
    """The step of time that the code belongs to; None for a wrong one."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    present, found = int(now // STEP_SECONDS), None
    given = _plain(code).encode(errors="replace")
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        if hmac.compare_digest(given, totp.generate_otp(step).encode()):
            found = step
    return found


def _new_codes() -> list[str]:
    """As `abcd-efgh-ijkl-mnop`."""
    found = []
    for _ in range(RECOVERY_CODES):
        text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        found.append("-".join(text[start : start + 4] for start in range(0, 16, 4)))
    return found


def _plain(code: str) -> str:
    """A code without what people add to it."""
    return "".join(sign for sign in code.lower() if sign not in " -\t\n")


def _key(database: Database) -> OctKey:
    return OctKey.import_key(keyfiles.secret(keyfiles.path_of(database.path, KEY_FILE)))


def _sealed(database: Database, account: str, secret: str) -> str:
    """The secret, encrypted together with whom it belongs to."""
    content = json.dumps([account, secret])
    return jwe.encrypt_compact(_HEADER, content.encode(), _key(database))


def _opened(database: Database, account: str, sealed: str) -> str:
    """Raises: Unreadable."""
    try:
        found = jwe.decrypt_compact(sealed, _key(database), algorithms=[*_HEADER.values()])
        whose, secret = json.loads(found.plaintext or b"[]")
    except Exception as exc:
        # WHY all: the library says no to a strange text in many ways, by any exception.
        raise Unreadable(said("the second factor cannot be read: add it anew")) from exc
    if whose != account:
        raise Unreadable(said("the second factor is that of another account"))
    return str(secret)
