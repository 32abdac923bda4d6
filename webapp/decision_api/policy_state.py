"""`GET /v1/policy`: which policies decide, and whether they are those on disk.

It tells of rules and never of a tenant's facts.
"""

from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from authz.decisions.active import ActivePolicies, Health
from webapp.decision_api import access
from webapp.decision_api.endpoint import READ_METHODS, Answered, Asked, Endpoint, Endpoints

PATH = "/v1/policy"


class PolicyHealth(Struct, frozen=True):
    """How it stands with the policies."""

    #: degraded: the files on disk were refused, and an earlier set decides.
    status: Literal["ok", "degraded"]
    #: What is wrong, with file and line.
    message: str | UnsetType = UNSET


class PolicyShown(Struct, frozen=True):
    """One policy."""

    id: str
    effect: Literal["permit", "forbid"]
    title: str


class PolicyState(Struct, frozen=True):
    """The policies that decide now."""

    policy_revision: str
    health: PolicyHealth
    #: Since when they decide in the worker that answers: ISO 8601, UTC.
    loaded_at: str | None
    count: int
    #: Order: by id.
    policies: list[PolicyShown]


def endpoints(active: ActivePolicies) -> Endpoints:
    """The one of them."""

    def answer(_asked: Asked) -> Answered:
        policies = active.current()
        shown = [
            PolicyShown(id, policy.effect.value, policy.entry.title)
            for id, policy in sorted(policies.policies.items())
        ]
        state = PolicyState(
            policies.revision,
            _health(active.health()),
            _time(active.loaded_at),
            len(shown),
            shown,
        )
        return Answered(msgspec.json.encode(state), policy_revision=policies.revision)

    return {PATH: Endpoint(answer, READ_METHODS, scope=access.CHECK)}


def _health(found: Health) -> PolicyHealth:
    return PolicyHealth("ok") if found.ok else PolicyHealth("degraded", found.message)


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
