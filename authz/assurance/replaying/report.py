"""What a replay found: counts and groups, whatever the length of the log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from authz.assurance.replaying.judging import NotReplayed, Replayed
from authz.assurance.replaying.questions import Asked
from authz.decision_log.line import Line
from authz.model import Entity, Reason

DENY_TO_ALLOW, ALLOW_TO_DENY = "deny_to_allow", "allow_to_deny"
#: Examples of a group that are kept: the first ones.
EXAMPLES_MAX = 5


class FlipGroup(NamedTuple):
    """What flips of one group have in common."""

    change: str
    #: Why the candidate decides so: one of the seven of `model.Reason`.
    reason: str
    #: The forbids that now or before denied it; else the permits that allow or allowed it.
    policies: tuple[str, ...]
    action: str
    roles: tuple[str, ...]


@dataclass(slots=True)
class Flips:
    """The flips of one group."""

    count: int = 0
    #: Times of the first and the last line.
    first: datetime | None = None
    last: datetime | None = None
    examples: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Replay:
    """What became of recorded decisions under a candidate."""

    policy_revision: str
    base_revision: str
    decisions: int = 0
    replayed: int = 0
    #: Of those, from facts of another revision that gave the recorded answer again.
    from_changed_facts: int = 0
    #: Lines of the log that could not be read.
    damaged_lines: int = 0
    first: datetime | None = None
    last: datetime | None = None
    _flips: dict[FlipGroup, Flips] = field(default_factory=dict)
    _not_replayed: dict[NotReplayed, int] = field(default_factory=dict)

    @property
    def flips(self) -> list[tuple[FlipGroup, Flips]]:
        """Deny to allow first, then the largest groups first."""
        return sorted(
            self._flips.items(),
            key=lambda item: (item[0].change != DENY_TO_ALLOW, -item[1].count, item[0]),
        )

    @property
    def not_replayed(self) -> list[tuple[NotReplayed, int]]:
        """The largest groups first."""
        return sorted(
            self._not_replayed.items(),
            key=lambda item: (-item[1], item[0].why, item[0].attribute, item[0].policies),
        )

    @property
    def percent(self) -> float:
        """How many could be replayed; 100 only where it was all of them."""
        tenths = 1000 * self.replayed // self.decisions if self.decisions else 1000
        return tenths / 10

    def flipped(self, change: str | None = None) -> int:
        """How many flips there are, of that change or of both."""
        return sum(
            found.count
            for group, found in self._flips.items()
            if change in (None, group.change)
        )

    def add(self, line: Line, asked: Asked | None, found: Replayed | NotReplayed) -> None:
        """One recorded decision more, with what became of it."""
        self.decisions += 1
        self.first = line.time if self.first is None else min(self.first, line.time)
        self.last = line.time if self.last is None else max(self.last, line.time)
        if isinstance(found, NotReplayed):
            self._not_replayed[found] = self._not_replayed.get(found, 0) + 1
            return
        self.replayed += 1
        self.from_changed_facts += not found.same_facts
        if asked is not None and found.decision.allowed != asked.verdict.decision:
            self._add_flip(asked, found)

    def document(self) -> dict[str, Any]:
        """The JSON document `authz.replay/1`: see docs/replay.md."""
        return {
            "schema": "authz.replay/1",
            "policy_revision": self.policy_revision,
            "base_revision": self.base_revision,
            "decisions": self.decisions,
            "replayed": self.replayed,
            "percent": self.percent,
            "from_changed_facts": self.from_changed_facts,
            "damaged_lines": self.damaged_lines,
            "first": _time(self.first),
            "last": _time(self.last),
            "flips": list(self._flip_documents()),
            "not_replayed": [
                {
                    "why": group.why.value,
                    "policies": list(group.policies),
                    "attribute": group.attribute or None,
                    "count": count,
                }
                for group, count in self.not_replayed
            ],
        }

    def _flip_documents(self) -> Iterator[dict[str, Any]]:
        for group, found in self.flips:
            yield {
                "change": group.change,
                "reason": group.reason,
                "policies": list(group.policies),
                "action": group.action,
                "roles": list(group.roles),
                "count": found.count,
                "first": _time(found.first),
                "last": _time(found.last),
                "examples": found.examples,
            }

    def _add_flip(self, asked: Asked, found: Replayed) -> None:
        line, request = asked.line, asked.request
        assert request is not None
        group = _group(asked, found, request.action.name)
        flips = self._flips.setdefault(group, Flips())
        flips.count += 1
        flips.first = line.time if flips.first is None else min(flips.first, line.time)
        flips.last = line.time if flips.last is None else max(flips.last, line.time)
        if len(flips.examples) < EXAMPLES_MAX:
            flips.examples.append(
                {
                    "time": _time(line.time),
                    "request_id": line.request_id,
                    "item": asked.item,
                    "tenant": line.tenant,
                    "subject": _named(request.subject),
                    "action": request.action.name,
                    "resource": _named(request.resource),
                }
            )


def _group(asked: Asked, found: Replayed, action: str) -> FlipGroup:
    decision, recorded = found.decision, asked.verdict
    if decision.allowed:
        change = DENY_TO_ALLOW
        forbidden = recorded.reason == Reason.FORBIDDEN
        policies = recorded.policies if forbidden else decision.determining
    else:
        change = ALLOW_TO_DENY
        errors = tuple(sorted({error.policy_id for error in decision.errors}))
        failed = errors if decision.reason is Reason.ERROR else ()
        policies = decision.determining or failed or recorded.policies
    return FlipGroup(change, decision.reason.value, policies, action, found.roles)


def _named(entity: Entity) -> str:
    return f"{entity.type}:{entity.id}"


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
