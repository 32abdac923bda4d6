"""Literals as text, each once."""

from collections.abc import Iterable, Mapping

from authz.assurance.symbolic.names import (
    FALSE,
    Names,
    conjunction,
    disjunction,
    no,
    number_text,
)
from authz.assurance.symbolic.solver import Undecided
from authz.engine.conditions import ORDERED, Attr, Literal, Op, Value

#: Of a set with itself or another, or beside some strings: what is in them.
_Common = tuple[str, str, tuple[str, ...]]


class Literals:
    """The texts of literals, and what they take of the sets that they speak of."""

    def __init__(self, names: Names):
        self._names = names
        self._texts: dict[tuple[Literal, str, int], str] = {}
        #: Set -> the names that it is asked about.
        self._terms: dict[str, dict[str, None]] = {}
        #: Two sets, and strings that do not count -> the name of "something is in both".
        self._common: dict[_Common, tuple[str, str]] = {}

    def literal(self, literal: Literal, records: str, number: int) -> str:
        """The literal, of a record with that number."""
        own = any(attr.root == "record" for attr in literal.attributes())
        key = (literal, records, number) if own else (literal, "", 0)
        if key not in self._texts:
            self._texts[key] = self._text(literal, records, number)
        return self._texts[key]

    def asked(self) -> Mapping[str, Iterable[str]]:
        """Each set with the names that it is asked about."""
        return self._terms

    def definitions(self) -> Iterable[str]:
        """What "something is in both" means, of every name that could be that thing, and
        that a set that is nil holds none of them.
        """
        groups = self._groups()
        for (left, right, never), (name, element) in self._common.items():
            yield f"(declare-const {name} Bool)"
            inside = self._inside(left, right, never, element)
            yield f"(assert (=> {name} {inside}))"
            for term in groups[left]:
                if term != element:
                    inside = self._inside(left, right, never, term)
                    yield f"(assert (=> {inside} {name}))"
        for members, terms in self._terms.items():
            nothing = self._names.absent(self._names.sets[members])
            for term in terms if nothing != FALSE else ():
                yield f"(assert (=> {nothing} (not ({members} {term}))))"

    def _groups(self) -> dict[str, list[str]]:
        """Set -> the names that it, or one that it is compared with, is asked about."""
        of: dict[str, set[str]] = {}
        for left, right, _ in self._common:
            joined = of.get(left, {left}) | of.get(right, {right})
            of.update(dict.fromkeys(joined, joined))
        found = {}
        for name, joined in of.items():
            terms = dict.fromkeys(t for one in sorted(joined) for t in self._terms[one])
            found[name] = list(terms)
        for name, terms_of in found.items():
            self._terms[name].update(dict.fromkeys(terms_of))
        return found

    def _inside(self, left: str, right: str, never: tuple[str, ...], term: str) -> str:
        return conjunction(
            [
                f"({left} {term})",
                f"({right} {term})",
                *(f"(not (= {term} {one}))" for one in never if one != term),
                *(FALSE for one in never if one == term),
            ]
        )

    def _text(self, literal: Literal, records: str, number: int) -> str:
        op, right = literal.op, literal.right
        if op in (Op.HOLDS, Op.LACKS, Op.HOLDS_OTHER, Op.OVERLAPS):
            return self._of_set(op, literal.left, right)
        left = self._names.attribute(literal.left, records, number)
        if isinstance(right, tuple):
            return self._among(op, left, right)
        if op in (Op.IN, Op.NOT_IN):
            if self._names.kind(left) != "string":
                raise Undecided(f"`{literal}` asks a set of strings for something else")
            inside = self._member(self._names.members(right), left)
            return inside if op is Op.IN else no(inside)
        return self._compared(op, left, self._names.attribute(right, records, number))

    def _member(self, members: str, term: str) -> str:
        self._terms.setdefault(members, {})[term] = None
        return f"({members} {term})"

    def _of_set(self, op: Op, left: Attr, right: Attr | tuple[Value, ...]) -> str:
        members = self._names.members(left)
        if isinstance(right, Attr):
            return self._in_both(members, self._names.members(right), ())
        values = [self._names.constant(v) for v in right if isinstance(v, str)]
        if op is Op.HOLDS_OTHER:
            return self._in_both(members, members, tuple(values))
        held = disjunction(self._member(members, value) for value in values)
        return held if op is Op.HOLDS else no(held)

    def _in_both(self, left: str, right: str, never: tuple[str, ...]) -> str:
        key = left, right, never
        if key not in self._common:
            number = len(self._common)
            element = self._names.element(number)
            self._member(left, element)
            self._member(right, element)
            self._common[key] = f"common.{number}", element
        return self._common[key][0]

    def _among(self, op: Op, left: str, values: tuple[Value, ...]) -> str:
        if op in ORDERED:
            there = no(self._names.absent(left))
            return conjunction([there, f"({op} {left} {self._bound(left, values[0])})"])
        found = disjunction(self._names.is_value(left, value) for value in values)
        return found if op is Op.ONE_OF else no(found)

    def _bound(self, left: str, value: Value) -> str:
        if isinstance(value, str):
            return self._names.constant(value)
        if isinstance(value, bool) or value is None:
            raise Undecided(f"{left} is compared by order with {value!r}")
        return number_text(value)

    def _compared(self, op: Op, left: str, right: str) -> str:
        names = self._names
        kinds = {names.kind(left), names.kind(right)}
        nothing = [names.absent(left), names.absent(right)]
        there = [no(absent) for absent in nothing]
        if op in ORDERED:
            return conjunction([*there, f"({op} {left} {right})"])
        equal = conjunction([*there, f"(= {left} {right})"]) if len(kinds) == 1 else FALSE
        same = disjunction([conjunction(nothing), equal])
        return same if op is Op.SAME else no(same)
