"""A condition of the old set, of the new one or of both, taken apart by what it reads.

With a subject known, what is left of it is a set of resources and tests of the context.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from authz.assurance.differing.columns import Things
from authz.assurance.differing.substitution import given
from authz.engine.conditions import Attr, Condition, Literal, Ways
from authz.model import Effect

#: Tests of the context, all of which must hold.
Left = frozenset[Literal]
ALWAYS: Left = frozenset()
#: What is left of a condition -> the resources for which that is so.
Variants = dict[Left, int]
#: Some things, and the names of the masks that hold all of them.
Cell = tuple[int, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One condition, and which sets have it."""

    effect: Effect
    condition: Condition
    old: bool
    new: bool

    @property
    def is_changed(self) -> bool:
        """Whether only one of the sets has it."""
        return not (self.old and self.new)


def entries_of(old: Ways, new: Ways, *, shared: bool) -> list[Entry]:
    """The conditions of both; one of each, where both read the same values."""
    found: list[Entry] = []
    for effect, before, after in (
        (Effect.PERMIT, old.permits, new.permits),
        (Effect.FORBID, old.forbids, new.forbids),
    ):
        was, now = _by_content(before), _by_content(after)
        for content, condition in was.items():
            if shared and content in now:
                found.append(Entry(effect, now[content], old=True, new=True))
            else:
                found.append(Entry(effect, condition, old=True, new=False))
        for content, condition in now.items():
            if not (shared and content in was):
                found.append(Entry(effect, condition, old=False, new=True))
    return found


def _by_content(conditions: Iterable[Condition]) -> dict[object, Condition]:
    """WHY without places: a line that moved is the same condition."""
    return {(frozenset(c.literals), c.policies, c.records): c for c in conditions}


@dataclass(frozen=True)
class Prepared:
    """An entry over the stored subjects and resources of one tenant."""

    entry: Entry
    subjects: Things
    resources: Things
    #: The subjects whose own attributes fit, and the resources.
    of_subjects: int
    of_resources: int
    context: Left
    #: Tests of two sides, or of a record.
    joins: tuple[Literal, ...]
    #: Attributes of the subject that these read.
    needs: tuple[str, ...]

    def variants(self, subject: Mapping[str, Any]) -> Variants:
        """What is left of it for a subject with these values."""
        if not self.needs:
            return self._fixed
        known = {Attr("subject", name): subject[name] for name in self.needs}
        if not self.entry.condition.records:
            return self._with(known)
        found: Variants = {}
        for record in subject[self.entry.condition.records] or ():
            of_record = {Attr("record", name): value for name, value in record.items()}
            for left, bits in self._with({**known, **of_record}).items():
                found[left] = found.get(left, 0) | bits
        return found

    @cached_property
    def _fixed(self) -> Variants:
        return self._with({})

    def _with(self, known: Mapping[Attr, Any]) -> Variants:
        bits, context = self.of_resources, set(self.context)
        split: list[Literal] = []
        for literal in self.joins:
            roots = {attr.root for attr in literal.attributes()}
            if roots == {"resource", "context"}:
                split.append(literal)
            elif "resource" in roots:
                bits &= self._joined(literal, known)
            else:
                left = given(literal, known)
                if left is False:
                    return {}
                if isinstance(left, Literal):
                    context.add(left)
            if not bits:
                return {}
        found = {frozenset(context): bits}
        for literal in split:
            found = self._split(found, literal)
        return found

    def _joined(self, literal: Literal, known: Mapping[Attr, Any]) -> int:
        (other,) = (attr for attr in literal.attributes() if attr.root != "resource")
        return self.resources.joined(literal, "resource", known[other])

    def _split(self, variants: Variants, literal: Literal) -> Variants:
        """The variants, resource value by resource value, with what a test of it and the
        context then asks.
        """
        (own,) = (attr for attr in literal.attributes() if attr.root == "resource")
        found: Variants = {}
        for left, bits in variants.items():
            for value, inside in self.resources.column(own.name).groups(bits):
                asked = given(literal, {own: value})
                if asked is False:
                    continue
                more = left | {asked} if isinstance(asked, Literal) else left
                found[more] = found.get(more, 0) | inside
        return found


def prepared(entry: Entry, subjects: Things, resources: Things) -> Prepared:
    """The entry over these things."""
    of_subjects, of_resources = subjects.all, resources.all
    if entry.effect is Effect.PERMIT:
        of_subjects, of_resources = subjects.sound, resources.sound
    context: list[Literal] = []
    joins: list[Literal] = []
    for literal in entry.condition.literals:
        roots = {attr.root for attr in literal.attributes()}
        if roots == {"subject"}:
            of_subjects &= subjects.passing(literal)
        elif roots == {"resource"}:
            of_resources &= resources.passing(literal)
        else:
            (context if roots == {"context"} else joins).append(literal)
    needs = {a.name for one in joins for a in one.attributes() if a.root == "subject"}
    needs |= {entry.condition.records} - {""}
    return Prepared(
        entry,
        subjects,
        resources,
        of_subjects,
        of_resources,
        frozenset(context),
        tuple(joins),
        tuple(sorted(needs)),
    )


def partition(cells: Iterable[Cell], masks: Iterable[tuple[Any, int]]) -> list[Cell]:
    """The cells, each split by every mask: which of them hold of all its members."""
    found = list(cells)
    for name, mask in masks:
        split: list[Cell] = []
        for bits, held in found:
            inside = bits & mask
            if inside:
                split.append((inside, (*held, name)))
            if inside != bits:
                split.append((bits ^ inside, held))
        found = split
    return found
