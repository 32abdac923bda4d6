"""How a worker stands, as its metrics show it: looked at once a second, in one thread."""

from collections.abc import Callable

from authz.decisions.active import Health
from webapp.decision_api.metrics import Standing
from webapp.decision_api.readiness import Readiness


class Standings:
    """Looks, and remembers what it saw, so that it can count what became of edits."""

    def __init__(
        self,
        stands: Callable[[], Readiness],
        health: Callable[[], Health],
        *,
        cached: Callable[[], int],
        log_lost: Callable[[], int],
        disagreements: Callable[[], int],
    ):
        self._stands = stands
        self._health = health
        self._cached = cached
        self._log_lost = log_lost
        self._disagreements = disagreements
        self._seen = health()
        self._ok, self._failed = 0, 0

    def look(self) -> Standing:
        """How it stands now; never raises."""
        health, stands = self._health(), self._stands()
        if health.ok and health != self._seen:
            self._ok += 1
        if not health.ok and health.message != self._seen.message:
            self._failed += 1
        self._seen = health
        return Standing(
            status=stands.status,
            policy_revision=health.revision,
            cache_entries=self._cached(),
            log_lost=self._log_lost(),
            disagreements=self._disagreements(),
            reloads_ok=self._ok,
            reloads_failed=self._failed,
        )
