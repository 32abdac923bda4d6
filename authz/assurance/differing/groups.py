"""Who gains and who loses, in groups of those for whom the same changes."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any

from authz.assurance.differing.census import Census
from authz.assurance.differing.columns import positions_of
from authz.assurance.differing.contexts import Flip
from authz.assurance.differing.people import Found
from authz.assurance.differing.rules import changed_places
from authz.assurance.differing.sides import Side
from authz.engine.conditions import Signature

#: Hexadecimal digits of an id. WHY so many: who writes the policies must not find two
#: groups with the same one, of which somebody then wants the one and gets the other.
ID_LENGTH = 32


@dataclass(frozen=True, slots=True, order=True)
class Responsible:
    """A policy behind a change."""

    id: str
    #: As `file:line`, in the set that `of` names: `old` or `new`.
    place: str
    of: str
    #: Changed lines that it comes down to: the facts and helpers that were edited.
    through: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Its part of `authz.diff/1`."""
        return {
            "id": self.id,
            "place": self.place,
            "of": self.of,
            "through": list(self.through),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """People who gain or lose the same, for the same reason."""

    #: A hash of all of this, so that it names just this group.
    id: str
    #: `gain` or `loss`.
    change: str
    tenant: str
    signature: Signature
    people: int
    #: Id and name of some of them.
    people_shown: tuple[tuple[str, str], ...]
    resources: int
    resources_shown: tuple[str, ...]
    #: How often it is a person with a thing: not everybody gains or loses all of them.
    pairs: int
    #: What the context must be like; empty: it does not matter.
    when: str
    policies: tuple[Responsible, ...]

    def document(self) -> dict[str, Any]:
        """Its part of `authz.diff/1`."""
        return {
            "id": self.id,
            "change": self.change,
            "tenant": self.tenant,
            "action": self.signature.action,
            "subject_type": self.signature.subject,
            "resource_type": self.signature.resource,
            "people": self.people,
            "people_shown": [{"id": id, "name": name} for id, name in self.people_shown],
            "resources": self.resources,
            "resources_shown": list(self.resources_shown),
            "pairs": self.pairs,
            "when": self.when,
            "policies": [policy.document() for policy in self.policies],
        }


class Blame:
    """Which policies stand behind a change, and where."""

    def __init__(self, old: Side, new: Side):
        self._sides = {"old": old, "new": new}
        gone, come = changed_places(old, new)
        self._changed = {"old": gone, "new": come}

    def of(self, flip: Flip) -> tuple[Responsible, ...]:
        """The policies. Order: by id."""
        through: dict[tuple[str, str], set[str]] = {}
        for entry in flip.entries:
            of = "new" if entry.new else "old"
            (id,) = entry.condition.policies
            places = set(entry.condition.places) & self._changed[of]
            through.setdefault((id, of), set()).update(places)
        return tuple(
            Responsible(id, place, of, tuple(sorted(places - {place}, key=_by_line)))
            for (id, of), places in sorted(through.items())
            for place in [self._sides[of].place(id)]
        )


def _by_line(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line)


#: Kind of request, gain or loss, the policies behind it, and when.
_Key = tuple[Signature, str, tuple[Responsible, ...], str]


@dataclass(slots=True)
class Grouping:
    """The groups of one tenant, as they are found."""

    census: Census
    blame: Blame
    #: How many people and things are named.
    show: int
    _found: dict[_Key, list[int]] = field(default_factory=dict)

    def add(self, signature: Signature, found: Iterable[Found]) -> None:
        """What changes of one kind of request."""
        for flip, people, things in found:
            key = signature, flip.change, self.blame.of(flip), flip.when
            group = self._found.setdefault(key, [0, 0, 0])
            group[0] |= people
            group[1] |= things
            # WHY a sum: no two findings of a change speak of the same person and thing.
            group[2] += people.bit_count() * things.bit_count()

    def groups(self) -> Iterator[Group]:
        """All of them."""
        for key, (people, things, pairs) in self._found.items():
            yield self._group(key, people, things, pairs)

    def _group(self, key: _Key, people: int, things: int, pairs: int) -> Group:
        signature, change, policies, when = key
        subjects = self.census.pair(signature.subject).new.ids
        resources = self.census.pair(signature.resource).new.ids
        who = [subjects[n] for n in positions_of(people)]
        what = [resources[n] for n in positions_of(things)]
        kind = (signature.subject, signature.action, signature.resource)
        behind = [(one.id, one.of) for one in policies]
        content = (change, self.census.tenant, kind, when, behind, who, what, pairs)
        # WHY by name: ids are drawn by chance, and the same people come in one order.
        names = nsmallest(
            self.show, ((self.census.name(signature.subject, id), id) for id in who)
        )
        return Group(
            id=hashlib.sha256(json.dumps(content).encode()).hexdigest()[:ID_LENGTH],
            change=change,
            tenant=self.census.tenant,
            signature=signature,
            people=len(who),
            people_shown=tuple((id, name) for name, id in names),
            resources=len(what),
            resources_shown=tuple(what[: self.show]),
            pairs=pairs,
            when=when,
            policies=policies,
        )
