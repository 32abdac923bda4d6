"""What is known of the attributes on one path of the unfolding, without contradiction.

Joined attributes share one representative; of each representative the store keeps the
values that it may have and those that it does not have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from authz.engine.conditions import ORDERED, ROOTS, Attr, Literal, Op, Value

#: The root of an element of a set: it stands for some string in that set.
ELEMENT = "element"
_RANK = {root: rank for rank, root in enumerate((*ROOTS, ELEMENT))}


class Kinds(Protocol):
    """What the schema says of an attribute."""

    def nullable(self, attr: Attr) -> bool:
        """Whether it may be nil."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """Knowledge of one path; adding to it gives a new store, or None on a contradiction."""

    kinds: Kinds
    #: Joined attribute -> its representative, the first of them.
    same: Mapping[Attr, Attr]
    #: Representative -> the values that it may have.
    only: Mapping[Attr, frozenset[Value]]
    #: Representative -> values that it does not have.
    never: Mapping[Attr, frozenset[Value]]
    #: Everything else, in the order in which it was learnt.
    rest: tuple[Literal, ...]

    @staticmethod
    def empty(kinds: Kinds) -> "Store":
        """Nothing is known."""
        return Store(kinds, {}, {}, {}, ())

    def of(self, attr: Attr) -> Attr:
        """The representative of an attribute."""
        return self.same.get(attr, attr)

    def value(self, attr: Attr) -> tuple[Value, ...]:
        """The one value that it must have, as a tuple of one; else an empty tuple."""
        only = self.only.get(self.of(attr), ())
        return tuple(only) if len(only) == 1 else ()

    def never_nil(self, attr: Attr) -> bool:
        """Whether nil is excluded."""
        first = self.of(attr)
        only = self.only.get(first)
        return (
            any(not self.kinds.nullable(member) for member in self.members(first))
            or None in self.never.get(first, ())
            or (only is not None and None not in only)
        )

    def limit(
        self,
        attr: Attr,
        values: Iterable[Value] | None = None,
        but: Iterable[Value] = (),
    ) -> "Store | None":
        """The attribute has one of the values, if any are given, and none of `but`."""
        first = self.of(attr)
        never = self.never.get(first, frozenset()).union(but)
        only = self.only.get(first)
        if values is not None:
            only = frozenset(values) if only is None else only.intersection(values)
        if only is None:
            return replace(self, never={**self.never, first: never})
        only -= never
        if any(not self.kinds.nullable(member) for member in self.members(first)):
            only -= {None}
        if not only:
            return None
        return replace(
            self, only={**self.only, first: only}, never={**self.never, first: never}
        )

    def join(self, a: Attr, b: Attr) -> "Store | None":
        """The two have the same value."""
        first, second = sorted((self.of(a), self.of(b)), key=rank)
        if first == second:
            return self
        same = {**self.same, first: first, second: first}
        same |= {attr: first for attr, of in self.same.items() if of == second}
        joined = replace(
            self,
            same=same,
            only={attr: v for attr, v in self.only.items() if attr != second},
            never={attr: v for attr, v in self.never.items() if attr != second},
        )
        return joined.limit(first, self.only.get(second), self.never.get(second, ()))

    def also(self, literal: Literal) -> "Store":
        """A literal that is kept as it is."""
        return self if literal in self.rest else replace(self, rest=(*self.rest, literal))

    def assume(self, literal: Literal) -> "Store | None":
        """Any literal; what an ordered comparison needs is known already."""
        op, left, right = literal.op, literal.left, literal.right
        if isinstance(right, tuple):
            if op is Op.ONE_OF:
                return self.limit(left, right)
            if op is Op.NONE_OF:
                return self.limit(left, but=right)
            known = self.only.get(self.of(left))
            if op in ORDERED and known is not None:
                return self.limit(left, {v for v in known if ORDERED[op](v, right[0])})
            return self.also(literal)
        if op is Op.SAME:
            return self.join(left, right)
        if (op in ORDERED or op is Op.DIFFERS) and self.of(left) == self.of(right):
            return self if op in (Op.AT_MOST, Op.AT_LEAST) else None
        return self.also(literal)

    def members(self, first: Attr) -> list[Attr]:
        """The attributes joined under that representative, itself among them."""
        return [attr for attr, of in self.same.items() if of == first] or [first]


def rank(attr: Attr) -> tuple[int, str]:
    """A key that sorts attributes: of joined ones the first stands for all."""
    return _RANK[attr.root], attr.name


def is_element(attr: Attr, outer: int) -> bool:
    """Whether it is an element that this condition itself speaks of."""
    return attr.root == ELEMENT and int(attr.name) >= outer
