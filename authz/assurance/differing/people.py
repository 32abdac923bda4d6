"""Who gains and who loses what, of all who are stored, in any context.

Exact: every stored subject with every stored thing, as the decision point sees them when a
caller says nothing more about them. It stays quick because nobody is looked at alone:
subjects that the conditions cannot tell apart are one class, and things are a set of bits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from authz.assurance.differing.columns import Column, Things, classes
from authz.assurance.differing.contexts import Contexts, Flip, Held
from authz.assurance.differing.entries import Prepared, entries_of, partition, prepared
from authz.engine.conditions import Ways
from authz.model import Effect


@dataclass(frozen=True, slots=True)
class Pair:
    """All things of one type as both sets see them; the same object if they do alike."""

    old: Things
    new: Things

    @property
    def is_shared(self) -> bool:
        """Whether both see the same."""
        return self.old is self.new


#: A change, those who gain or lose, and what: sets of the tenant's things.
Found = tuple[Flip, int, int]


def changes(
    old: Ways, new: Ways, subjects: Pair, resources: Pair, contexts: Contexts
) -> list[Found]:
    """Every change of one kind of request in one tenant; the same flip may come again."""
    shared = subjects.is_shared and resources.is_shared
    entries = [
        prepared(
            entry,
            subjects.new if entry.new else subjects.old,
            resources.new if entry.new else resources.old,
        )
        for entry in entries_of(old, new, shared=shared)
    ]
    return list(_Search(entries, contexts).found())


class _Search:
    """One kind of request in one tenant."""

    def __init__(self, entries: Sequence[Prepared], contexts: Contexts):
        self._entries = entries
        self._contexts = contexts

    def found(self) -> Iterator[Found]:
        changed = _union(one.of_subjects for one in self._entries if one.entry.is_changed)
        permitted = _union(one.of_subjects for one in self._entries if _permits(one))
        masks = [(n, one.of_subjects) for n, one in enumerate(self._entries)]
        relevant = changed & permitted
        for bits, held in partition([(relevant, ())] if relevant else [], masks):
            chosen = [self._entries[n] for n in held]
            yield from self._of_alike(bits, chosen)

    def _of_alike(self, bits: int, entries: Sequence[Prepared]) -> Iterator[Found]:
        """Subjects of whom the same conditions hold, as far as their own attributes go."""
        if not any(one.entry.is_changed for one in entries):
            return
        if not any(map(_permits, entries)):
            return
        fixed = [one for one in entries if not one.needs]
        joined = [one for one in entries if one.needs]
        masks = list(_masks(fixed, {}))
        cells = partition([(self._entries[0].resources.all, ())], masks)
        for members, values in classes(bits, _columns(joined)):
            of_class = list(_masks(joined, values))
            region = _region([*masks, *of_class])
            inside = [(some & region, held) for some, held in cells if some & region]
            for things, held in partition(inside, of_class):
                for flip in self._contexts.flips(held):
                    yield flip, members, things


def _permits(one: Prepared) -> bool:
    return one.entry.effect is Effect.PERMIT


def _masks(
    entries: Sequence[Prepared], values: Mapping[tuple[bool, str], Any]
) -> Iterator[tuple[Held, int]]:
    """What is left of each condition for that class of subjects, and for which things."""
    for one in entries:
        subject = {name: values[one.entry.new, name] for name in one.needs}
        for left, bits in one.variants(subject).items():
            yield (one.entry, left), bits


def _columns(entries: Sequence[Prepared]) -> dict[tuple[bool, str], Column]:
    return {
        (one.entry.new, name): one.subjects.column(name)
        for one in entries
        for name in one.needs
    }


def _region(masks: Iterable[tuple[Held, int]]) -> int:
    """The things of which something may change: where a condition changed, and where
    anything is permitted at all.
    """
    changed = permitted = 0
    for (entry, _), bits in masks:
        if entry.is_changed:
            changed |= bits
        if entry.effect is Effect.PERMIT:
            permitted |= bits
    return changed & permitted


def _union(found: Iterable[int]) -> int:
    return reduce(or_, found, 0)
