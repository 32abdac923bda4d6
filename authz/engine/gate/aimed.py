"""Which requests show whether the conditions of one signature are right?

They come from three sides: from each condition (`models`), from what the text of a policy
reads (`varied`), and from no policy at all (`whole`). Others, which are allowed, are for
the functions alone.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from authz.engine.conditions import OPPOSITE, Condition, Signature, Ways
from authz.engine.gate.allowed import allowed
from authz.engine.gate.known import Known
from authz.engine.gate.models import Models
from authz.engine.gate.reach import Reach
from authz.engine.gate.reading import read
from authz.engine.gate.requests import Request, Style, declared
from authz.engine.gate.solve import solve
from authz.engine.gate.values import Values
from authz.engine.gate.varied import overlooked, varied, varied_sets
from authz.engine.gate.whole import whole
from authz.engine.schema import Schema


class About(Enum):
    """What is compared."""

    #: The policy, by functions, conditions and reference.
    POLICY = "a policy"
    #: All policies.
    ALL = "all policies"
    #: All policies, by functions and conditions alone.
    FUNCTIONS = "the functions"


@dataclass(frozen=True, slots=True)
class Aimed:
    """One request."""

    about: About
    #: The policy it is about; empty for a request about all of them.
    policy: str
    #: None: no request was found for a condition, or for something about it.
    request: Request | None


def requests(
    signature: Signature,
    ways: Ways,
    schema: Schema,
    known: Known | None = None,
    reach: Mapping[str, Reach] | None = None,
    agreed: Container[str] = (),
    tried: set[object] | None = None,
) -> Iterator[Aimed]:
    """All requests for one signature, each once for a policy.

    `known` are values of the whole policy set, without them those of these ways; `reach`
    tells of its policies what they can come to; at those that are `agreed` none is aimed.
    `tried` is what was tried with each constant already, policies with certain conditions;
    more is added to it.
    Order: the same for the same arguments.
    """
    asking = _Asking(signature, ways, schema, known or Known([ways]), reach or {})
    seen: set[tuple[str, str]] = set()
    for aimed in asking.all(agreed, set() if tried is None else tried):
        mark = (aimed.policy, repr(aimed.request))
        if mark not in seen:
            seen.add(mark)
            yield aimed


class _Asking:
    """The requests for one signature."""

    def __init__(
        self,
        signature: Signature,
        ways: Ways,
        schema: Schema,
        known: Known,
        reach: Mapping[str, Reach],
    ):
        self._signature = signature
        self._ways = ways
        self._schema = schema
        self._known = known
        self._reach = reach
        self._attributes = declared(schema, signature)
        self._of: dict[str, list[Condition]] = {policy: [] for policy in reach}
        for condition in (*ways.permits, *ways.forbids):
            for policy in condition.policies:
                self._of.setdefault(policy, []).append(condition)

    def all(self, agreed: Container[str], tried: set[object]) -> Iterator[Aimed]:
        """Every request, those about one policy first."""
        for policy, conditions in self._of.items():
            if policy not in agreed:
                mark = (policy, tuple(self._told(one) for one in conditions))
                each = mark not in tried
                tried.add(mark)
                for request in self._of_policy(policy, conditions, each=each):
                    yield Aimed(About.POLICY, policy, request)
        both = (*self._ways.permits, *self._ways.forbids)
        for found in whole(self._signature, both, self._attributes, self._known):
            yield Aimed(About.ALL, "", found)
        yield from self._allowed()

    def _told(self, condition: Condition) -> str:
        """The condition, whatever the action is called."""
        return str(condition).replace(f'"{self._signature.action}"', "action")

    def _of_policy(
        self, policy: str, conditions: Sequence[Condition], *, each: bool
    ) -> Iterator[Request | None]:
        reach = self._reach.get(policy)
        values = None
        if reach is not None:
            values = Values(policy, reach, self._attributes, self._known)
        bases: list[Request | None] = []
        for condition in conditions:
            attributes = declared(self._schema, self._signature, condition.records)
            own = values.own if values else ()
            about = Models(condition, attributes, self._known, own)
            models = about.all()
            bases.append(next(models))
            yield bases[-1]
            # WHY: that one was not found is told once for each condition.
            yield from (request for request in models if request is not None)
            if bases[-1] is None:
                bases += about.of_rest()
            elif each and values is not None:
                for one in about.of_values():
                    yield from varied_sets(one, values, self._attributes)
        if values is None or not (conditions or each):
            return
        plain = solve([], self._attributes, "", Style())
        near = list(read(reach.own, self._signature, self._schema)) if reach else []
        yield from near
        if not conditions:
            bases += near or [plain]
        for base in bases:
            if base is not None:
                yield from varied(base, values, conditions, self._attributes, each=each)
        if each and plain is not None:
            yield from overlooked(plain, values, conditions, self._attributes)

    def _allowed(self) -> Iterator[Aimed]:
        """Requests that are allowed, and those that are one literal away from it."""
        about = About.ALL
        for permit in self._ways.permits:
            attributes = declared(self._schema, self._signature, permit.records)
            for wanted in (permit, *_turned(permit)):
                found = allowed(wanted, self._ways, attributes, self._known.strings)
                if found is not None:
                    yield Aimed(about, "", found)
                    about = About.FUNCTIONS


def _turned(condition: Condition) -> Iterator[Condition]:
    """The condition with one literal turned into its opposite."""
    for number, literal in enumerate(condition.literals):
        if literal.op in OPPOSITE:
            turned = replace(literal, op=OPPOSITE[literal.op])
            literals = condition.literals
            yield replace(
                condition,
                literals=(*literals[:number], turned, *literals[number + 1 :]),
            )
