"""One invariant about one kind of request, or one pair of kinds, as a formula."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authz.assurance.proving.invariant import Invariant, Kind
from authz.assurance.proving.statements import ALWAYS, NEVER, Statements
from authz.assurance.symbolic.formula import All, Formula, Not, allowed
from authz.assurance.symbolic.possible import differs, is_possible, possible, renamed
from authz.assurance.symbolic.solver import Undecided
from authz.assurance.symbolic.universe import Universe
from authz.assurance.symbolic.witness import witness
from authz.engine.conditions import Signature
from authz.engine.gate.requests import Request
from authz.engine.policyset import PolicySet

#: How the resource and the context of the second request of a pair are called.
OTHER_RESOURCE, OTHER_CONTEXT = "other_resource", "other_context"


@dataclass(frozen=True)
class Question:
    """What would break an invariant: a request, or two by one subject."""

    invariant: Invariant
    signatures: tuple[Signature, ...]
    #: It holds exactly for what the invariant is about.
    about: Formula
    #: It holds exactly for what breaks the invariant.
    broken: Formula
    universe: Universe
    #: For each request the names of its resource and its context.
    roots: tuple[tuple[str, str], ...]

    @property
    def one_type(self) -> bool:
        """Whether the subject does something to one of its own type."""
        first = self.signatures[0]
        return first.subject == first.resource

    def request(self, formula: Formula, **limits: Any) -> Request | None:
        """What there can be for which the formula holds; None: nothing.

        Raises: Undecided.
        """
        if len(self.signatures) == 1:
            return possible(formula, self.universe, one_type=self.one_type, **limits)
        return self._pair(formula, **limits)

    def can_be(self, request: Request) -> bool:
        """Whether there can be such a request, or two."""
        if len(self.signatures) == 1:
            return is_possible(request, self.universe, one_type=self.one_type)
        things = [("subject", self.signatures[0].subject)]
        resources = dict.fromkeys(resource for resource, _ in self.roots)
        things += [
            (root, signature.resource)
            for root, signature in zip(resources, self.signatures, strict=False)
        ]
        return all(
            request[one]["id"] != request[other]["id"]
            for n, (one, kind) in enumerate(things)
            for other, other_kind in things[n + 1 :]
            if kind == other_kind
        )

    def single(self, request: Request, number: int) -> Request:
        """One of the requests as it would be asked alone."""
        resource, context = self.roots[number]
        return {
            "subject": request["subject"],
            "resource": request[resource],
            "context": request[context],
        }

    def _pair(self, formula: Formula, **limits: Any) -> Request | None:
        first, second = self.signatures
        things = [("subject", first.subject), ("resource", first.resource)]
        if len({resource for resource, _ in self.roots}) == 2:
            things.append((OTHER_RESOURCE, second.resource))
            if first.resource == second.resource:
                one = renamed(formula, {OTHER_RESOURCE: "resource"})
                found = self._apart(one, things[:2], **limits)
                if found is not None:
                    return {**found, OTHER_RESOURCE: dict(found["resource"])}
        return self._apart(formula, things, **limits)

    def _apart(
        self, formula: Formula, things: list[tuple[str, str]], **limits: Any
    ) -> Request | None:
        """With another id for each thing of one type.

        Raises: Undecided, where there could be one in which two of them are the same.
        """
        other = [
            differs(one, another, "id")
            for n, (one, kind) in enumerate(things)
            for another, other_kind in things[n + 1 :]
            if kind == other_kind
        ]
        universe = self.universe
        if (OTHER_RESOURCE, self.signatures[1].resource) not in things:
            universe = universe.without(OTHER_RESOURCE)
        found = witness(All((formula, *other)), universe, **limits)
        if found is None and other and witness(formula, universe, **limits) is not None:
            raise Undecided("it could only be broken where two of the things in it are one")
        return found


def question(
    policies: PolicySet,
    statements: Statements,
    invariant: Invariant,
    signatures: tuple[Signature, ...],
) -> Question:
    """The invariant about these kinds of request.

    Raises: InterpretedOnly where a policy has no conditions; OutsideFragment where a body
    has none.
    """
    universe = Universe.of(policies.schema, signatures[0])
    roots = [("resource", "context")]
    if len(signatures) == 2:
        universe = universe.also("context", OTHER_CONTEXT)
        if not invariant.one_resource:
            second = Universe.of(policies.schema, signatures[1])
            # WHY without: the first resource has the attributes of its own type only.
            other = second.also("resource", OTHER_RESOURCE).without("resource")
            universe = universe.joined(other)
        resource = "resource" if invariant.one_resource else OTHER_RESOURCE
        roots.append((resource, OTHER_CONTEXT))
    about, decided = [], []
    for signature, names in zip(signatures, roots, strict=True):
        to = dict(zip(("resource", "context"), names, strict=True))
        limits = _limits(statements, invariant, signature)
        about.append(_in(limits, to))
        decided.append(_in(allowed(policies.ways(signature)), to))
    everything = All(tuple(about))
    found = All(tuple(decided))
    broken = Not(found) if invariant.kind is Kind.ALWAYS else found
    return Question(
        invariant, signatures, everything, All((everything, broken)), universe, tuple(roots)
    )


def _in(formula: Formula, roots: Mapping[str, str]) -> Formula:
    same = all(one == other for one, other in roots.items())
    return formula if same else renamed(formula, roots)


def _limits(statements: Statements, invariant: Invariant, signature: Signature) -> Formula:
    """`when`, and not `unless`."""
    when = statements.formula(invariant.when, signature, ALWAYS)
    unless = statements.formula(invariant.unless, signature, NEVER)
    return All((when, Not(unless)))
