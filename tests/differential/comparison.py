"""Asks the reference and the compiled functions the same, and compares whole decisions."""

from dataclasses import fields

from authz.engine.combine import Evaluation, combine
from authz.engine.conditions import Condition, is_true
from authz.engine.policyset import PolicySet
from authz.model import Decision
from tests.differential.worlds import Asked


def by_reference(policies: PolicySet, asked: Asked) -> Decision:
    """The engine's own answer."""
    return combine(
        policies.evaluate(
            policies.record(asked.signature.subject, asked.subject),
            asked.signature.action,
            policies.record(asked.signature.resource, asked.resource),
            policies.context(asked.context),
        )
    )


def by_functions(policies: PolicySet, asked: Asked) -> tuple[Decision, bool]:
    """The answers of the generated functions: the whole decision, and the short one."""
    made = policies.compiled(asked.signature)
    parts = (
        policies.prepared(asked.signature.subject, asked.subject),
        policies.prepared(asked.signature.resource, asked.resource),
        policies.prepared_context(asked.context),
    )
    return combine(made.satisfied(*parts)), made.allowed(*parts)


def by_conditions(policies: PolicySet, asked: Asked) -> Decision:
    """The answer of the conditions, literal by literal."""
    ways = policies.ways(asked.signature)
    return combine(Evaluation(_holding(ways.permits, asked), _holding(ways.forbids, asked)))


def _holding(conditions: tuple[Condition, ...], asked: Asked) -> frozenset[str]:
    return frozenset(
        policy
        for condition in conditions
        if holds(condition, asked)
        for policy in condition.policies
    )


def holds(condition: Condition, asked: Asked) -> bool:
    """Whether all literals are true, of one and the same record where it speaks of one."""
    values = {
        "subject": asked.subject,
        "resource": asked.resource,
        "context": asked.context,
    }
    records = asked.subject[condition.records] if condition.records else ({},)
    return any(
        all(is_true(x, {**values, "record": record}) for x in condition.literals)
        for record in records
    )


def differences(policies: PolicySet, asked: Asked) -> tuple[Decision, list[str]]:
    """The reference's decision, and what the others say otherwise."""
    expected = by_reference(policies, asked)
    whole, short = by_functions(policies, asked)
    found = other(expected, whole) + other(expected, by_conditions(policies, asked))
    if short is not expected.allowed:
        found.append(f"allowed: {expected.allowed} or {short}")
    return expected, found


def other(one: Decision, other: Decision) -> list[str]:
    """The fields that differ, those too that no comparison looks at."""
    return [
        f"{part.name}: {getattr(one, part.name)} or {getattr(other, part.name)}"
        for part in fields(Decision)
        if getattr(one, part.name) != getattr(other, part.name)
    ]
