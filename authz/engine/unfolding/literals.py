"""From comparisons, memberships and type tests of a rule to literals of a condition.

Each gives the states in which it holds. Values are checked by type here, because the engine
itself is not strict: it raises on some mixtures and converts others.
"""

from dataclasses import replace
from typing import NoReturn

from authz.engine.clauses import Clause, Constant, Path
from authz.engine.conditions import MIRRORED, ORDERED, Attr, Literal, Op, Value
from authz.engine.place import near_miss
from authz.engine.unfolding.attributes import STRING_CLASS, Attributes, type_of_value
from authz.engine.unfolding.store import ELEMENT, is_element
from authz.engine.unfolding.terms import (
    Known,
    Listed,
    OutsideFragment,
    State,
    Thing,
    Unknown,
)

COMPARISONS = {
    "Unify": Op.SAME,
    "Neq": Op.DIFFERS,
    "Lt": Op.LESS,
    "Leq": Op.AT_MOST,
    "Gt": Op.GREATER,
    "Geq": Op.AT_LEAST,
}


def refuse(rule: str, message: str, at: Clause) -> NoReturn:
    """Raises: OutsideFragment."""
    raise OutsideFragment(rule, message, at)


class Tests:
    """Adds tests to states, for requests of one signature."""

    def __init__(self, attributes: Attributes):
        self.attributes = attributes
        self._elements = 0

    @property
    def next_element(self) -> int:
        """The number that the next element of a set gets."""
        return self._elements

    def attribute(self, base: Known, path: Path, at: Clause) -> Attr:
        """An attribute of what the base stands for."""
        if isinstance(base, Unknown):
            what = f"`{base.name}.{path.attribute}`: `{base.name}` has no value yet"
            refuse("unbound-variable", what, at)
        if not isinstance(base, Thing):
            what = f"`{path.attribute}` is read of a value, and values have no attributes"
            refuse("unknown-attribute", what, at)
        attr = Attr(base.root, path.attribute)
        if not self.attributes.known(attr, base.records):
            of = getattr(self.attributes.signature, base.root, base.root)
            near = near_miss(path.attribute, self.attributes.names(base.root, base.records))
            what = f"`{of}` has no attribute `{path.attribute}`{near}"
            refuse("unknown-attribute", what, at)
        return attr

    def unify(self, a: Known, b: Known, st: State, at: Clause) -> State | None:
        """`a = b`: it binds a variable, or compares."""
        a, b = st.value_of(a), st.value_of(b)
        if a == b and not isinstance(a, Constant):
            return st
        if isinstance(b, Unknown):
            a, b = b, a
        if not isinstance(a, Unknown):
            return self.compare(Op.SAME, a, b, st, at)
        if isinstance(b, Listed):
            refuse("list-place", "a list stands to the right of `in` and nowhere else", at)
        return State({**st.bound, a: b}, st.store, st.used, st.records)

    def compare(self, op: Op, a: Known, b: Known, st: State, at: Clause) -> State | None:
        """A comparison of two values."""
        left, right = self._operand(op, a, st, at), self._operand(op, b, st, at)
        if isinstance(left, Constant) and isinstance(right, Attr):
            left, right, op = right, left, MIRRORED[op]
        self._check_types(op, left, right, st, at)
        if isinstance(left, Constant):
            assert isinstance(right, Constant)
            return st if _of_constants(op, left.value, right.value) else None
        if isinstance(right, Attr):
            return assume(Literal(op, left, right), st)
        of_values = {Op.SAME: Op.ONE_OF, Op.DIFFERS: Op.NONE_OF}.get(op, op)
        return assume(Literal(of_values, left, (right.value,)), st)

    def member(self, a: Known, of: Known, st: State, at: Clause) -> list[State]:
        """`a in of`, of a literal list or of a set."""
        if isinstance(of, Listed):
            return self._among(a, of, st, at)
        if isinstance(of, Unknown):
            refuse("unbound-variable", f"`{of.name}` has no value yet, right of `in`", at)
        if not isinstance(of, Attr) or not self._type(of, st).endswith("-set"):
            refuse("in-over-string", "`in` over anything but a list or a set", at)
        if self._type(of, st) == "record-set":
            return [self._record(a, of, st, at)]
        if isinstance(a, Unknown):
            element = Attr(ELEMENT, f"{self._elements:09}")
            self._elements += 1
            store = st.store.also(Literal(Op.IN, element, of))
            return [replace(st, store=store, bound={**st.bound, a: element})]
        return [replace(st, store=st.store.also(self._membership(a, of, st, at)))]

    def is_a(self, a: Known, class_name: str, st: State, at: Clause) -> State | None:
        """Whether it is of that class."""
        if isinstance(a, Unknown):
            refuse("unbound-variable", f"type of `{a.name}`, which has no value yet", at)
        if isinstance(a, Thing):
            return st if self.attributes.is_a(a.root, class_name) else None
        if class_name != STRING_CLASS or isinstance(a, Listed):
            return None
        if isinstance(a, Constant):
            return st if isinstance(a.value, str) else None
        if self._type(a, st) != "string":
            return None
        return assume(Literal(Op.NONE_OF, a, (None,)), st)

    def _type(self, term: Constant | Attr, st: State) -> str:
        if isinstance(term, Constant):
            return type_of_value(term.value)
        return self.attributes.type_of(term, st.records)

    def _operand(self, op: Op, term: Known, st: State, at: Clause) -> Constant | Attr:
        if isinstance(term, Unknown):
            refuse("unbound-variable", f"`{term.name}` has no value yet, beside `{op}`", at)
        if isinstance(term, Thing):
            refuse("whole-record", f"`{op}` on a whole {term.root}: compare its `id`", at)
        if isinstance(term, Listed):
            refuse("list-place", "a list stands to the right of `in` and nowhere else", at)
        if isinstance(term, Attr) and self._type(term, st).endswith("-set"):
            refuse("set-comparison", f"`{op}` on the set `{term}`: write `in`", at)
        return term

    def _check_types(
        self, op: Op, a: Constant | Attr, b: Constant | Attr, st: State, at: Clause
    ) -> None:
        types = self._type(a, st), self._type(b, st)
        rows = op is Op.SAME and isinstance(a, Constant) and isinstance(b, Constant)
        if all(types) and types[0] != types[1] and not rows:
            # WHY not of rows: two constants of two types are a fact of another shape.
            refuse("type-mismatch", f"`{op}` between {types[0]} and {types[1]}", at)
        if op not in ORDERED:
            return
        if "boolean" in types or "" in types:
            refuse("type-mismatch", f"`{op}` on nil or on a boolean", at)
        for term in (a, b):
            if isinstance(term, Attr) and is_element(term, 0):
                refuse("element-misuse", f"`{op}` on an element of a set", at)
            if isinstance(term, Attr) and not st.store.never_nil(term):
                what = (
                    f"`{op}` on `{term}`, which may be absent: say `!= nil and` before it"
                )
                refuse("ordered-nil", what, at)

    def _membership(self, a: Known, of: Attr, st: State, at: Clause) -> Literal:
        """A value in a set of strings."""
        operand = self._operand(Op.IN, a, st, at)
        type_ = self._type(operand, st)
        if type_ not in ("string", ""):
            refuse("type-mismatch", f"{type_} in the strings of `{of}`", at)
        if isinstance(operand, Constant):
            return Literal(Op.HOLDS, of, (operand.value,))
        return Literal(Op.IN, operand, of)

    def _among(self, a: Known, of: Listed, st: State, at: Clause) -> list[State]:
        constants = [item for item in of.items if isinstance(item, Constant)]
        if isinstance(a, Attr) and len(constants) == len(of.items):
            for item in constants:
                self._check_types(Op.SAME, a, item, st, at)
            values = tuple(item.value for item in constants)
            new = assume(Literal(Op.ONE_OF, a, values), st)
            return [] if new is None else [new]
        states = (self.unify(a, item, st, at) for item in of.items)
        return [state for state in states if state is not None]

    def _record(self, a: Known, of: Attr, st: State, at: Clause) -> State:
        """The one record of a set of the subject."""
        if of.root != "subject":
            refuse("second-record", f"a record of `{of}`: only a subject has records", at)
        record = Thing("record", of.name)
        if not isinstance(a, Unknown):
            refuse("element-misuse", f"`in {of}` takes one new variable", at)
        if st.records:
            refuse("second-record", "a second record in one rule: it may use one", at)
        return replace(st, bound={**st.bound, a: record}, records=of.name)


def assume(literal: Literal, st: State) -> State | None:
    """The state with that literal, or None where it cannot hold."""
    store = st.store.assume(literal)
    return None if store is None else replace(st, store=store)


def _of_constants(op: Op, a: Value, b: Value) -> bool:
    equal = type(a) is type(b) and a == b
    if op in (Op.SAME, Op.DIFFERS):
        return equal is (op is Op.SAME)
    return ORDERED[op](a, b)
