"""Where the policies of this server live, and what works on them there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from authz.administration.desk import Desk
from authz.decisions.active import Health
from authz.engine.policyset import PolicySet
from authz.errors import Forbidden
from authz.said import said
from authz.storage.events import Actor
from authz.storage.policy_sets import Files

#: Those who look after the policies are people of this tenant, whatever the policies say.
OPERATORS = "system"
READ, STAGE, APPROVE, ACTIVATE, ROLL_BACK = (
    f"policy:{verb}" for verb in ("read", "stage", "approve", "activate", "roll_back")
)


@dataclass(frozen=True, slots=True)
class Site:
    """The policy directory, and this process beside it."""

    directory: Path
    #: Makes a set of all files, once they pass the gate; a PolicyError says what does not.
    gate: Callable[[Files], PolicySet]
    #: The set that decides in this process, and how it stands with the files.
    current: Callable[[], PolicySet]
    health: Callable[[], Health]
    #: Has this process look at the directory now.
    reload: Callable[[], object]
    #: Starts a process that makes the check of that number.
    start: Callable[[int], None]


def require(desk: Desk, action: str) -> Actor:
    """The person as storage writes down who did it. Raises: Refused; Forbidden."""
    actor = desk.require(action, "tenant", desk.tenant)
    if desk.tenant != OPERATORS:
        raise Forbidden(
            said("the policies of this server are its operators' to look after")
        )
    return actor


def may(desk: Desk, action: str) -> bool:
    """Whether the person may do it."""
    return desk.tenant == OPERATORS and desk.may(action, "tenant", desk.tenant)
