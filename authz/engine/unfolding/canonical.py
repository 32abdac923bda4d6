"""From what a store knows to literals in canonical form: the same knowledge gives the same
literals, however it was gathered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from authz.engine.conditions import (
    MIRRORED,
    OPPOSITE,
    ORDERED,
    Attr,
    Literal,
    Op,
    Value,
    order_of,
)
from authz.engine.unfolding.store import Store, is_element, rank

_OF_VALUE = {Op.IN: Op.HOLDS, Op.NOT_IN: Op.LACKS}


class Inexpressible(Exception):
    """An element of a set is used in a way that no literal says."""


def canonical(store: Store, outer: int = 0) -> list[tuple[Literal, ...]]:
    """The literals in canonical order; several alternatives where an element takes part.

    An empty list on a contradiction. Elements with a number below `outer` belong to the
    clause that asked, and are attributes here.
    Raises: Inexpressible.
    """
    settled = _settled(store)
    return [] if settled is None else list(_canonical(settled, outer))


def _settled(store: Store) -> Store | None:
    """Comparisons of which one side has a known value become knowledge of the other."""
    for literal in store.rest:
        op, a, b = literal.op, literal.left, literal.right
        if op not in MIRRORED:
            continue
        sides = [(op, a, b)] if isinstance(b, tuple) else [(op, a, b), (MIRRORED[op], b, a)]
        for compare, attr, other in sides:
            known = other if isinstance(other, tuple) else store.value(other)
            only = store.only.get(store.of(attr))
            if len(known) != 1 or (compare is not Op.DIFFERS and only is None):
                continue
            without = replace(store, rest=tuple(x for x in store.rest if x != literal))
            if compare is Op.DIFFERS:
                new = without.limit(attr, but=known)
            else:
                fitting = {v for v in only or () if ORDERED[compare](v, known[0])}
                new = without.limit(attr, fitting)
            return None if new is None else _settled(new)
    return store


def _canonical(store: Store, outer: int) -> Iterator[tuple[Literal, ...]]:
    firsts = {*store.same.values(), *store.only, *store.never}
    found: set[Literal] = set()
    for first in firsts:
        if not is_element(first, outer):
            found |= set(_of_attribute(store, first, outer))
    memberships: dict[Attr, list[Literal]] = {}
    for literal in store.rest:
        left, right = store.of(literal.left), literal.right
        if is_element(left, outer):
            if literal.op not in _OF_VALUE:
                raise Inexpressible("an element of a set is only joined or looked up")
            memberships.setdefault(left, []).append(literal)
            continue
        if isinstance(right, Attr) and is_element(store.of(right), outer):
            raise Inexpressible("an element of a set is only joined or looked up")
        found |= set(_kept(store, literal))
    choices = [
        list(_of_element(store, first, literals)) for first, literals in memberships.items()
    ]
    for chosen in product(*choices):
        tidied = _tidied(found.union(*chosen))
        if tidied is not None:
            yield tidied


def _of_attribute(store: Store, first: Attr, outer: int) -> Iterator[Literal]:
    only = store.only.get(first)
    members = [m for m in store.members(first) if not is_element(m, outer)]
    for member in members:
        if only is not None and len(only) == 1:
            yield Literal(Op.ONE_OF, member, tuple(only))
        elif member != first:
            yield Literal(Op.SAME, first, member)
    if only is not None:
        if len(only) > 1:
            yield Literal(Op.ONE_OF, first, _ordered(only))
        return
    nullable = all(store.kinds.nullable(member) for member in store.members(first))
    never = [v for v in store.never.get(first, ()) if v is not None or nullable]
    if never:
        yield Literal(Op.NONE_OF, first, _ordered(never))


def _kept(store: Store, literal: Literal) -> Iterator[Literal]:
    """A literal of the rest in terms of representatives and known values."""
    op, left, right = literal.op, store.of(literal.left), literal.right
    if isinstance(right, Attr) and op not in _OF_VALUE:
        right = store.of(right) if op is not Op.OVERLAPS else right
    if op in _OF_VALUE and isinstance(right, Attr) and (at := store.value(left)):
        op, left, right = _OF_VALUE[op], right, at
    elif op is Op.DIFFERS and isinstance(right, Attr):
        left, right = sorted((left, right), key=rank)
    elif op in ORDERED and isinstance(right, Attr):
        if at := store.value(right):
            right = at
        elif at := store.value(left):
            op, left, right = MIRRORED[op], right, at
    yield Literal(op, left, right)


def _of_element(
    store: Store, first: Attr, memberships: list[Literal]
) -> Iterator[set[Literal]]:
    """What the memberships of one element say, in alternatives."""
    sets = {x.right for x in memberships if x.op is Op.IN and isinstance(x.right, Attr)}
    without = {
        x.right for x in memberships if x.op is Op.NOT_IN and isinstance(x.right, Attr)
    }
    only, never = store.only.get(first), store.never.get(first, frozenset()) - {None}
    if only is not None:
        together = len(sets) == 1 and not without
        for values in [_ordered(only)] if together else [(v,) for v in _ordered(only)]:
            yield {Literal(Op.HOLDS, held, values) for held in sets} | {
                Literal(Op.LACKS, held, values) for held in without
            }
    elif without:
        raise Inexpressible("an element of one set is not in another")
    elif len(sets) == 1:
        yield {Literal(Op.HOLDS_OTHER, held, _ordered(never)) for held in sets}
    elif len(sets) == 2 and not never:
        left, right = sorted(sets, key=rank)
        yield {Literal(Op.OVERLAPS, left, right)}
    else:
        raise Inexpressible("an element of more than two sets, or of two with exceptions")


def _tidied(literals: set[Literal]) -> tuple[Literal, ...] | None:
    """In canonical order, what lacks merged; None on a contradiction. No set holds nil."""
    lacking: dict[Attr, set[Value]] = {}
    for literal in literals:
        if literal.op is Op.LACKS and isinstance(literal.right, tuple):
            lacking.setdefault(literal.left, {None}).update(literal.right)
    found = {x for x in literals if x.op is not Op.LACKS}
    found |= {
        Literal(Op.LACKS, attr, _ordered(values - {None}))
        for attr, values in lacking.items()
        if values != {None}
    }
    tidied = set()
    for literal in found:
        new = literal
        if literal.op is Op.HOLDS and isinstance(literal.right, tuple):
            left = [v for v in literal.right if v not in lacking.get(literal.left, {None})]
            if not left:
                return None
            new = Literal(Op.HOLDS, literal.left, tuple(left))
        opposite = OPPOSITE.get(literal.op)
        if opposite and Literal(opposite, literal.left, literal.right) in found:
            return None
        tidied.add(new)
    return tuple(sorted(tidied, key=literal_order))


def literal_order(literal: Literal) -> tuple[bool, str, str]:
    """Canonical order: ordered comparisons last, so that tests for nil come before."""
    return literal.op in ORDERED, str(literal), literal.op.name


def _ordered(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(values, key=order_of))
