"""Login passwords: which are good enough, and how they are kept.

They are kept as argon2id hashes, which cost memory and time on purpose; a `Hasher` lets
only a few be computed at a time, so that many logins cannot take all the memory. Passwords
are compared after NFKC, so that it does not matter which keyboard composed a letter.
"""

import re
import secrets
import string
import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from authz.accounts.email import identity
from authz.errors import InvalidChange
from authz.said import said

LENGTH_MIN = 8
BYTES_MAX = 1024
#: Long enough for a person to copy once: 95 bits.
RANDOM_LENGTH = 16
#: The most used passwords that would otherwise do, in small letters.
COMMON = frozenset(
    re.findall(
        r"\S+",
        """
    password1 password12 password123 password1234 password2 password01 password11
    password99 passw0rd passw0rd1 passw0rd123 p4ssw0rd p4ssword p@ssw0rd p@ssword1
    pa55word pa55w0rd qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyuiop1 qwe12345
    qwert123 qwert12345 qwer1234 1qaz2wsx 1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y
    q1w2e3r4 q1w2e3r4t5 qazwsx123 zaq12wsx zaq1zaq1 1qazxsw2 asdf1234 asdfgh123
    asdfghjkl1 zxcvbnm1 zxcvbnm123 zxcv1234 qweasd123 123qweasd qweasdzxc1 123456789a
    12345678a 1234567a a1234567 a12345678 a123456789 123456aa aa123456 aa12345678
    abc12345 abc123456 abcd1234 abcd12345 abc123abc abcdef123 1234abcd 12345abc
    123abc123 123456abc 12345qwert 1234qwer 123qwe123 admin123 admin1234 admin12345
    admin123456 administrator1 root1234 root12345 letmein1 letmein123 welcome1 welcome12
    welcome123 changeme1 changeme123 iloveyou1 iloveyou2 sunshine1 princess1 football1
    baseball1 monkey123 dragon123 master123 superman1 batman123 michael1 jordan23
    charlie1 computer1 internet1 samsung1 liverpool1 trustno1 test1234 test12345
    demo1234 user1234 login123 secret123 default1 temp1234 hello123 hello1234 summer2024
    summer2025 winter2024 winter2025 spring2025 autumn2025 company1 google123
    """,
    )
)


class Hasher:
    """Hashes and checks passwords, at most `at_once` at a time."""

    def __init__(
        self, *, at_once: int = 2, rounds: int = 3, memory_kib: int = 65_536, lanes: int = 4
    ):
        self._argon2 = PasswordHasher(
            time_cost=rounds, memory_cost=memory_kib, parallelism=lanes
        )
        self._free = threading.BoundedSemaphore(at_once)

    def hash(self, password: str) -> str:
        """What is stored of a password, different each time."""
        with self._free:
            return self._argon2.hash(_composed(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether it is the stored password.

        Without a stored one the answer is no, after the same time: nobody learns which
        accounts exist.
        """
        if len(password.encode(errors="replace")) > BYTES_MAX:
            return False
        wanted = self._nobodys if stored is None else stored
        with self._free:
            try:
                matched = self._argon2.verify(wanted, _composed(password))
            except (VerificationError, InvalidHashError, UnicodeEncodeError):
                return False
        return matched and stored is not None

    @cached_property
    def _nobodys(self) -> str:
        return self.hash(secrets.token_hex())


def check(password: str, email: str) -> None:
    """Nothing, if the password may be used.

    Raises: InvalidChange with the field `password`.
    """
    try:
        size = len(password.encode())
    except UnicodeEncodeError as exc:
        raise _invalid(said("the password holds half of a surrogate pair")) from exc
    if len(password) < LENGTH_MIN:
        raise _invalid(
            said("the password must have at least {least} characters", least=LENGTH_MIN)
        )
    if size > BYTES_MAX:
        raise _invalid(said("the password is longer than {most} bytes", most=BYTES_MAX))
    if not any(char.isalpha() for char in password):
        raise _invalid(said("the password must have a letter"))
    if not any(char.isdigit() for char in password):
        raise _invalid(said("the password must have a digit"))
    plain = _composed(password).casefold()
    if plain in COMMON:
        raise _invalid(said("the password is one of the most used ones"))
    own = identity(email)
    if plain in (own, own.partition("@")[0], _composed(email).casefold().strip()):
        raise _invalid(said("the password must not be the own e-mail"))


def random_password() -> str:
    """A password by chance that keeps the rules."""
    alphabet = string.ascii_letters + string.digits
    while True:
        found = "".join(secrets.choice(alphabet) for _ in range(RANDOM_LENGTH))
        if any(char.isalpha() for char in found) and any(char.isdigit() for char in found):
            return found


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _invalid(message: str) -> InvalidChange:
    return InvalidChange(message, field="password")
