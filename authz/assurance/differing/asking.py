"""One request, asked of one policy set: by its compiled functions, and by oso itself."""

from collections.abc import Mapping
from typing import Any

from authz.engine.combine import combine
from authz.engine.conditions import Signature
from authz.engine.gate.requests import Request
from authz.engine.policyset import PolicySet
from authz.engine.records import fill_defaults
from authz.engine.schema import BUILT_IN, Attribute
from authz.model import Decision, Reason


def declares(policies: PolicySet, signature: Signature) -> bool:
    """Whether the set knows that kind of request."""
    types = policies.schema.types
    subject, resource = types.get(signature.subject), types.get(signature.resource)
    if subject is None or resource is None or not subject.subject:
        return False
    return signature.action in resource.actions


def is_allowed(policies: PolicySet, signature: Signature, request: Request) -> bool:
    """The answer of the compiled functions."""
    values = _settled(policies, signature, request)
    if values is None:
        return False
    subject, resource, context = values
    return policies.compiled(signature).allowed(
        policies.prepared(signature.subject, subject),
        policies.prepared(signature.resource, resource),
        policies.prepared_context(context),
    )


def asked_of_oso(policies: PolicySet, signature: Signature, request: Request) -> Decision:
    """The decision of oso on the text of the policies."""
    values = _settled(policies, signature, request)
    if values is None:
        return Decision(False, Reason.UNKNOWN)
    subject, resource, context = values
    return combine(
        policies.evaluate(
            policies.record(signature.subject, subject),
            signature.action,
            policies.record(signature.resource, resource),
            policies.context(context),
        )
    )


def _settled(
    policies: PolicySet, signature: Signature, request: Request
) -> tuple[dict[str, object], dict[str, object], dict[str, object]] | None:
    """The values as that set takes them, defaults filled in; None where it cannot decide:
    it knows no such kind of request, or something that it requires is not there.
    """
    if not declares(policies, signature):
        return None
    schema = policies.schema
    subject, resource = schema.types[signature.subject], schema.types[signature.resource]
    tables = (subject.attributes, resource.attributes, schema.context_attributes())
    roots = ("subject", "resource", "context")
    found = [_filled(of, request[root]) for of, root in zip(tables, roots, strict=True)]
    if any(missing for _, missing in found):
        return None
    (of_subject, _), (of_resource, _), (of_context, _) = found
    return of_subject, of_resource, of_context


def _filled(
    attributes: Mapping[str, Attribute], given: Mapping[str, Any]
) -> tuple[dict[str, object], list[str]]:
    values, missing = fill_defaults(attributes, given)
    for name, attribute in attributes.items():
        if values[name] is None and attribute.type.endswith("-set"):
            values[name] = ()
    return {**values, **{n: given[n] for n in BUILT_IN if n in given}}, missing
