"""What each policy says of each kind of request, and what of it another clause changes.

A changed clause is unfolded again only where some call could meet it: all else keeps the
conditions that it has. That gives what unfolding the whole set gives, in milliseconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from authz.engine.clauses import Clause, Constant
from authz.engine.conditions import Condition, Literal, Signature
from authz.engine.schema import Schema
from authz.engine.unfold import _conditions, _Policy, signatures
from authz.engine.unfolding.attributes import Attributes
from authz.engine.unfolding.resolve import Resolver, _Stack
from authz.engine.unfolding.rules import Rules
from authz.engine.unfolding.simplify import simplify
from authz.engine.unfolding.terms import Known, State

#: Name of a predicate, and the constants that it is called with; None for all else.
Call = tuple[str, tuple[Constant | None, ...]]
#: A signature, and the conditions of policies there by their id.
Change = tuple[Signature, Mapping[str, Sequence[Condition]]]
#: The same of several signatures.
Changed = Mapping[Signature, Mapping[str, Sequence[Condition]]]
_Key = tuple[object, ...]
#: An answer -> the calls that it was found by.
_OfAnswers = dict[_Key, frozenset[Call]]


class _Noting(Resolver):
    """A resolver that notes what it calls."""

    def __init__(self, rules: Rules, attributes: Attributes, of_answers: _OfAnswers):
        super().__init__(rules, attributes)
        self.calls: set[Call] = set()
        self._of_answers = of_answers

    def _call(
        self, name: str, terms: tuple[Known, ...], st: State, at: Clause, stack: _Stack
    ) -> list[State]:
        args = [st.constant_of(term) for term in terms]
        given = tuple(arg if isinstance(arg, Constant) else None for arg in args)
        self.calls.add((name, given))
        return super()._call(name, terms, st, at, stack)

    def _answered(
        self, key: _Key, args: tuple[Known, ...], st: State, at: Clause, stack: _Stack
    ) -> list[State]:
        before, self.calls = self.calls, set()
        states = super()._answered(key, args, st, at, stack)
        self.calls = before | self._of_answers.setdefault(key, frozenset(self.calls))
        return states


@dataclass(frozen=True)
class _Part:
    """A policy, for the requests between which it does not differ."""

    policy: _Policy
    signatures: list[Signature]

    @property
    def policy_id(self) -> str:
        return self.policy.clause.policy_id


class Parts:
    """A policy set, unfolded part by part."""

    def __init__(self, clauses: Sequence[Clause], schema: Schema):
        self._schema = schema
        self._signatures = signatures(schema)
        self._attributes: dict[tuple[str, str], Attributes] = {}
        self._by_name: dict[str, list[Clause]] = {}
        for clause in clauses:
            self._by_name.setdefault(clause.name, []).append(clause)
        self._rules = Rules(self._by_name)
        self._of_answers: _OfAnswers = {}
        self._parts = {c.policy_id: self._of_policy(c) for c in clauses if c.is_policy}
        self._users: dict[Call, list[_Part]] = {}
        self._ways: dict[Signature, dict[str, Sequence[Condition]]] = {}
        for part in (part for parts in self._parts.values() for part in parts):
            conditions, calls = self._unfolded(part, self._rules, self._of_answers)
            for signature in part.signatures:
                self._ways.setdefault(signature, {})[part.policy_id] = conditions
            for call in calls:
                self._users.setdefault(call, []).append(part)
        self._keys: dict[Call, list[_Key]] = {}
        for key, calls in self._of_answers.items():
            for call in {_call_of(key), *calls}:
                self._keys.setdefault(call, []).append(key)
        self._calls: dict[str, list[Call]] = {}
        for call in {**self._users, **self._keys}:
            self._calls.setdefault(call[0], []).append(call)

    def ways(self) -> Changed:
        """The conditions of every policy, for every signature that it fits."""
        return self._ways

    def changes(self, old: Clause, new: Sequence[Clause]) -> Iterator[Change]:
        """What differs once the new clauses stand where the old one stood.

        WHY bit by bit: whoever finds early what they look for is spared the rest.
        Raises: OutsideFragment.
        """
        rules, of_answers = self._with(old, new)
        known: dict[int, Sequence[Condition]] = {}
        for signature, parts in self._touched(old, new).items():
            before = self._ways.get(signature, {})
            other: dict[str, Sequence[Condition]] = {}
            for policy_id, part in parts.items():
                if part is not None and id(part) not in known:
                    known[id(part)], _ = self._unfolded(part, rules, of_answers)
                conditions = () if part is None else known[id(part)]
                if meaning(before.get(policy_id, ())) != meaning(conditions):
                    other[policy_id] = conditions
            if other:
                yield signature, other

    def without_effect(self, changed: Changed) -> list[str]:
        """Ids of the policies that hold for no request any more."""
        affected = {policy_id for policies in changed.values() for policy_id in policies}
        return [
            policy_id
            for policy_id in affected
            if not any(
                changed.get(s, {}).get(policy_id, self._ways.get(s, {}).get(policy_id, ()))
                for s in self._signatures
            )
        ]

    def _of_policy(self, clause: Clause) -> list[_Part]:
        policy = _Policy.of(clause)
        parts: dict[_Key, _Part] = {}
        for signature in self._signatures:
            if self._resolver(signature, self._rules, {}).fits(clause, signature.action):
                part = parts.setdefault(policy.part_of(signature), _Part(policy, []))
                part.signatures.append(signature)
        return list(parts.values())

    def _touched(
        self, old: Clause, new: Sequence[Clause]
    ) -> Mapping[Signature, Mapping[str, _Part | None]]:
        """What may differ; None where a policy is no more."""
        found: dict[Signature, dict[str, _Part | None]] = {}
        if old.is_policy:
            for part in self._parts[old.policy_id]:
                for signature in part.signatures:
                    found.setdefault(signature, {})[old.policy_id] = None
            parts = [part for c in new if c.is_policy for part in self._of_policy(c)]
        else:
            calls = self._meeting([old, *new])
            parts = [part for call in calls for part in self._users.get(call, ())]
        for part in parts:
            for signature in part.signatures:
                found.setdefault(signature, {})[part.policy_id] = part
        return found

    def _unfolded(
        self, part: _Part, rules: Rules, of_answers: _OfAnswers
    ) -> tuple[Sequence[Condition], set[Call]]:
        signature = part.signatures[0]
        resolver = self._resolver(signature, rules, of_answers)
        found = _conditions(resolver, part.policy.clause, signature.action)
        return simplify(found), resolver.calls

    def _resolver(
        self, signature: Signature, rules: Rules, of_answers: _OfAnswers
    ) -> _Noting:
        types = signature.subject, signature.resource
        if types not in self._attributes:
            self._attributes[types] = Attributes(self._schema, signature)
        return _Noting(rules, self._attributes[types], of_answers)

    def _with(self, old: Clause, new: Sequence[Clause]) -> tuple[Rules, _OfAnswers]:
        """The rules after the change, with the answers that it leaves as they are."""
        by_name = dict(self._by_name)
        at = by_name[old.name].index(old)
        by_name[old.name] = [*by_name[old.name][:at], *by_name[old.name][at + 1 :]]
        for clause in reversed(new):
            kept = by_name.get(clause.name, [])
            at = min(at, len(kept)) if clause.name == old.name else len(kept)
            by_name[clause.name] = [*kept[:at], clause, *kept[at:]]
        rules, of_answers = self._renewed(by_name, [old, *new]), dict(self._of_answers)
        for call in self._meeting([old, *new]):
            for key in self._keys.get(call, ()):
                rules.answers.pop(key, None)
                of_answers.pop(key, None)
        return rules, of_answers

    def _renewed(
        self, by_name: dict[str, list[Clause]], changed: Sequence[Clause]
    ) -> Rules:
        """The rules of these clauses, with all that is known of the names that stay."""
        names = {clause.name for clause in changed}
        own = Rules({name: by_name.get(name, []) for name in names})
        rules = copy(self._rules)
        rules.clauses = by_name
        rules.facts = {**rules.facts, **own.facts}
        rules.clashing |= own.clashing
        rules.answers = dict(rules.answers)
        rules._fitting = {k: v for k, v in rules._fitting.items() if k[0] not in names}
        rules._indexes = {k: v for k, v in rules._indexes.items() if k[0] not in names}
        return rules

    def _meeting(self, clauses: Sequence[Clause]) -> list[Call]:
        """The calls that could meet one of the clauses."""
        names = {clause.name for clause in clauses}
        calls = [call for name in names for call in self._calls.get(name, ())]
        return [call for call in calls if _may_meet(call, clauses)]


def meaning(
    conditions: Sequence[Condition],
) -> frozenset[tuple[frozenset[Literal], str]]:
    """What the conditions say, wherever they stand."""
    return frozenset((frozenset(c.literals), c.records) for c in conditions)


def _call_of(key: _Key) -> Call:
    """The call that an answer is kept by."""
    name, *args = key
    return str(name), tuple(Constant(a[1]) if isinstance(a, tuple) else None for a in args)


def _may_meet(call: Call, clauses: Sequence[Clause]) -> bool:
    """Whether the head of a clause fits the constants of the call."""
    name, given = call
    return any(
        clause.name == name
        and len(clause.parameters) == len(given)
        and all(
            value is None or not isinstance(p.term, Constant) or p.term == value
            for p, value in zip(clause.parameters, given, strict=True)
        )
        for clause in clauses
    )
