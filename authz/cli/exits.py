"""What the exit code of every command says.

A script can tell an answer from a fault: a deny is 10, where `--fail-on-deny` asks for it,
and where the policies refuse what was to be done.
"""

from enum import IntEnum

from authz.administration.policy_rules import Obstacle
from authz.errors import (
    AuthzError,
    ConfigError,
    Forbidden,
    InterpretedOnly,
    PolicyError,
    Unavailable,
)


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    DOES_NOT_LOAD = 3
    TESTS_FAILED = 4
    GATE_FAILED = 5
    #: There is no answer, though nothing is wrong: no proof was reached, or what is asked
    #: about can only be interpreted.
    INDETERMINATE = 6
    UNREACHABLE = 7
    DENY = 10


def exit_of(error: AuthzError) -> Exit:
    """The exit code for an error of ours; what the caller named wrongly is usage."""
    match error:
        case InterpretedOnly():
            return Exit.INDETERMINATE
        case ConfigError() | PolicyError():
            return Exit.DOES_NOT_LOAD
        case Unavailable():
            return Exit.UNREACHABLE
        case Forbidden():
            return Exit.DENY
        case Obstacle():
            return Exit.GATE_FAILED
    return Exit.USAGE
