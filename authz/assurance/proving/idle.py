"""Which policies can never matter: they never hold, are always overruled, or others decide
the same without them.
"""

from collections.abc import Callable, Iterable

from authz.assurance.proving.proofs import Idle
from authz.assurance.symbolic.formula import All, Either, Formula, Not, Some
from authz.engine.conditions import Condition, Signature, Ways
from authz.engine.policyset import Policy, PolicySet
from authz.model import Effect

#: Whether there is a request of that signature for which the formula holds.
#: Raises: Undecided.
Possible = Callable[[Formula, Signature], bool]


class Matters:
    """Asks of each policy whether any decision depends on it."""

    def __init__(self, policies: PolicySet, possible: Possible):
        self._policies = policies
        self._possible = possible
        #: Policy id -> the signatures for which it has conditions.
        self._of: dict[str, list[tuple[Signature, Ways]]] = {}
        for signature in policies.signatures():
            ways = policies.ways(signature)
            ids = {id for one in (*ways.permits, *ways.forbids) for id in one.policies}
            for id in sorted(ids):
                self._of.setdefault(id, []).append((signature, ways))

    def idle(self, policy: Policy) -> Idle | None:
        """Why it never matters; None when it does. Raises: Undecided."""
        mine = self._of.get(policy.id, [])
        if any(self._possible(_decides(policy, ways), s) for s, ways in mine):
            return None
        why, by = "redundant", self._by(policy, mine)
        if not any(self._possible(_own(policy, ways), s) for s, ways in mine):
            why, by = "vacuous", ()
        elif not any(self._possible(_counts(policy, ways), s) for s, ways in mine):
            why = "shadowed"
            by = by if policy.effect is Effect.PERMIT else ()
        return Idle(policy.id, why, by, policy.file, policy.line)

    def _by(
        self, policy: Policy, mine: Iterable[tuple[Signature, Ways]]
    ) -> tuple[str, ...]:
        """The policies without which it would matter, as few as are found one by one."""
        mine = list(mine)
        others = sorted({id for _, ways in mine for id in _ids(ways)} - {policy.id})
        kept = set(others)
        for other in others:
            fewer = kept - {other}
            if not any(self._possible(_decides(policy, w, fewer), s) for s, w in mine):
                kept = fewer
        return tuple(sorted(kept))


def _ids(ways: Ways) -> Iterable[str]:
    return (id for one in (*ways.permits, *ways.forbids) for id in one.policies)


def _own(policy: Policy, ways: Ways) -> Formula:
    """The policy holds."""
    every = (*ways.permits, *ways.forbids)
    return Some(tuple(one for one in every if policy.id in one.policies))


def _rest(
    conditions: Iterable[Condition], policy: Policy, kept: set[str] | None
) -> Formula:
    """Another policy holds, of those that are kept."""
    return Some(
        tuple(
            one
            for one in conditions
            if policy.id not in one.policies
            and (kept is None or not kept.isdisjoint(one.policies))
        )
    )


def _counts(policy: Policy, ways: Ways) -> Formula:
    """It holds, and no forbid overrules it; of a forbid: there is something to forbid."""
    if policy.effect is Effect.PERMIT:
        return All((_own(policy, ways), Not(Some(ways.forbids))))
    return All((_own(policy, ways), Some(ways.permits)))


def _decides(policy: Policy, ways: Ways, kept: set[str] | None = None) -> Formula:
    """The decision would be another one without it."""
    permits = _rest(ways.permits, policy, kept)
    forbids = _rest(ways.forbids, policy, kept)
    if policy.effect is Effect.PERMIT:
        return All((_own(policy, ways), Not(Either((permits, forbids)))))
    return All((_own(policy, ways), Some(ways.permits), Not(forbids)))
