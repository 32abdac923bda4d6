"""Everything that can go wrong on purpose.

    AuthzError
    ├── ConfigError            the configuration is wrong; stops start-up             exit 3
    ├── PolicyError            a policy set cannot be accepted; keeps file, line, id  exit 3
    │   ├── PolicySyntaxError      Polar or YAML does not parse, or is not allowed
    │   ├── PolicyReferenceError   unknown type, action, attribute, predicate
    │   └── PolicyCheckError       duplicate id, catalogue mismatch
    │       └── InterpretedOnly        asked for conditions that there are none of    exit 6
    ├── RequestError           a malformed question from a caller                     400
    ├── InvalidChange          facts that cannot be saved as they are                 422
    ├── NotFound               no such thing, or the asker may not know               404
    ├── Forbidden              may know, may not do                                   403
    ├── Conflict               somebody else was first, or it is there already        409
    └── Unavailable            facts or log cannot be reached or trusted              503

A class exists because somebody handles it differently; it carries what that somebody needs
as attributes. Messages are one line, lower case, without a full stop; what a person typed
stands in backticks.
"""


class AuthzError(Exception):
    """The root of the family; never raised itself."""


class ConfigError(AuthzError):
    """The configuration cannot be used."""


class PolicyError(AuthzError):
    """A policy set cannot be accepted."""

    def __init__(
        self,
        message: str,
        *,
        file: str = "",
        line: int = 0,
        policy_id: str = "",
        rule: str = "",
    ):
        super().__init__(message)
        #: What is wrong, without the place.
        self.message = message
        #: Name of the file inside the policy directory; empty when the whole set is meant.
        self.file = file
        #: Line in that file, from 1; 0 when it is not known.
        self.line = line
        self.policy_id = policy_id
        #: Id of the linter's rule that it breaks; empty when none says more.
        self.rule = rule

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" if place else self.message


class PolicySyntaxError(PolicyError):
    """Polar or YAML text that does not parse, or that a policy may not contain."""


class PolicyReferenceError(PolicyError):
    """A name that nothing declares: a type, an action, an attribute, a predicate."""


class PolicyCheckError(PolicyError):
    """Text that parses, but breaks a rule of the policy set as a whole."""


class InterpretedOnly(PolicyCheckError):
    """A kind of request that is decided, and of which no conditions say how."""


class RequestError(AuthzError):
    """A question that cannot be understood."""

    def __init__(self, message: str, *, where: str = ""):
        super().__init__(message)
        #: Path of the member at fault, as `subject.id`; empty for the whole body.
        self.where = where


class InvalidChange(AuthzError):
    """Facts that the rules of the data refuse; nothing was saved."""

    def __init__(self, message: str, *, field: str = ""):
        super().__init__(message)
        #: The field at fault, for a form to mark.
        self.field = field


class NotFound(AuthzError):
    """No such thing, or the asker may not know that there is one."""


class Forbidden(AuthzError):
    """The asker may know of it, and may not do this."""


class Conflict(AuthzError):
    """Somebody else changed it first, or it is there already."""

    def __init__(self, message: str, *, field: str = ""):
        super().__init__(message)
        #: The field at fault, for a form to mark; empty when it is none.
        self.field = field


class Unavailable(AuthzError):
    """Facts or a log cannot be reached or trusted: no decision is made."""
