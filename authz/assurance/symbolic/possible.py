"""Requests that there can really be: what is stored of one thing is the same wherever it
stands.

Where a person does something to a person, the two are one, or have another id, or are in
different tenants. What a caller says of a thing may differ even where it is one.
"""

from collections.abc import Callable, Mapping, MutableSet
from dataclasses import replace

from authz.assurance.symbolic.formula import All, Either, Formula, Not, Some
from authz.assurance.symbolic.universe import Universe
from authz.assurance.symbolic.witness import TIMEOUT_MS, witness
from authz.engine.conditions import Attr, Condition, Literal, Op, Signature
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
    twice = said_twice(universe)
    merged = _mapped(
        formula, lambda attr: Attr("subject", attr.name) if attr in twice else attr
    )
    own = universe.leaving_out(twice)
    found = witness(merged, own, timeout_ms=timeout_ms, without=without)
    return None if found is None else as_one(found, universe)


def is_possible(request: Request, universe: Universe, *, one_type: bool) -> bool:
    """Whether there can be such a request."""
    return not one_type or not is_one(request) or as_one(request, universe) == request


def is_one(request: Request) -> bool:
    """Whether subject and resource, of one type, are one thing."""
    subject, resource = request["subject"], request["resource"]
    return all(subject[name] == resource[name] for name in ("id", "tenant"))


def is_askable(request: Request, signature: Signature) -> bool:
    """Whether a policy test can ask it: there, an id names one thing of a type."""
    subject, resource = request["subject"], request["resource"]
    one_name = signature.subject == signature.resource and subject["id"] == resource["id"]
    return not one_name or subject == resource


def said_twice(universe: Universe) -> frozenset[Attr]:
    """Attributes of the resource that are those of the subject where the two are one."""
    return frozenset(
        attr
        for attr, of in universe.attributes.items()
        if attr.root == "resource" and of.source == "stored"
    )


def as_one(request: Request, universe: Universe) -> Request:
    """The same with what is stored of the subject as what is stored of the resource."""
    twice = said_twice(universe)
    resource = {
        attr.name: request["subject" if attr in twice else "resource"][attr.name]
        for attr in universe.attributes
        if attr.root == "resource"
    }
    return {**request, "resource": resource}


def differs(one: str, other: str, name: str) -> Formula:
    """That an attribute of two roots differs."""
    literal = Literal(Op.DIFFERS, Attr(one, name), Attr(other, name))
    return Some((Condition((literal,), (), ()),))


def renamed(formula: Formula, roots: Mapping[str, str]) -> Formula:
    """The same about other roots."""
    return _mapped(formula, lambda attr: Attr(roots.get(attr.root, attr.root), attr.name))


def _mapped(formula: Formula, of: Callable[[Attr], Attr]) -> Formula:
    """The same about other attributes."""
    match formula:
        case Some(conditions):
            return Some(tuple(_condition(one, of) for one in conditions))
        case Not(inner):
            return Not(_mapped(inner, of))
        case All(parts):
            return All(tuple(_mapped(part, of) for part in parts))
        case Either(parts):
            return Either(tuple(_mapped(part, of) for part in parts))


def _condition(condition: Condition, of: Callable[[Attr], Attr]) -> Condition:
    literals = tuple(
        replace(
            literal,
            left=of(literal.left),
            right=of(literal.right) if isinstance(literal.right, Attr) else literal.right,
        )
        for literal in condition.literals
    )
    return replace(condition, literals=literals)
