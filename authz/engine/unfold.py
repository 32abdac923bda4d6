"""What a policy set says, as conditions: for each kind of request, all ways in which a
policy can hold.

The same text gives the same conditions, byte for byte.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from authz.engine.clauses import Clause, Variable
from authz.engine.conditions import Condition, Signature, Ways
from authz.engine.schema import Schema
from authz.engine.unfolding.attributes import Attributes
from authz.engine.unfolding.canonical import Inexpressible, canonical
from authz.engine.unfolding.resolve import Resolver
from authz.engine.unfolding.rules import Rules
from authz.engine.unfolding.simplify import simplify
from authz.engine.unfolding.terms import OutsideFragment, State
from authz.model import Effect

NO_WAYS = Ways((), ())


@dataclass(frozen=True, slots=True)
class Unfolded:
    """All ways of a policy set."""

    #: Only the signatures for which some policy can hold.
    ways: Mapping[Signature, Ways]
    #: Signature -> texts of the clauses that its ways were found by, sorted.
    visited: Mapping[Signature, tuple[str, ...]]
    #: Signatures with a policy outside the fragment: only the engine itself decides them.
    interpreted: frozenset[Signature] = frozenset()


def signatures(schema: Schema) -> tuple[Signature, ...]:
    """Every kind of request that may be asked, sorted."""
    return tuple(
        sorted(
            Signature(subject.name, action, resource.name)
            for subject in schema.types.values()
            if subject.subject
            for resource in schema.types.values()
            for action in resource.actions
        )
    )


def unfold(
    clauses: Sequence[Clause], schema: Schema, *, interpreted: bool = False
) -> Unfolded:
    """The ways of every signature; with `interpreted`, of those that have exact ones.

    Raises: OutsideFragment for the first rule that has no exact conditions.
    """
    ways: dict[Signature, Ways] = {}
    visited: dict[Signature, tuple[str, ...]] = {}
    outside: set[Signature] = set()
    unfolding = _Unfolding(clauses, schema)
    for signature in signatures(schema):
        try:
            found, seen = unfolding.ways(signature)
        except OutsideFragment:
            if not interpreted:
                raise
            outside.add(signature)
            continue
        if found.permits or found.forbids:
            ways[signature] = found
        visited[signature] = seen
    return Unfolded(ways, visited, frozenset(outside))


def alternatives(
    clauses: Sequence[Clause], schema: Schema
) -> dict[Signature, list[Condition]]:
    """The ways of every signature as they are found, before those that are alike become
    one: each names the clauses that it was found by, and no others.

    A policy outside the fragment has none.
    """
    unfolding = _Unfolding(clauses, schema, simplified=False)
    found: dict[Signature, list[Condition]] = {}
    for signature in signatures(schema):
        found[signature] = []
        for policy in unfolding.policies:
            with suppress(OutsideFragment):
                found[signature] += unfolding.conditions(policy, signature)[0]
    return found


def problems(clauses: Sequence[Clause], schema: Schema) -> list[OutsideFragment]:
    """What is outside the fragment, policy by policy; each finding once.

    Order: as the policies stand in the clauses.
    """
    unfolding = _Unfolding(clauses, schema)
    found: dict[tuple[str, str, int, str], OutsideFragment] = {}
    for policy in unfolding.policies:
        for signature in signatures(schema):
            try:
                unfolding.conditions(policy, signature)
            except OutsideFragment as exc:
                found.setdefault((exc.rule, exc.file, exc.line, exc.message), exc)
    return list(found.values())


def unreachable(clauses: Sequence[Clause], schema: Schema) -> list[Clause]:
    """The policies that hold for no request at all. Raises: OutsideFragment."""
    unfolded = unfold(clauses, schema)
    reached = {
        policy
        for ways in unfolded.ways.values()
        for condition in (*ways.permits, *ways.forbids)
        for policy in condition.policies
    }
    return [c for c in clauses if c.is_policy and c.policy_id not in reached]


def unfolder(
    clauses: Sequence[Clause], schema: Schema
) -> Callable[[Clause, Signature], list[Condition]]:
    """What tells the conditions of a rule with the parameters of a policy, for requests of
    one signature. It may call what the clauses define.

    The function raises OutsideFragment where the rule has no exact ones.
    """
    unfolding = _Unfolding(clauses, schema)
    return lambda clause, of: unfolding.conditions(_Policy.of(clause), of)[0]


@dataclass(frozen=True, slots=True)
class _Policy:
    """A permit or forbid."""

    clause: Clause
    #: Whether its body reads the subject, the action, the resource.
    reads: tuple[bool, bool, bool]

    @staticmethod
    def of(clause: Clause) -> "_Policy":
        often = Counter(term for term in clause.terms() if isinstance(term, Variable))
        read = [
            isinstance(parameter.term, Variable) and often[parameter.term] > 1
            for parameter in clause.parameters[1:4]
        ]
        return _Policy(clause, (read[0], read[1], read[2]))

    def part_of(self, signature: Signature) -> tuple[object, ...]:
        """What its conditions depend on.

        WHY: a policy of any action on anything would else be unfolded for each of them.
        """
        parts = signature.subject, signature.action, signature.resource
        read = [
            part if reads else "" for part, reads in zip(parts, self.reads, strict=True)
        ]
        return (id(self.clause), *read)


#: The conditions of a policy, and the clauses that they were found by.
_Found = tuple[list[Condition], dict[int, Clause]]


class _Unfolding:
    """Unfolds the policies of a set, each only where something differs."""

    def __init__(
        self, clauses: Sequence[Clause], schema: Schema, *, simplified: bool = True
    ):
        self._simplified = simplified
        by_name: dict[str, list[Clause]] = {}
        for clause in clauses:
            by_name.setdefault(clause.name, []).append(clause)
        self._rules = Rules(by_name)
        self._schema = schema
        self._attributes: dict[tuple[str, str], Attributes] = {}
        self._found: dict[object, _Found] = {}
        self.policies = [_Policy.of(c) for c in clauses if c.is_policy]

    def ways(self, signature: Signature) -> tuple[Ways, tuple[str, ...]]:
        """All ways, and the texts of the clauses that they were found by, sorted."""
        found: dict[str, list[Condition]] = {effect: [] for effect in Effect}
        texts: set[str] = set()
        for policy in self.policies:
            conditions, visited = self.conditions(policy, signature)
            found[policy.clause.name] += conditions
            texts.update(clause.text for clause in visited.values())
        permits, forbids = (tuple(found[effect]) for effect in Effect)
        return Ways(permits, forbids), tuple(sorted(texts))

    def conditions(self, policy: _Policy, signature: Signature) -> _Found:
        """The conditions of one policy for requests of one signature."""
        types = signature.subject, signature.resource
        attributes = self._attributes.get(types)
        if attributes is None:
            attributes = self._attributes[types] = Attributes(self._schema, signature)
        resolver = Resolver(self._rules, attributes)
        if not resolver.fits(policy.clause, signature.action):
            return [], {}
        part = policy.part_of(signature)
        if part not in self._found:
            found = _conditions(resolver, policy.clause, signature.action)
            if self._simplified:
                found = simplify(found)
            self._found[part] = found, resolver.visited
        return self._found[part]


def _conditions(resolver: Resolver, clause: Clause, action: str) -> list[Condition]:
    """The conditions of one policy, as they are found."""
    found = []
    for state in resolver.policy(clause, action):
        try:
            alternatives = canonical(state.store)
        except Inexpressible as exc:
            raise OutsideFragment("element-misuse", str(exc), clause) from exc
        _check_joins(state, clause)
        places = tuple(dict.fromkeys(f"{c.file}:{c.line}" for c in state.used))
        found += [
            Condition(literals, (clause.policy_id,), places, state.records)
            for literals in alternatives
        ]
    return found


def _check_joins(state: State, clause: Clause) -> None:
    """Refuse a join of attributes that may both be absent: two such would be equal."""
    for attr, first in state.store.same.items():
        if attr != first and not state.store.never_nil(first):
            if state.store.value(first) == (None,):
                continue
            raise OutsideFragment(
                "nil-join",
                f"`{first}` and `{attr}` may both be absent, and are then equal: say "
                "`!= nil` as well",
                clause,
            )
