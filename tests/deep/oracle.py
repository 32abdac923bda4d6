"""What the requirements say of one request, worked out by hand and without Polar.

It knows the permission catalogue of the two systems as tables, and the requirements R and
decisions D that cut across them as plain conditions. Where the sources leave a cell open it
answers None.
"""

from dataclasses import dataclass, field

from tests.deep import metering, minigrid
from tests.deep.metering import WEB_ONLY_EVERYWHERE

PROFILE = ("profile:read", "profile:update", "profile:change_password")


@dataclass(frozen=True)
class Person:
    """Who asks; a person who is asked about has the same facts."""

    id: str
    tenant: str
    tenant_kind: str
    tenant_status: str = "active"
    status: str = "active"
    pages_protected: bool = False
    roles: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    #: Kind of binding -> ids.
    bound: dict[str, frozenset[str]] = field(default_factory=dict)
    is_last_owner: bool = False

    def to(self, kind: str) -> frozenset[str]:
        return self.bound.get(kind, frozenset())


@dataclass(frozen=True)
class Thing:
    """What is asked about, if it is no person."""

    type: str
    id: str
    tenant: str
    cluster: str = ""
    supply_line: frozenset[str] = frozenset()
    service_organizations: frozenset[str] = frozenset()
    consumer: str = ""
    manufacturer: str = ""


@dataclass(frozen=True)
class Asked:
    """One question, with what is truly known about it."""

    who: Person
    action: str
    target: Person | Thing
    channel: str | None = None
    unlocked: bool = False
    role: str | None = None
    options: frozenset[str] = frozenset()
    binding_kinds: frozenset[str] = frozenset()
    subject_matter: str | None = None

    @property
    def is_self(self) -> bool:
        return isinstance(self.target, Person) and self.target.id == self.who.id


def allowed(asked: Asked) -> bool | None:
    """Whether the request must be allowed; None where the sources leave it open."""
    who = asked.who
    if who.status != "active" or who.tenant_status != "active":
        return False
    if asked.target.tenant != who.tenant:  # R5
        return False
    if asked.action in PROFILE:
        return asked.is_self and (metering.is_well_bound(who) or None)
    if asked.action in WEB_ONLY_EVERYWHERE and asked.channel != "web":  # R11, R12
        return False
    if who.tenant_kind == "minigrid":
        return minigrid.allowed(asked)
    if who.tenant_kind == "metering":
        return metering.allowed(asked)
    return _of_system(asked)


def _of_system(asked: Asked) -> bool | None:
    """The operators' own tenant administers the server, and nothing that companies have."""
    if not asked.who.roles & {"operator", "reviewer"}:
        return False
    administrative = ("user", "role", "api_client", "event", "settings", "mail")
    noun = asked.action.split(":")[0]
    companies = asked.action in minigrid.ROWS or asked.action in metering.ACTIONS
    return False if companies and noun not in administrative else None
