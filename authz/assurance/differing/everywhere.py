"""Who gains and who loses over a whole database: every tenant, every kind of request that
is not equal.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from authz.assurance.differing.aligned import Incomparable, aligned, universe
from authz.assurance.differing.census import Census, tenants
from authz.assurance.differing.contexts import GAIN, Contexts
from authz.assurance.differing.groups import Blame, Group, Grouping
from authz.assurance.differing.kinds import TIMEOUT_MS, ways_of
from authz.assurance.differing.people import Found, changes
from authz.assurance.differing.sides import Side
from authz.assurance.symbolic.formula import Not, all_of, allowed
from authz.assurance.symbolic.solver import Undecided
from authz.assurance.symbolic.universe import Universe
from authz.assurance.symbolic.witness import witness
from authz.engine.conditions import Attr, Signature, Ways
from authz.engine.gate.requests import nullable
from authz.engine.schema import Attribute, Schema
from authz.errors import InterpretedOnly
from authz.storage.database import Database

#: Called with how much is done, and how much there is.
Progress = Callable[[int, int], None]
#: Kinds of request with what both sets say of them, in terms of the same contexts.
_Kinds = list[tuple[Signature, Ways, Ways]]


@dataclass(frozen=True, slots=True)
class People:
    """Who gains and who loses."""

    #: Order: gains first, then by tenant and kind of request.
    groups: tuple[Group, ...]
    #: What could not be found out, one sentence each.
    undecided: tuple[str, ...]
    #: What was left out on purpose.
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Its part of `authz.diff/1`."""
        return {
            "groups": [group.document() for group in self.groups],
            "undecided": list(self.undecided),
            "notes": list(self.notes),
        }


def everywhere(
    old: Side,
    new: Side,
    signatures: Sequence[Signature],
    database: Database,
    show: int,
    progress: Progress,
) -> People:
    """Who gains and who loses, of the kinds of request that are not equal."""
    asking = _Asking(old, new)
    kinds = asking.kinds(signatures)
    blame = Blame(old, new)
    groups: list[Group] = []
    slugs = tenants(database)
    for number, tenant in enumerate(slugs):
        with database.reading():
            census = Census(database, tenant, old.policies.schema, new.policies.schema)
            grouping = Grouping(census, blame, show)
            known: dict[Any, list[Found]] = {}
            for done, (signature, *ways) in enumerate(kinds):
                progress(number * len(kinds) + done, len(slugs) * len(kinds))
                # WHY: many actions need the same of subject and resource.
                content = signature.subject, signature.resource, *ways
                if content not in known:
                    known[content] = asking.changes(census, signature, *ways)
                grouping.add(signature, known[content])
            groups += grouping.groups()
    return People(tuple(sorted(groups, key=_order)), asking.undecided(), _notes(new, kinds))


def _order(group: Group) -> tuple[Any, ...]:
    return group.change != GAIN, group.tenant, group.signature, -group.people, group.id


def _notes(new: Side, kinds: _Kinds) -> tuple[str, ...]:
    types = new.policies.schema.types
    asked = {signature.resource for signature, _, _ in kinds}
    open = sorted(name for name in asked & types.keys() if types[name].unregistered)
    if not open:
        return ()
    named = ", ".join(f"`{name}`" for name in open)
    return (f"what is not registered is not counted; it may be asked about: {named}",)


@dataclass(slots=True)
class _Asking:
    """What both sets say, over the contexts that both can be asked about."""

    old: Side
    new: Side
    _reasons: dict[str, None] = field(default_factory=dict)
    _contexts: Contexts = field(init=False)
    _universe: Universe = field(init=False)

    def __post_init__(self) -> None:
        self._contexts = Contexts(self._exists)

    def kinds(self, signatures: Iterable[Signature]) -> _Kinds:
        """What both say of each of them, where that can be said."""
        tables = [_context(side.policies.schema) for side in (self.old, self.new)]
        try:
            attributes, raw = universe(*tables)
        except Incomparable as exc:
            self._reasons[f"of any context: {exc}"] = None
            return []
        absent = raw | {attr for attr, of in attributes.items() if nullable(of)}
        self._universe = Universe(attributes, absent)
        found = []
        for signature in signatures:
            try:
                old, new = (ways_of(s.policies, signature) for s in (self.old, self.new))
            except InterpretedOnly as exc:
                self._reasons[str(exc)] = None
                continue
            before, after = aligned(old, tables[0], raw), aligned(new, tables[1], raw)
            found.append((signature, before, after))
        return found

    def changes(
        self, census: Census, signature: Signature, old: Ways, new: Ways
    ) -> list[Found]:
        """What changes in one tenant."""
        subjects = census.pair(signature.subject)
        resources = census.pair(signature.resource)
        return changes(old, new, subjects, resources, self._contexts)

    def undecided(self) -> tuple[str, ...]:
        """What could not be found out."""
        return tuple(self._reasons)

    def _exists(self, allows: Ways, denies: Ways) -> bool:
        asked = all_of(allowed(allows), Not(allowed(denies)))
        try:
            return witness(asked, self._universe, timeout_ms=TIMEOUT_MS) is not None
        except Undecided as exc:
            self._reasons[f"whether there is a context for some of them: {exc}"] = None
            return False


def _context(schema: Schema) -> dict[Attr, Attribute]:
    declared = schema.context_attributes()
    return {Attr("context", name): attribute for name, attribute in declared.items()}
