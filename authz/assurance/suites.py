"""What a policy test asks and expects, as values: suites of checks and listings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from authz.assurance.fixture_facts import Fixture
from authz.model import NOTHING, Reason

#: The clock of a test that sets none.
DEFAULT_NOW = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a question."""

    #: The frozen clock, in seconds since the epoch.
    now: float = DEFAULT_NOW
    channel: str | None = None
    #: None: the caller names no session.
    pages_unlocked: bool | None = None
    #: The rest of the request's context.
    context: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    #: Properties of the action.
    properties: Mapping[str, object] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks to do what with what."""

    subject: Fixture
    action: str
    resource: Fixture
    setting: Setting

    def __str__(self) -> str:
        return f"{self.subject.alias} {self.action} {self.resource.alias}"

    def in_full(self) -> str:
        """The question with all that could change its answer, for a failure message."""
        setting, subject, resource = self.setting, self.subject, self.resource
        extras = [f"channel {setting.channel or 'unknown'}"]
        if setting.pages_unlocked:
            extras.append("pages unlocked")
        extras += [f"{name}={value}" for name, value in setting.context.items()]
        extras += [f"action.{name}={value}" for name, value in setting.properties.items()]
        return (
            f"`{subject.type}:{subject.id}` `{self.action}` `{resource.type}:{resource.id}`"
            f" ({', '.join(extras)})"
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One question with its expected answer; None stands for what is not asserted."""

    name: str
    question: Question
    allowed: bool
    #: The exact determining policies, sorted.
    because: tuple[str, ...] | None = None
    reason: Reason | None = None
    #: A glob for the sentence that the user is shown.
    message_for_user: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One question about every fixture of a type; the sorted ids are to be allowed."""

    name: str
    questions: tuple[Question, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """One test file."""

    name: str
    file: str
    fixtures: tuple[Fixture, ...]
    rows: tuple[Check | Listing, ...]
