"""The meaning of a list of policies, as plainly as it can be written, to compare with.

A policy here is abstract: an effect, and how its condition turns out. There are six of
them. The reference walks a list and knows nothing of the code that it is compared with but
the result type.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from authz.model import Decision, Reason


@dataclass(frozen=True)
class Abstract:
    """A policy of which only this is known: what it would do, and whether it holds."""

    effect: str  # permit, forbid
    outcome: str  # true, false, error


SIX = tuple(
    Abstract(*pair) for pair in product(("permit", "forbid"), ("true", "false", "error"))
)
Policies = Sequence[Abstract]


def lists(longest: int) -> Iterator[tuple[Abstract, ...]]:
    """Every list of the six up to that length, the empty one first."""
    for length in range(longest + 1):
        yield from product(SIX, repeat=length)


def name(position: int, policy: Abstract) -> str:
    """The id of the policy at that position of a list."""
    return f"law.p{position}-{policy.effect}-{policy.outcome}"


def with_outcome(policies: Policies, effect: str, outcome: str) -> tuple[str, ...]:
    """Ids of the policies of that effect that turn out so, in their order."""
    found = []
    for position, policy in enumerate(policies):
        if policy.effect == effect and policy.outcome == outcome:
            found.append(name(position, policy))
    return tuple(found)


def decide(policies: Policies) -> tuple[Decision, tuple[str, ...]]:
    """The decision without its errors, and the ids of the policies that err, sorted."""
    erring = sorted(
        with_outcome(policies, "forbid", "error")
        + with_outcome(policies, "permit", "error")
    )
    forbids = with_outcome(policies, "forbid", "true")
    permits = with_outcome(policies, "permit", "true")
    if forbids:
        decision = Decision(False, Reason.FORBIDDEN, tuple(sorted(forbids)))
    elif with_outcome(policies, "forbid", "error"):
        decision = Decision(False, Reason.ERROR)
    elif permits:
        decision = Decision(True, Reason.PERMITTED, tuple(sorted(permits)))
    else:
        decision = Decision(False, Reason.NO_PERMIT)
    return decision, tuple(erring)
