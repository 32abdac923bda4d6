"""The shapes of answers, from which the OpenAPI document is made.

What is sent is built elsewhere, quicker; a test holds every answer against its shape here.
Those of searches, filters, metadata and policies stand beside their endpoints.
"""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from authz.model import Reason


class Tried(Struct, frozen=True):
    """One test of a condition, with the values that it was made on."""

    condition: str
    seen: dict[str, Any]
    sentence: str


class Way(Struct, frozen=True):
    """One way in which a policy can hold."""

    policy: str
    places: list[str]
    met: list[Tried]
    unmet: list[Tried]


class Fact(Struct, frozen=True):
    """A stored fact that the decision rests on; times in UTC, ISO 8601."""

    attribute: str
    value: str
    given_by: str | None
    given_at: str | None
    expires_at: str | None


class Step(Struct, frozen=True):
    """One change of an attribute."""

    of: Literal["subject", "resource", "context"]
    attribute: str
    operation: Literal["set", "add", "remove"]
    value: Any
    sentence: str


class SmallestChange(Struct, frozen=True):
    """What would allow it, or why nothing would."""

    changes: list[Step]
    impossible: str | None


class Explanation(Struct, frozen=True):
    """Why it was decided so. What only administrators are told needs `decision:explain`."""

    reason: Reason
    reason_user: str
    determining_policies: list[str]
    reason_admin: str | UnsetType = UNSET
    ways: list[Way] | UnsetType = UNSET
    forbids: list[Way] | UnsetType = UNSET
    facts: list[Fact] | UnsetType = UNSET
    smallest_change: SmallestChange | None | UnsetType = UNSET


class Evaluation(Struct, frozen=True):
    """The decision; with `options.explain`, why."""

    decision: bool
    context: Explanation | UnsetType = UNSET


class ItemAnswer(Struct, frozen=True):
    """The decision on an item; with `options.explain`, why, or what is wrong with it."""

    decision: bool
    #: An `Explanation` or an `ItemFailure`.
    context: dict[str, Any] | UnsetType = UNSET


class EvaluationsAnswer(Struct, frozen=True):
    """One answer for each item, in order, up to the last that the semantic asks for."""

    evaluations: list[ItemAnswer]


class ItemError(Struct, frozen=True):
    """What is wrong with an item, as a request of its own would be told."""

    status: Literal[400]
    message: str


class ItemFailure(Struct, frozen=True):
    """The context of the deny that an item gets which asks nothing sound."""

    error: ItemError


class Error(Struct, frozen=True):
    """What is wrong with the request."""

    code: str
    message: str
    where: str
    request_id: str


class ErrorAnswer(Struct, frozen=True):
    """Any answer but a decision: it never has the member `decision`."""

    error: Error


class Liveness(Struct, frozen=True):
    """The process lives."""

    status: Literal["alive"]


class Standing(Struct, frozen=True):
    """Whether decisions are made, and by which policies."""

    status: Literal["ready", "degraded", "not_ready"]
    policy_revision: str
    reason: str | UnsetType = UNSET
