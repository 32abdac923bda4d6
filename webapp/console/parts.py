"""What the pages rest on, handed in by whoever starts the console."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from authz.accounts.mail import Mailer
from authz.accounts.passwords import Hasher
from authz.administration.policy_site import Site
from authz.composition import Parts
from authz.decisions.ports import Clock
from authz.engine.policyset import PolicySet
from authz.storage.database import Database

FORM_BYTES = 256 * 1024
#: Where the parts of an application are kept.
KEPT = "gatehouse.console"


@dataclass(frozen=True, slots=True)
class Door:
    """How people reach the console."""

    #: Names that a Host header may say, in lower case and without port.
    hosts: frozenset[str]
    #: `https://name` where the console is behind TLS; None: plain HTTP on this machine.
    origin: str | None = None
    body_bytes: int = FORM_BYTES

    @property
    def is_secure(self) -> bool:
        """Whether people reach it through TLS."""
        return self.origin is not None

    def answers_to(self, host: str) -> bool:
        """Whether that Host header, with a port or without, names it."""
        name, _, port = host.lower().rpartition(":")
        return (name if name and port.isdigit() else host.lower()) in self.hosts


@dataclass(frozen=True, slots=True)
class Console:
    """Everything that pages ask."""

    database: Database
    made: Parts
    #: The policy set that decides now.
    policies: Callable[[], PolicySet]
    #: Where the policies are, and what works on them there.
    site: Site
    hasher: Hasher
    mailer: Mailer
    clock: Clock
    #: What signs the cookies and the tokens of forms.
    secret: bytes
    door: Door
    new_request_id: Callable[[], str]
    #: Whether companies may register themselves.
    registration: bool = False


def console_of(app: Flask) -> Console:
    """The parts that an application was made of."""
    found: Console = app.extensions[KEPT]
    return found
