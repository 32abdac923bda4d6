"""Requests that there can really be: one thing has the same attributes wherever it stands.

Where a person does something to a person, the two are one, or have another id, or are in
different tenants.
"""

from collections.abc import Mapping, MutableSet
from dataclasses import replace

from authz.assurance.symbolic.formula import All, Either, Formula, Not, Some
from authz.assurance.symbolic.universe import Universe
from authz.assurance.symbolic.witness import TIMEOUT_MS, witness
from authz.engine.conditions import Attr, Condition, Literal, Op
from authz.engine.gate.requests import Request


def possible(
    formula: Formula,
    universe: Universe,
    *,
    one_type: bool,
    timeout_ms: int = TIMEOUT_MS,
    without: MutableSet[str] | None = None,
) -> Request | None:
    """A request for which the formula holds and that there can be; None: there is none.

    one_type: whether subject and resource are of one type. `without` as of `witness`.
    Raises: Undecided with the reason.
    """
    if not one_type:
        return witness(formula, universe, timeout_ms=timeout_ms, without=without)
    for apart in ("id", "tenant"):
        asked = All((formula, differs("subject", "resource", apart)))
        found = witness(asked, universe, timeout_ms=timeout_ms, without=without)
        if found is not None:
            return found
    own = universe.without("resource")
    merged = renamed(formula, {"resource": "subject"})
    found = witness(merged, own, timeout_ms=timeout_ms, without=without)
    return None if found is None else {**found, "resource": dict(found["subject"])}


def is_possible(request: Request, *, one_type: bool) -> bool:
    """Whether there can be such a request."""
    subject, resource = request["subject"], request["resource"]
    same = all(subject[name] == resource[name] for name in ("id", "tenant"))
    return not one_type or not same or subject == resource


def differs(one: str, other: str, name: str) -> Formula:
    """That an attribute of two roots differs."""
    literal = Literal(Op.DIFFERS, Attr(one, name), Attr(other, name))
    return Some((Condition((literal,), (), ()),))


def renamed(formula: Formula, roots: Mapping[str, str]) -> Formula:
    """The same about other roots."""
    match formula:
        case Some(conditions):
            return Some(tuple(_condition(one, roots) for one in conditions))
        case Not(of):
            return Not(renamed(of, roots))
        case All(parts):
            return All(tuple(renamed(part, roots) for part in parts))
        case Either(parts):
            return Either(tuple(renamed(part, roots) for part in parts))


def _condition(condition: Condition, roots: Mapping[str, str]) -> Condition:
    literals = tuple(
        replace(
            literal,
            left=_attr(literal.left, roots),
            right=_attr(literal.right, roots)
            if isinstance(literal.right, Attr)
            else literal.right,
        )
        for literal in condition.literals
    )
    return replace(condition, literals=literals)


def _attr(attr: Attr, roots: Mapping[str, str]) -> Attr:
    return Attr(roots.get(attr.root, attr.root), attr.name)
