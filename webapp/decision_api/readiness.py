"""Whether decisions can be made: the policies are loaded and the facts can be trusted."""

from collections.abc import Callable
from dataclasses import dataclass

from authz.decisions.active import Health
from authz.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether decisions can be made, and how well."""

    #: `ready`, `degraded` (the last good policy set answers, or decisions are not logged)
    #: or `not_ready`.
    status: str
    policy_revision: str
    #: Why it is not plainly ready; empty otherwise.
    reason: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether decisions can be made at all."""
        return self.status != "not_ready"


def readiness(
    policy_health: Callable[[], Health],
    check_facts: Callable[[], None],
    *,
    log_trouble: str = "",
    stopping: bool = False,
) -> Readiness:
    """How it stands now; `check_facts` raises Unavailable when they cannot be trusted.

    log_trouble: why the decision log cannot be written, if it cannot.
    """
    health = policy_health()
    if stopping:
        return Readiness("not_ready", health.revision, "the service is being stopped")
    if not health.revision:
        return Readiness("not_ready", "", f"no policy set is in force: {health.message}")
    try:
        check_facts()
    except Unavailable as exc:
        return Readiness("not_ready", health.revision, str(exc))
    if not health.ok:
        return Readiness("degraded", health.revision, health.message)
    if log_trouble:
        return Readiness("degraded", health.revision, log_trouble)
    return Readiness("ready", health.revision, health.message)
