"""What a line was not allowed to hold, and who would have read it.

A hidden value is never guessed. Where no policy reads it, and both schemas take it alike,
the answer is the same whatever it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec import structs

from authz.engine.conditions import Attr, Condition, Signature
from authz.engine.policyset import PolicySet
from authz.engine.schema import Attribute
from authz.errors import InterpretedOnly
from authz.model import Request

#: A value of each type, for what no policy reads.
ANY_VALUE: Mapping[str, object] = MappingProxyType(
    {
        "string": "",
        "integer": 0,
        "boolean": False,
        "string-set": (),
        "record-set": (),
    }
)
ACTION = "action_"
NOTHING: Mapping[Attr, Attribute] = MappingProxyType({})


def is_known(policies: PolicySet, request: Request) -> bool:
    """Whether such a request may be asked at all."""
    types = policies.schema.types
    subject, resource = types.get(request.subject.type), types.get(request.resource.type)
    if subject is None or resource is None or not subject.subject:
        return False
    return request.action.name in resource.actions


def signature_of(request: Request) -> Signature:
    """What kind of request it is."""
    return Signature(request.subject.type, request.action.name, request.resource.type)


def concealed(
    policies: PolicySet, request: Request, hidden: Sequence[str]
) -> Mapping[Attr, Attribute]:
    """The attributes whose value may have been said where the line says nothing."""
    if not hidden or not is_known(policies, request):
        return NOTHING
    return {
        attr: attribute
        for path in hidden
        for attr, attribute in _attributes(policies, request, path.split("."))
    }


def _attributes(
    policies: PolicySet, request: Request, path: Sequence[str]
) -> Iterator[tuple[Attr, Attribute]]:
    schema, root = policies.schema, path[0]
    declared: Mapping[str, Attribute] = {}
    rest, prefix = path[2:], ""
    if root == "context":
        declared, rest = schema.context, path[1:]
        declared = {name: a for name, a in declared.items() if a.source == "request"}
    elif path[1:2] == ["properties"] and root == "action":
        declared, prefix, root = schema.action_properties, ACTION, "context"
    elif path[1:2] == ["properties"]:
        entity = request.subject if root == "subject" else request.resource
        declared = schema.types[entity.type].attributes
        declared = {name: a for name, a in declared.items() if a.source != "stored"}
    for name, attribute in declared.items():
        if not rest or rest[0] == name:
            yield Attr(root, prefix + name), attribute


def with_any_value(request: Request, needed: Mapping[Attr, Attribute]) -> Request:
    """The request with some value for each of these that is required."""
    for attr, attribute in needed.items():
        if not attribute.required:
            continue
        value = ANY_VALUE[attribute.type]
        if attr.root != "context":
            entity = getattr(request, attr.root)
            said = {**entity.properties, attr.name: value}
            entity = structs.replace(entity, properties=said)
            request = structs.replace(request, **{attr.root: entity})
        elif attr.name.startswith(ACTION):
            said = {**request.action.properties, attribute.name: value}
            action = structs.replace(request.action, properties=said)
            request = structs.replace(request, action=action)
        else:
            said = {**request.context, attr.name: value}
            request = structs.replace(request, context=said)
    return request


class Readers:
    """Which policies of a set read what; remembered by kind of request."""

    def __init__(self, policies: PolicySet):
        self._policies = policies
        self._known: dict[Signature, Mapping[Attr, frozenset[str]] | None] = {}

    def of(self, request: Request, attr: Attr) -> frozenset[str] | None:
        """Ids of the policies that read it for such a request; None: nobody can say."""
        if not is_known(self._policies, request):
            return frozenset()
        signature = signature_of(request)
        if signature not in self._known:
            self._known[signature] = self._read(signature)
        found = self._known[signature]
        return None if found is None else found.get(attr, frozenset())

    def from_source(self, request: Request, source: str) -> tuple[str, frozenset[str]]:
        """The attribute of the context with that source that is read, and by whom."""
        for name, attribute in self._policies.schema.context.items():
            if attribute.source == source:
                readers = self.of(request, Attr("context", name))
                if readers != frozenset():
                    return f"context.{name}", readers or frozenset()
        return "", frozenset()

    def never_permits(self, request: Request) -> bool:
        """Whether such a request, of a known kind, is denied in any case."""
        try:
            return not self._policies.ways(signature_of(request)).permits
        except InterpretedOnly:
            return False

    def _read(self, signature: Signature) -> Mapping[Attr, frozenset[str]] | None:
        try:
            ways = self._policies.ways(signature)
        except InterpretedOnly:
            return None
        found: dict[Attr, set[str]] = {}
        for condition in (*ways.permits, *ways.forbids):
            for attr in _reads(condition):
                found.setdefault(attr, set()).update(condition.policies)
        return {attr: frozenset(ids) for attr, ids in found.items()}


def _reads(condition: Condition) -> Iterator[Attr]:
    if condition.records:
        yield Attr("subject", condition.records)
    for literal in condition.literals:
        yield from literal.attributes()
