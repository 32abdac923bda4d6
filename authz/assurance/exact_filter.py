"""Which fixtures the condition gives that an app would filter its own list by.

The tree is the one of `authz.decisions.search`, made from what the decisions of the listing
knew of subject and context; it is tried on every fixture of the type.
"""

from collections.abc import Sequence

from authz.assurance.fixture_facts import Fixture
from authz.assurance.suites import Question
from authz.decisions.attributes import of_entity
from authz.decisions.filter import filter_of
from authz.decisions.pdp import Answer
from authz.decisions.ports import Stored
from authz.decisions.tree import holds
from authz.engine.policyset import PolicySet
from authz.errors import PolicyError
from authz.model import Entity


def filtered_ids(
    answers: Sequence[tuple[Question, Answer]], policies: PolicySet
) -> tuple[str, ...] | str:
    """The ids that the filter gives, sorted; or why there is no filter."""
    inputs = next((answer.inputs for _, answer in answers if answer.inputs), None)
    if inputs is None:
        return ()
    kind = policies.schema.types[inputs.signature.resource]
    subject, _, context = inputs.values
    known = {"subject": subject, "resource": {}, "context": context}
    try:
        tree = filter_of(policies.ways(inputs.signature), kind, "resource", known)
    except PolicyError as exc:
        return str(exc)
    return tuple(
        sorted(
            question.resource.id
            for question, _ in answers
            if (values := _values(question, policies)) and holds(tree, values)
        )
    )


def _values(question: Question, policies: PolicySet) -> dict[str, object]:
    """What a store would compare; nothing where it would not find the thing."""
    one: Fixture = question.resource
    kind = policies.schema.types[one.type]
    stored = Stored(one.id, {**one.stored, "tenant": one.tenant})
    gathered = of_entity(
        kind, Entity(one.type, one.id, one.properties), stored, question.subject.tenant
    )
    sets = [n for n in gathered.missing if kind.attributes[n].type.endswith("-set")]
    if gathered.problems or sets:
        return {}
    return dict(policies.prepared(kind.name, gathered.values))
