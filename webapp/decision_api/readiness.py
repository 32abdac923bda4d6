"""Whether decisions can be made: the policies are loaded and the facts can be trusted."""

from collections.abc import Callable
from dataclasses import dataclass

from authz.decisions.active import Health
from authz.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether decisions can be made, and how well."""

    #: `ready`, `degraded` (the last good policy set answers) or `not_ready`.
    status: str
    policy_revision: str
    #: Why it is not plainly ready; empty otherwise.
    reason: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether decisions can be made at all."""
        return self.status != "not_ready"


def readiness(
    policy_health: Callable[[], Health], check_facts: Callable[[], None]
) -> Readiness:
    """How it stands now; `check_facts` raises Unavailable when they cannot be trusted."""
    health = policy_health()
    if not health.revision:
        return Readiness("not_ready", "", f"no policy set is in force: {health.message}")
    try:
        check_facts()
    except Unavailable as exc:
        return Readiness("not_ready", health.revision, str(exc))
    status = "ready" if health.ok else "degraded"
    return Readiness(status, health.revision, health.message)
