"""Is there a context in which the two sets answer otherwise, and what must it be like?

Subject and resource are known; what is left of each condition are tests of the context.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from authz.assurance.differing.entries import Entry, Left
from authz.assurance.differing.phrases import Ruling, in_order, text, when
from authz.engine.conditions import Condition, Ways
from authz.model import Effect

GAIN, LOSS = "gain", "loss"
#: Conditions with what is left of them.
Held = tuple[Entry, Left]
#: The conditions of the set that allows and of the one that denies -> whether there is such
#: a request.
Exists = Callable[[Ways, Ways], bool]


@dataclass(frozen=True, slots=True)
class Flip:
    """One way in which the answer changes."""

    change: str
    #: The changed conditions behind it.
    entries: tuple[Entry, ...]
    #: What the context must be like; empty: it does not matter.
    when: str


class Contexts:
    """Remembers what it has found out: the same questions come again and again."""

    def __init__(self, exists: Exists):
        self._exists = exists
        self._found: dict[tuple[Ruling, Ruling], bool] = {}
        self._flips: dict[frozenset[Held], tuple[Flip, ...]] = {}

    def flips(self, held: Collection[Held]) -> tuple[Flip, ...]:
        """The changes for a subject and resource for which just these conditions hold."""
        key = frozenset(held)
        found = self._flips.get(key)
        if found is None:
            found = self._flips[key] = tuple(self._changes(held))
        return found

    def _changes(self, held: Collection[Held]) -> Iterable[Flip]:
        old = _ruling((entry.effect, left) for entry, left in held if entry.old)
        new = _ruling((entry.effect, left) for entry, left in held if entry.new)
        if old == new:
            return
        for change, allows, denies in ((GAIN, new, old), (LOSS, old, new)):
            if self._is_possible(allows, denies):
                behind = _behind(held, change)
                yield Flip(change, behind, when(allows, denies))

    def _is_possible(self, allows: Ruling, denies: Ruling) -> bool:
        if allows.never_allows or denies.always_allows:
            return False
        if allows.always_allows and denies.never_allows:
            return True
        asked = allows, denies
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = self._exists(_ways(allows), _ways(denies))
        return found


def _ruling(held: Iterable[tuple[Effect, Left]]) -> Ruling:
    of: dict[Effect, set[Left]] = {effect: set() for effect in Effect}
    for effect, left in held:
        of[effect].add(left)
    permits, forbids = (_weakest(of[effect]) for effect in (Effect.PERMIT, Effect.FORBID))
    return Ruling(permits, forbids)


def _weakest(found: set[Left]) -> frozenset[Left]:
    """Without those that ask for more than another one does."""
    return frozenset(one for one in found if not any(other < one for other in found))


def _ways(ruling: Ruling) -> Ways:
    permits, forbids = (
        tuple(Condition(in_order(one), (), ()) for one in sorted(found, key=text))
        for found in (ruling.permits, ruling.forbids)
    )
    return Ways(permits, forbids)


def _behind(held: Collection[Held], change: str) -> tuple[Entry, ...]:
    """The conditions whose coming or going explains the change.

    A policy that says the same in both sets, here, explains nothing.
    """
    left: dict[tuple[str, bool], set[Left]] = {}
    for entry, one in held:
        for new in (False, True):
            if entry.new if new else entry.old:
                left.setdefault((entry.condition.policies[0], new), set()).add(one)
    found: dict[Entry, None] = {}
    for entry, _ in held:
        policy = entry.condition.policies[0]
        is_new = (entry.effect is Effect.PERMIT) is (change == GAIN)
        of_allowing = entry.new if is_new else entry.old
        before, after = (left.get((policy, new), set()) for new in (not is_new, is_new))
        if entry.is_changed and of_allowing and after - before:
            found[entry] = None
    if found:
        return tuple(found)
    # WHY: where only the schema differs, no condition does.
    side = [e for e, _ in held if e.effect is Effect.PERMIT]
    return tuple(dict.fromkeys(e for e in side if (e.new if change == GAIN else e.old)))
