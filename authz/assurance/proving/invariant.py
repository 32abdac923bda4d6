"""A promise about a policy set, and what it is about."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from authz.engine.beside import INVARIANTS_FILE
from authz.engine.conditions import Signature
from authz.engine.source import PolicySource

#: Stands beside the rules of a set, and is no part of it.
FILE = INVARIANTS_FILE


class Kind(StrEnum):
    """What an invariant says of the requests that it is about."""

    NEVER = "never"
    ALWAYS = "always"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class Body:
    """A Polar body over subject, action, resource and context."""

    text: str
    #: Where it stands in the file, from 1.
    line: int


@dataclass(frozen=True, slots=True)
class Invariant:
    """No request, or every one, of some kinds is allowed; or nobody may do two things."""

    id: str
    title: str
    why: str
    owner: str
    kind: Kind
    #: The kinds of request that it is about; of an exclusive one the two of each pair.
    questions: tuple[tuple[Signature, ...], ...]
    #: Which of these requests; None: all.
    when: Body | None
    #: Which of those it leaves out; None: none.
    unless: Body | None
    line: int
    #: Of an exclusive one: whether both are done to one resource.
    one_resource: bool = False


@dataclass(frozen=True)
class Invariants:
    """The invariants of a policy set, beside the files whose rules they may call."""

    all: tuple[Invariant, ...]
    source: PolicySource
    #: The file as it is written.
    text: str

    @cached_property
    def count(self) -> int:
        """How many kinds of request are asked about, taken together."""
        return sum(len(one.questions) for one in self.all)
