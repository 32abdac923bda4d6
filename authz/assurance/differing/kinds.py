"""For each kind of request: is the new set equal to the old one, stricter, looser, or both?

Proved for every request there could be, not for those that are likely. What is shown as a
witness has been asked of oso in both sets; where that says otherwise, nothing is said.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from authz.assurance.differing.aligned import (
    Incomparable,
    aligned,
    elsewhere,
    same_values,
    table,
    universe,
)
from authz.assurance.differing.asking import asked_of_oso, declares, is_allowed
from authz.assurance.differing.witnesses import Witness, witness_of
from authz.assurance.symbolic.formula import Not, all_of, allowed
from authz.assurance.symbolic.possible import possible
from authz.assurance.symbolic.smaller import smallest_possible
from authz.assurance.symbolic.solver import Undecided
from authz.assurance.symbolic.universe import Universe
from authz.engine.conditions import Attr, Signature, Ways
from authz.engine.gate.requests import Request, nullable
from authz.engine.policyset import PolicySet
from authz.engine.schema import Attribute
from authz.engine.unfold import NO_WAYS
from authz.errors import InterpretedOnly

#: How long the solver may take for one direction of one kind of request.
TIMEOUT_MS = 10_000
#: Called with how many kinds of request are done, and how many there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """What became of one kind of request that is not as it was, as far as one knows."""

    signature: Signature
    #: `stricter`, `looser`, `both` or `undecided`.
    verdict: str
    #: Why it is undecided.
    reason: str = ""
    #: A request that is allowed now and was denied, and one the other way.
    gain: Witness | None = None
    loss: Witness | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The kinds of request that are not equal, and how many of which verdict there are."""

    kinds: tuple[Kind, ...]
    counts: Counter[str]


@dataclass(slots=True)
class _Direction:
    """What was found out about gaining, or about losing."""

    request: Request | None = None
    reason: str = ""


@dataclass(slots=True)
class Judge:
    """Compares two sets; what two kinds of request have in common is found out once."""

    old: PolicySet
    new: PolicySet
    _known: dict[object, tuple[_Direction, _Direction]] = field(default_factory=dict)

    def verdicts(self, progress: Progress) -> Verdicts:
        """The verdict on every kind of request that one of the sets declares."""
        counts: Counter[str] = Counter(equal=0, stricter=0, looser=0, both=0, undecided=0)
        found: list[Kind] = []
        signatures = sorted({*self.old.signatures(), *self.new.signatures()})
        for done, signature in enumerate(signatures):
            progress(done, len(signatures))
            kind = self.kind(signature)
            counts[kind.verdict] += 1
            if kind.verdict != "equal":
                found.append(kind)
        return Verdicts(tuple(found), counts)

    def kind(self, signature: Signature) -> Kind:
        """The verdict on one of them."""
        try:
            old, new = (ways_of(one, signature) for one in (self.old, self.new))
            tables = (
                table(self.old.schema, signature),
                table(self.new.schema, signature),
            )
            moved = self._moved(signature, old, new, tables)
            if not moved and _say_the_same(old, new) and _declare_the_same(*tables):
                return Kind(signature, "equal")
            attributes, raw = universe(*tables)
        except (InterpretedOnly, Incomparable) as exc:
            return Kind(signature, "undecided", str(exc))
        before = aligned(old, tables[0], raw)
        after = aligned(new, tables[1], raw)
        absent = raw | {a for a, of in attributes.items() if nullable(of)}
        content = (signature.subject, signature.resource, before, after)
        if content not in self._known:
            of = _Case(self.old, self.new, signature, Universe(attributes, absent))
            self._known[content] = of.found(before, after), of.found(after, before)
        gain, loss = self._known[content]
        return self._judged(signature, gain, loss, moved)

    def _moved(
        self,
        signature: Signature,
        old: Ways,
        new: Ways,
        tables: tuple[Mapping[Attr, Attribute], Mapping[Attr, Attribute]],
    ) -> str:
        """What the two sets take from elsewhere, in words; empty: nothing that counts."""
        if not (old.permits or new.permits):
            return ""
        for name in dict.fromkeys((signature.subject, signature.resource)):
            was, now = (one.schema.types.get(name) for one in (self.old, self.new))
            if was is not None and now is not None:
                if was.facts != now.facts:
                    return f"what is stored of `{name}` is taken from elsewhere than before"
                if was.unregistered != now.unregistered:
                    return f"whether a `{name}` must be registered is not as before"
        return elsewhere(*tables, (old, new))

    def _judged(
        self, signature: Signature, gain: _Direction, loss: _Direction, moved: str
    ) -> Kind:
        """The verdict, once oso has confirmed it; `moved`: why there is none even so."""
        witnesses = [
            self._confirmed(signature, one, gains=one is gain) for one in (gain, loss)
        ]
        reasons = [one for one in (moved, gain.reason, loss.reason) if one]
        found = [one for one in witnesses if isinstance(one, Witness)]
        reasons += [one for one in witnesses if isinstance(one, str)]
        gained, lost = (one if isinstance(one, Witness) else None for one in witnesses)
        if reasons:
            return Kind(signature, "undecided", reasons[0], gained, lost)
        if len(found) == 2:
            return Kind(signature, "both", gain=gained, loss=lost)
        if gained:
            return Kind(signature, "looser", gain=gained)
        return Kind(signature, "stricter", loss=lost) if lost else Kind(signature, "equal")

    def _confirmed(
        self, signature: Signature, direction: _Direction, *, gains: bool
    ) -> Witness | str | None:
        """The witness, if there is a request and oso agrees; else why it does not."""
        request = direction.request
        if request is None:
            return None
        old, new = (asked_of_oso(one, signature, request) for one in (self.old, self.new))
        if (old.allowed, new.allowed) != (not gains, gains):
            return "oso answers the request that was found otherwise than the conditions"
        return witness_of(signature, request, old, new, self.new.schema)


@dataclass(frozen=True, slots=True)
class _Case:
    """One kind of request, asked of both sets."""

    old: PolicySet
    new: PolicySet
    signature: Signature
    universe: Universe

    def found(self, denies: Ways, allows: Ways) -> _Direction:
        """A small request that the one denies and the other allows."""
        asked = all_of(allowed(allows), Not(allowed(denies)))
        one_type = self.signature.subject == self.signature.resource
        try:
            request = possible(
                asked, self.universe, one_type=one_type, timeout_ms=TIMEOUT_MS
            )
        except Undecided as exc:
            return _Direction(reason=str(exc))
        if request is None:
            return _Direction()
        was = is_allowed(self.old, self.signature, request)
        shows = self._shows(was)
        return _Direction(
            smallest_possible(request, self.universe, shows, one_type=one_type)
        )

    def _shows(self, was: bool) -> Callable[[Request], bool]:
        def shows(request: Request) -> bool:
            one, other = (
                is_allowed(policies, self.signature, request)
                for policies in (self.old, self.new)
            )
            return one is was and other is not was

        return shows


def ways_of(policies: PolicySet, signature: Signature) -> Ways:
    """The ways of a kind of request; none where the set does not declare it."""
    return policies.ways(signature) if declares(policies, signature) else NO_WAYS


def _declare_the_same(old: Mapping[Attr, Attribute], new: Mapping[Attr, Attribute]) -> bool:
    return old.keys() == new.keys() and all(same_values(old[a], new[a]) for a in old)


def _say_the_same(old: Ways, new: Ways) -> bool:
    return all(
        {(frozenset(c.literals), c.records) for c in before}
        == {(frozenset(c.literals), c.records) for c in after}
        for before, after in ((old.permits, new.permits), (old.forbids, new.forbids))
    )
