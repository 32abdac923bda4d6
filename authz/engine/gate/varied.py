"""Requests that are made from what a policy reads, and not from what it was understood to
mean.

Each base, a request in which one of its conditions holds, with every attribute that the
text names changed, one after the other. And the largest sets with which the conditions say
that the policy does not hold: one request in which every way that was overlooked would
show.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from authz.engine.conditions import Attr, Condition, Literal, Op
from authz.engine.gate.requests import Declared, Request, holds, satisfied
from authz.engine.gate.values import Values, with_value

_WANTED = {Op.HOLDS, Op.HOLDS_OTHER, Op.OVERLAPS, Op.IN}


def varied(
    base: Request,
    values: Values,
    conditions: Sequence[Condition],
    attributes: Declared,
    *,
    each: bool,
) -> Iterator[Request]:
    """The base with another value of one attribute, and with the largest sets besides.

    `conditions` are those of the policy; `each`: with each constant, too.
    """
    yield from largest(base, values, conditions, attributes)
    for attr in values.read:
        for value in values.few(attr, base):
            yield with_value(base, attr, value)
        for value in values.each(attr, base) if each else ():
            changed = with_value(base, attr, value)
            yield changed
            yield from largest(changed, values, conditions, attributes, but=attr)


def varied_sets(base: Request, values: Values, attributes: Declared) -> Iterator[Request]:
    """The base with other values of one set."""
    for attr in values.read:
        if attributes[attr].type == "string-set":
            for value in (*values.few(attr, base), *values.each(attr, base)):
                yield with_value(base, attr, value)


def overlooked(
    plain: Request, values: Values, conditions: Sequence[Condition], attributes: Declared
) -> Iterator[Request]:
    """The largest sets, and each empty beside them, with each constant of an attribute that
    is no set: a whole way to hold that was lost shows in one of them.
    """
    bases = [plain]
    for attr in values.read:
        if attributes[attr].type == "string":
            bases += [with_value(plain, attr, one) for one in values.constants(attr)]
    for base in bases:
        yield from largest(base, values, conditions, attributes)
        for attr in values.read:
            if attributes[attr].type == "string-set":
                empty = with_value(base, attr, ())
                yield from largest(empty, values, conditions, attributes, but=attr)


def largest(
    request: Request,
    values: Values,
    conditions: Sequence[Condition],
    attributes: Declared,
    but: Attr | None = None,
) -> Iterator[Request]:
    """The request with its sets as large as they can be while no condition holds, once for
    each order in which they are filled; `but` keeps its value.
    """
    sets = [
        attr
        for attr in values.read
        if attributes[attr].type == "string-set" and attr != but
    ]
    if not sets or any(satisfied(one, request) for one in conditions):
        return
    for order in (sets, sets[::-1])[: 1 if but else len(sets)]:
        filled = request
        for attr in order:
            filled = _filled(filled, attr, values, conditions)
        yield filled


def _filled(
    request: Request, attr: Attr, values: Values, conditions: Sequence[Condition]
) -> Request:
    """The request with all strings in one set that make no condition hold."""
    held = set(request[attr.root][attr.name] or ())
    others = {
        v
        for other in values.read
        if other != attr
        for v in _strings(request[other.root][other.name])
    }
    more = (values.pool(attr) | others) - held
    for condition in conditions:
        mine = [x for x in condition.literals if attr in x.attributes() and x.op in _WANTED]
        missing = [x for x in mine if not condition.records and not holds(x, request)]
        rest = [x for x in condition.literals if x not in mine]
        if missing and all(holds(x, request) for x in rest):
            more = _without(more, missing[0], attr, request)
    found = with_value(request, attr, tuple(sorted(held | more)))
    return request if any(satisfied(one, found) for one in conditions) else found


def _without(more: set[str], literal: Literal, attr: Attr, request: Request) -> set[str]:
    """Those strings that do not make the literal hold."""
    if literal.op is Op.HOLDS_OTHER and isinstance(literal.right, tuple):
        return more & set(map(str, literal.right))
    if not isinstance(literal.right, Attr):
        return more - set(map(str, literal.right))
    other = literal.left if literal.right == attr else literal.right
    return more.difference(_strings(request[other.root][other.name]))


def _strings(value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(v for v in value if isinstance(v, str))
    return (value,) if isinstance(value, str) else ()
