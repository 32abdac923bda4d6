"""What must not hold: the opposite of whatever a goal could mean, one literal at a time."""

from authz.engine.clauses import Clause
from authz.engine.conditions import OPPOSITE, Attr, Literal
from authz.engine.unfolding.canonical import Inexpressible, canonical
from authz.engine.unfolding.literals import assume, refuse
from authz.engine.unfolding.store import Store
from authz.engine.unfolding.terms import State

#: Ways of one policy for one kind of request; more are no policy that a person can review.
WAYS_MAX = 20_000


class Present:
    """Which attributes may be nil where something is known already."""

    def __init__(self, store: Store):
        self._store = store

    def nullable(self, attr: Attr) -> bool:
        """Whether it may be nil."""
        return not self._store.never_nil(attr)


def check_size(states: list[State], at: Clause) -> None:
    """Raises: OutsideFragment when there are too many."""
    if len(states) > WAYS_MAX:
        refuse("too-large", f"more than {WAYS_MAX} ways to hold", at)


def literals_of(state: State, outer: int, at: Clause) -> list[tuple[Literal, ...]]:
    """What a state under `not` says, in alternatives. Raises: OutsideFragment."""
    try:
        return canonical(state.store, outer)
    except Inexpressible as exc:
        refuse("element-misuse", str(exc), at)


def without(
    literals: tuple[Literal, ...], states: list[State], *, several: bool, at: Clause
) -> list[State]:
    """The states in which not all of the literals hold."""
    if len(literals) > 1 and not several:
        told = " and ".join(map(str, literals))
        refuse("not-over-compound", f"`not` over `{told}`: one test at a time", at)
    found = []
    for literal in literals:
        opposite = OPPOSITE.get(literal.op)
        if opposite is None:
            refuse("not-over-compound", f"`not` over `{literal}`", at)
        negated = Literal(opposite, literal.left, literal.right)
        found += [s for st in states if (s := assume(negated, st)) is not None]
    check_size(found, at)
    return found
