"""What the decision point needs from the world, as small protocols."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

#: Seconds since the epoch.
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of one subject or resource."""

    #: The opaque id: an account asked for by e-mail comes back with its own id.
    id: str
    #: Attribute name -> str, int, bool, tuple of str or None; computed ones included.
    attributes: Mapping[str, object]
    #: Epoch seconds at which one of the attributes ends; None: when the facts change.
    valid_until: float | None = None


class Facts(Protocol):
    """The policy information point (PIP): the facts of one tenant at a time."""

    def revision(self, tenant: str) -> int:
        """The tenant's data revision now; what `find` says next is at least that fresh.

        Raises: Unavailable when the facts cannot be reached or trusted; NotFound for an
        unknown tenant.
        """
        ...

    def held_revision(self, tenant: str) -> int | None:
        """The revision of what `find` has given so far, without asking again.

        The same before and after several `find`: all they gave is of that one revision.
        """
        ...

    def find(self, tenant: str, type: str, id: str) -> Stored | None:
        """What is stored of one thing; None when the tenant has no such thing."""
        ...

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        """Whether that live session of that user has the protected pages unlocked now."""
        ...
