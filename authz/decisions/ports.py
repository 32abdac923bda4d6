"""What the decision point needs from the world, as small protocols."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from authz.decisions.tree import Tree
from authz.engine.schema import TypeSchema

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
    #: What is wrong with the row, where it cannot be read at all.
    malformed: str = ""


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

    def find(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        """What is stored of one thing; None when the tenant has no such thing."""
        ...

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        """Whether that live session of that user has the protected pages unlocked now."""
        ...


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search found."""

    #: Order: by code points.
    ids: tuple[str, ...]
    #: Whether there are others after these.
    more: bool
    #: The tenant's data revision that all of it is of.
    revision: int


class Search(Protocol):
    """Finds the stored things of one tenant that a tree holds for."""

    def matching(
        self, tenant: str, kind: TypeSchema, tree: Tree, *, after: str, limit: int
    ) -> Matches:
        """The first `limit` ids after that one for whose values, as `Facts.find` gives
        them, the tree holds; never one with a value of the wrong type.

        Raises: Unavailable when the facts cannot be reached or trusted; NotFound for an
        unknown tenant.
        """
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """A role, an option or a binding of a person, and where it comes from."""

    #: Attribute of the person that holds the value.
    attribute: str
    value: str
    #: Who gave it; empty when that is not recorded.
    given_by: str
    #: Epoch seconds; None: not recorded.
    given_at: float | None = None
    #: Epoch seconds; None: until it is taken away.
    expires_at: float | None = None


#: Tenant and id of a person -> what is recorded of the roles, options and bindings, those
#: too that have ended; for explanations, never for a decision.
Provenance = Callable[[str, str], Sequence[Given]]
