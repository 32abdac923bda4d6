"""Requests that are allowed: one permit holds, and no forbid.

WHY: what is aimed at one policy is nearly always denied by another, and where everything is
denied a faulty answer does not show.
"""

from collections.abc import Iterable, Mapping, Sequence

from authz.engine.conditions import OPPOSITE, Attr, Condition, Literal, Ways
from authz.engine.gate.requests import Declared, Request, Style, satisfied
from authz.engine.gate.solve import solve

#: How many literals are tried against forbids for one permit.
TRIES_MAX = 60


def allowed(
    permit: Condition,
    ways: Ways,
    attributes: Declared,
    pool: Mapping[Attr, Iterable[str]],
    style: Style = Style(),  # noqa: B008 - frozen
) -> Request | None:
    """A request in which that condition holds and no forbid does; None when none was
    found.
    """
    literals = list(permit.literals)
    found = solve(literals, attributes, permit.records, style, pool)
    left = _forbidding(ways.forbids, found)
    tries = 0
    while found is not None and left:
        better = None
        for literal in left[0].literals:
            tries += 1
            against = OPPOSITE.get(literal.op)
            if tries > TRIES_MAX:
                return None
            if against is None or left[0].records:
                continue
            more = [*literals, Literal(against, literal.left, literal.right)]
            other = solve(more, attributes, permit.records, style, pool)
            still = _forbidding(ways.forbids, other)
            if other is not None and left[0] not in still:
                better, literals = other, more
                break
        found, left = better, _forbidding(ways.forbids, better)
    return found


def _forbidding(forbids: Sequence[Condition], request: Request | None) -> list[Condition]:
    if request is None:
        return []
    return [one for one in forbids if satisfied(one, request)]
