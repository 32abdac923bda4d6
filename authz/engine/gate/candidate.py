"""A policy set that is not accepted yet, decided in both ways."""

from collections.abc import Mapping

from authz.engine.compiled import Compiled, compile_ways
from authz.engine.conditions import Signature, Ways
from authz.engine.packed import layout_of
from authz.engine.polar import PolarEngine
from authz.engine.records import Record, record_classes
from authz.engine.schema import Schema
from authz.engine.unfold import NO_WAYS, Unfolded
from authz.model import Effect

#: WHY so long: here a slow answer of the reference is an answer all the same.
REFERENCE_BUDGET_MS = 10_000


class Candidate:
    """What the comparison asks, made from texts and what was unfolded of them."""

    def __init__(self, rules: Mapping[str, str], schema: Schema, unfolded: Unfolded):
        """`rules` are the texts of the rule files. Raises: PolicyError."""
        self.schema = schema
        self._unfolded = unfolded
        self._classes = record_classes(schema)
        self._engine = PolarEngine(rules, self._classes, REFERENCE_BUDGET_MS)

    def ways(self, signature: Signature) -> Ways:
        """Its conditions."""
        return self._unfolded.ways.get(signature, NO_WAYS)

    def visited(self, signature: Signature) -> tuple[str, ...]:
        """The texts of the clauses that the conditions were made from."""
        return self._unfolded.visited[signature]

    def compiled(self, signature: Signature) -> Compiled:
        """Its conditions as functions."""
        return compile_ways(self.ways(signature), layout_of(self.schema, signature))

    def record(self, type: str, values: Mapping[str, object]) -> Record:
        """A subject or resource for the reference."""
        return self._classes[self.schema.types[type].class_name](values)

    def context(self, values: Mapping[str, object]) -> Record:
        """A context for the reference."""
        return self._classes["Context"](values)

    def ids(self, effect: Effect, args: tuple[object, ...]) -> set[str]:
        """The policies that hold by the reference. Raises: EvaluationFailed."""
        return self._engine.ids(effect.value, args)

    def holds(self, effect: Effect, policy_id: str, args: tuple[object, ...]) -> bool:
        """Whether that one does. Raises: EvaluationFailed."""
        return self._engine.holds(effect.value, policy_id, args)
