"""A request that two sets answer otherwise, for people, for programs, and as a test."""

from dataclasses import dataclass
from typing import Any

from authz.assurance.symbolic.possible import is_askable
from authz.engine.conditions import Signature
from authz.engine.gate.counterexample import as_test
from authz.engine.gate.requests import Request
from authz.engine.schema import Schema
from authz.model import Decision


@dataclass(frozen=True, slots=True)
class Witness:
    """One request, and what oso says of it in both sets."""

    signature: Signature
    request: Request
    old: Decision
    new: Decision
    #: A policy test that asks it and expects what the new set says; empty where none can,
    #: as where the new set does not know such a request.
    test: str

    @property
    def determining(self) -> tuple[str, ...]:
        """The policies behind the answer of the new set."""
        return self.new.determining

    def document(self) -> dict[str, Any]:
        """Its part of `authz.diff/1`."""
        return {
            "subject": {"type": self.signature.subject, **self.request["subject"]},
            "action": self.signature.action,
            "resource": {"type": self.signature.resource, **self.request["resource"]},
            "context": dict(self.request["context"]),
            "old": _answer(self.old),
            "new": _answer(self.new),
            "determining": list(self.new.determining),
            "old_determining": list(self.old.determining),
            "test": self.test,
        }


def witness_of(
    signature: Signature, request: Request, old: Decision, new: Decision, schema: Schema
) -> Witness:
    """The witness; `schema` is that of the new set."""
    return Witness(signature, request, old, new, _test(signature, request, schema, new))


def _test(
    signature: Signature, request: Request, schema: Schema, expected: Decision
) -> str:
    types = schema.types
    if signature.subject not in types or signature.resource not in types:
        return ""
    if signature.action not in types[signature.resource].actions:
        return ""
    clocks = [n for n, attribute in schema.context.items() if attribute.source == "clock"]
    timeless = any(request["context"][name] is None for name in clocks)
    if timeless or not is_askable(request, signature):
        return ""
    return as_test(signature, request, schema, expected)


def _answer(decision: Decision) -> str:
    return "allow" if decision.allowed else "deny"
