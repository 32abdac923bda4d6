"""What one step of a review says: how it came out, and what it found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from authz.errors import PolicyError

#: Characters of a message where many are listed; documents hold all of it.
MESSAGE_MAX = 300


class Outcome(StrEnum):
    """How a step came out."""

    PASSED = "passed"
    FAILED = "failed"
    #: There is no answer, though nothing is known to be wrong.
    UNDECIDED = "undecided"
    SKIPPED = "skipped"


class Level(StrEnum):
    """What is to be done about a finding."""

    #: It must be mended.
    ERROR = "error"
    WARNING = "warning"
    #: Somebody who reviews should know it.
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a step found."""

    #: Id of a rule of `reviewing.rules`.
    rule: str
    level: Level
    message: str
    #: Name of the file inside the policy directory; empty when the whole set is meant.
    file: str = ""
    #: Line in that file, from 1; 0 when it is not known.
    line: int = 0
    policy_id: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a review."""

    name: str
    outcome: Outcome
    #: One sentence.
    summary: str
    findings: tuple[Remark, ...] = ()
    #: The step's own document; None where it has none.
    document: Mapping[str, Any] | None = None
    #: More about it in Markdown, for those who open it.
    details: str = ""
    #: False where a file of its own could not be read.
    is_readable: bool = True

    def as_data(self) -> dict[str, Any]:
        """The step in the document of the review."""
        return {
            "step": self.name,
            "outcome": self.outcome.value,
            "summary": self.summary,
            "findings": [asdict(found) for found in self.findings],
            "document": self.document,
        }


def short(message: str) -> str:
    """As much of a message as belongs into a list of findings."""
    if len(message) <= MESSAGE_MAX:
        return message
    return f"{message[:MESSAGE_MAX].rsplit(' ', 1)[0]} ..."


def unreadable(name: str, error: PolicyError, rule: str) -> Step:
    """The step that a file stopped."""
    found = Remark(
        error.rule or rule,
        Level.ERROR,
        error.message,
        error.file,
        error.line,
        error.policy_id,
    )
    return Step(name, Outcome.FAILED, str(error), (found,), is_readable=False)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
