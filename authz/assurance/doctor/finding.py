"""What was found out about one part of an installation."""

from dataclasses import dataclass, field
from enum import StrEnum

from authz.errors import AuthzError


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what the doctor says."""

    #: What was looked at: `policies`, `database` and so on.
    check: str
    level: Level
    #: One line, never with a secret in it.
    message: str
    #: What to do about it; empty where there is nothing.
    advice: str = ""
    #: Of what kind an error is.
    error: AuthzError | None = field(default=None, compare=False)


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, message)


def warning(check: str, message: str, advice: str) -> Finding:
    """It works, and should be otherwise."""
    return Finding(check, Level.WARNING, message, advice)


def failure(check: str, error: AuthzError, advice: str) -> Finding:
    """It does not work."""
    return Finding(check, Level.ERROR, str(error), advice, error)
