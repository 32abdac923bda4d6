"""What a policy test asks and expects, as values: suites of checks and listings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from authz.assurance.fixture_facts import Fixture
from authz.engine.catalogue import FALLBACK_LANGUAGE
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
        """The question with all that could change its answer, for a failure message: as
        `authz explain` is asked, and what cannot be asked there behind it.
        """
        setting, subject, resource = self.setting, self.subject, self.resource
        parts = [f"{subject.type}:{subject.id}", self.action]
        parts.append(f"{resource.type}:{resource.id}")
        for option in ("context", "properties"):
            given = getattr(setting, option)
            parts += [f"--{option} '{json.dumps(dict(given))}'"] if given else []
        parts += [f"--channel {setting.channel}"] if setting.channel else []
        around = [] if setting.channel else ["no channel"]
        around += ["pages unlocked"] if setting.pages_unlocked else []
        if setting.now != DEFAULT_NOW:
            moment = datetime.fromtimestamp(setting.now, UTC)
            around.append(f"at {moment.isoformat().replace('+00:00', 'Z')}")
        asked = f"`{' '.join(parts)}`"
        return f"{asked} ({', '.join(around)})" if around else asked


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
    #: Of that sentence.
    language: str = FALLBACK_LANGUAGE

    @property
    def questions(self) -> tuple[Question, ...]:
        """The one question."""
        return (self.question,)


@dataclass(frozen=True, slots=True)
class Listing:
    """One question about every fixture of a type; the sorted ids are to be allowed."""

    name: str
    questions: tuple[Question, ...]
    ids: tuple[str, ...]
    #: The condition that an app would filter its list by gives the same ids.
    filter_exact: bool = False


@dataclass(frozen=True, slots=True)
class Todo:
    """A test that is written down, and not to be asked yet."""

    name: str
    why: str
    #: Those that it will ask.
    questions: tuple[Question, ...]


#: What a test stands for.
Row = Check | Listing | Todo


@dataclass(frozen=True, slots=True)
class Suite:
    """One test file."""

    name: str
    file: str
    fixtures: tuple[Fixture, ...]
    rows: tuple[Row, ...]
    #: The file itself, and those of the fixtures that it shares.
    paths: tuple[Path, ...] = ()
