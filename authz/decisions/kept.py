"""Prepared subjects and resources of one tenant, kept to be asked about again."""

from collections.abc import Mapping
from math import inf

from authz.engine.packed import Packed
from authz.engine.policyset import PolicySet
from authz.engine.prepared import Pool, Prepared

#: How many are kept; the oldest go first.
KEPT_MAX = 50_000


class Kept:
    """What is known of subjects and resources, by type and id."""

    def __init__(self, policies: PolicySet):
        self._policies = policies
        types = policies.schema.types
        #: Type -> id -> attributes as functions take them, of what does not end by itself.
        self.lasting: Mapping[str, dict[str, Packed]] = {name: {} for name in types}
        #: Type -> id -> attributes, and when they end: epoch seconds.
        self._held: Mapping[str, dict[str, tuple[Prepared, float]]] = {
            name: {} for name in types
        }
        self._pool = Pool()

    def find(self, type: str, id: str, now: float) -> Prepared | None:
        """The attributes, while they hold."""
        found = self._held[type].get(id)
        return found[0] if found is not None and now < found[1] else None

    def keep(self, type: str, id: str, values: Prepared, valid_until: float | None) -> None:
        """Remember them; until then, in epoch seconds, where they end by themselves."""
        self._make_room()
        values = self._pool.shared(values)
        self._held[type][id] = (values, inf if valid_until is None else valid_until)
        if valid_until is None:
            self.lasting[type][id] = self._policies.packed(type, values)

    def _make_room(self) -> None:
        if sum(map(len, self._held.values())) < KEPT_MAX:
            return
        for type, held in self._held.items():
            # WHY a copy of the keys: other threads add theirs at the same time.
            for oldest in list(held)[: len(held) // 10 + 1]:
                held.pop(oldest, None)
                self.lasting[type].pop(oldest, None)
