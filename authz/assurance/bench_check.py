"""Are the answers that are timed the right ones?

Every timed question is put to the function written by hand, and a sample of them to the
reference engine, which reads the rules themselves and knows nothing of what was compiled.
"""

from collections.abc import Iterable

from authz.assurance.bench_by_hand import Given, IsAllowed, Quick
from authz.assurance.bench_world import Question
from authz.decisions.attributes import of_context, of_entity
from authz.decisions.ports import Clock, Facts
from authz.engine.combine import combine
from authz.engine.policyset import PolicySet
from authz.model import Action, Caller, Entity, Request


def by_reference(policies: PolicySet, facts: Facts, tenant: str, clock: Clock) -> IsAllowed:
    """The same question to the reference engine."""
    types = policies.schema.types

    def is_allowed(subject: Given, action: Given, resource: Given, context: Given) -> bool:
        request = Request(
            Entity(**subject), Action(**action), Entity(**resource), dict(context)
        )
        caller = Caller(tenant, context["channel"])
        records = []
        for entity in (request.subject, request.resource):
            stored = facts.find(tenant, types[entity.type], entity.id)
            if stored is None:
                return False
            values = of_entity(types[entity.type], entity, stored, tenant).values
            records.append(policies.record(entity.type, values))
        around = of_context(
            policies.schema, request, caller, request.subject.id, facts, clock
        )
        held = policies.evaluate(
            records[0], request.action.name, records[1], policies.context(around.values)
        )
        return combine(held).allowed

    return is_allowed


def disagreements(
    one: Quick, other: IsAllowed, questions: Iterable[Question]
) -> list[Question]:
    """The questions that the two answer differently."""
    return [question for question in questions if one(*question) != other(*question)]
