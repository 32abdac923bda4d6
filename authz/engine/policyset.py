"""A policy set: read from a directory, vetted, and from then on immutable.

Its revision is the hash of its content. Whoever wants another set loads another one and
swaps the reference.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from authz.engine import catalogue
from authz.engine.catalogue import CatalogueEntry
from authz.engine.checks import PolicyHead
from authz.engine.combine import Evaluation, combine
from authz.engine.compiled import Compiled, compile_ways
from authz.engine.conditions import Signature, Ways
from authz.engine.gate.accepted import accepted
from authz.engine.gate.child import Limits, Progress
from authz.engine.gate.vet import SCHEMA_FILE, catalogue_texts, polar_texts
from authz.engine.packed import Layout, Packed, layout_of, order, pack
from authz.engine.polar import OUT_OF_TIME, EvaluationFailed, PolarEngine
from authz.engine.prepared import Prepared, plain, prepared
from authz.engine.records import Record, record_classes
from authz.engine.schema import Schema
from authz.engine.schema_file import parse_schema
from authz.engine.source import PolicySource
from authz.engine.text import check_files
from authz.engine.unfold import NO_WAYS, Unfolded, signatures
from authz.errors import InterpretedOnly
from authz.model import Decision, Effect, EvaluationError

#: How long one decision may go on asking policy by policy after one of them failed.
FALLBACK_LIMIT_S = 1.0
#: Questions for rows whose answers are kept.
ROWS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Policy:
    """One named permit or forbid."""

    id: str
    effect: Effect
    file: str
    line: int
    entry: CatalogueEntry


class PolicySet:
    """Everything that decides, explains or lists asks one of these."""

    def __init__(
        self,
        revision: str,
        schema: Schema,
        policies: Mapping[str, Policy],
        classes: Mapping[str, type[Record]],
        engine: PolarEngine,
        unfolded: Unfolded,
    ):
        self.revision = revision
        self.schema = schema
        self.policies = policies
        self._classes = classes
        self._engine = engine
        self._unfolded = unfolded
        self._context = schema.context_attributes()
        self._orders = {name: order(kind) for name, kind in schema.types.items()}
        #: Attributes of the context that tell the time.
        self.clocks = tuple(n for n, a in schema.context.items() if a.source == "clock")
        self._compiled: dict[Signature, Compiled] = {}
        self._layouts: dict[Signature, Layout] = {}
        #: Predicate and arguments -> rows that have been asked for.
        self._rows: dict[tuple[str, tuple[str | None, ...]], list[tuple[Any, ...]]] = {}
        self._asking = threading.Lock()
        #: Subject type -> resource type -> action -> the functions, once they have been
        #: asked for; none that depend on the time.
        self.timeless: Mapping[str, Mapping[str, dict[str, Compiled]]] = {
            kind: {thing: {} for thing in schema.types} for kind in schema.types
        }
        self._ids = {
            e: sorted(p.id for p in policies.values() if p.effect is e) for e in Effect
        }

    def record(self, type: str, values: Mapping[str, object]) -> Record:
        """What rules see of a subject or resource of that type."""
        return self._classes[self.schema.types[type].class_name](values)

    def context(self, values: Mapping[str, object]) -> Record:
        """What rules see of the context, action properties included."""
        return self._classes["Context"](values)

    def prepared(self, type: str, values: Mapping[str, object]) -> Prepared:
        """What conditions see of a subject or resource of that type."""
        return prepared(self.schema.types[type].attributes, values)

    def packed(self, type: str, values: Prepared) -> Packed:
        """What functions take for a subject or resource of that type."""
        return pack(self._orders[type], values)

    def packed_context(self, values: Prepared) -> Packed:
        """What functions take for a context."""
        return pack(self._context, values)

    def prepared_context(self, values: Mapping[str, object]) -> Prepared:
        """What conditions see of the context, action properties included."""
        return prepared(self._context, values)

    def rows(self, predicate: str, *arguments: str | None) -> list[tuple[Any, ...]]:
        """The rows of a predicate, sorted; None stands for any value, as in
        `rows("may_assign", "owner", None)`.

        Many threads may ask. Raises: EvaluationFailed when the predicate is not there or
        cannot be evaluated.
        """
        asked = predicate, arguments
        # WHY one at a time: the engine is for one thread.
        with self._asking:
            found = self._rows.get(asked)
            if found is None:
                found = self._engine.rows(predicate, arguments)
                if len(self._rows) < ROWS_MAX:
                    self._rows[asked] = found
        return list(found)

    def signatures(self) -> tuple[Signature, ...]:
        """Every kind of request that may be asked, sorted."""
        return signatures(self.schema)

    def ways(self, signature: Signature) -> Ways:
        """All ways in which a policy can hold for requests of that signature.

        Raises: InterpretedOnly where a policy is outside the fragment.
        """
        if signature in self._unfolded.interpreted:
            asked = f"`{signature.action}` of `{signature.resource}`"
            raise InterpretedOnly(
                f"{asked} depends on a policy that can only be interpreted: it is decided, "
                "and neither explained nor searched; `authz lint` says which and why"
            )
        return self._unfolded.ways.get(signature, NO_WAYS)

    def visited(self, signature: Signature) -> tuple[str, ...]:
        """Texts of the clauses that the ways were found by, sorted."""
        return self._unfolded.visited.get(signature, ())

    def compiled(self, signature: Signature) -> Compiled:
        """The functions of that signature, made when they are first asked for."""
        found = self._compiled.get(signature)
        if found is None:
            ways = self.ways(signature)
            found = compile_ways(ways, self.layout(signature))
            self._compiled[signature] = found
            if not self._reads_clock(ways):
                of_actions = self.timeless[signature.subject][signature.resource]
                of_actions[signature.action] = found
        return found

    def decide(self, signature: Signature, s: Packed, r: Packed, c: Packed) -> Decision:
        """The decision: by the compiled functions, where the policies have them."""
        if signature in self._unfolded.interpreted:
            return combine(self.reference(signature, s, r, c))
        return self.compiled(signature).decide(s, r, c)

    def layout(self, signature: Signature) -> Layout:
        """What stands where in the attributes that its functions are given."""
        found = self._layouts.get(signature)
        if found is None:
            found = self._layouts[signature] = layout_of(self.schema, signature)
        return found

    def reference(
        self, signature: Signature, s: Packed, r: Packed, c: Packed
    ) -> Evaluation:
        """Which policies hold, by the engine."""
        subject, resource, context = map(plain, self.layout(signature).unpacked(s, r, c))
        return self.evaluate(
            self.record(signature.subject, subject),
            signature.action,
            self.record(signature.resource, resource),
            self.context(context),
        )

    def _reads_clock(self, ways: Ways) -> bool:
        return any(
            attr.root == "context" and attr.name in self.clocks
            for condition in (*ways.permits, *ways.forbids)
            for literal in condition.literals
            for attr in literal.attributes()
        )

    def evaluate(
        self, subject: Record, action: str, resource: Record, context: Record
    ) -> Evaluation:
        """Which policies hold. A policy that errs is reported under its id; the others
        still count.
        """
        args = (subject, action, resource, context)
        permits, permit_errors = self._satisfied(Effect.PERMIT, args)
        forbids, forbid_errors = self._satisfied(Effect.FORBID, args)
        return Evaluation(permits, forbids, permit_errors, forbid_errors)

    def _satisfied(
        self, effect: Effect, args: tuple[object, ...]
    ) -> tuple[frozenset[str], tuple[EvaluationError, ...]]:
        try:
            return frozenset(self._engine.ids(effect.value, args)), ()
        except EvaluationFailed:
            # WHY: an error ends the whole query and hides later matches, so each policy is
            # asked alone.
            return self._one_by_one(effect, args)

    def _one_by_one(
        self, effect: Effect, args: tuple[object, ...]
    ) -> tuple[frozenset[str], tuple[EvaluationError, ...]]:
        found: set[str] = set()
        failed: list[EvaluationError] = []
        end = time.monotonic() + FALLBACK_LIMIT_S
        for policy_id in self._ids[effect]:
            if time.monotonic() > end:
                failed.append(
                    EvaluationError(policy_id, f"{OUT_OF_TIME} of a whole decision")
                )
                continue
            try:
                if self._engine.holds(effect.value, policy_id, args):
                    found.add(policy_id)
            except EvaluationFailed as exc:
                failed.append(EvaluationError(policy_id, str(exc)))
        return frozenset(found), tuple(failed)


def load(
    source: PolicySource,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    *,
    record: Path | None = None,
    progress: Progress | None = None,
    compare: bool = True,
) -> PolicySet:
    """The policy set of exactly these bytes, once a child process has examined them.

    record: the file that remembers what passed, so that it is not examined again.
    progress: is told what is being done, how much of it is done, and how much there is.
    compare: whether the conditions are compared with the text; without that a set serves to
    be read, never to decide.
    Raises: PolicyError with file, line and what to do.
    """
    texts = check_files(source.files)
    found = accepted(
        source.files,
        source.revision,
        limits,
        record=record,
        progress=progress,
        compare=compare,
    )
    schema = parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
    unfolded = found.unfolded(schema)
    return assembled(
        source.revision, texts, schema, found.heads, unfolded, limits.budget_ms
    )


def assembled(
    revision: str,
    texts: Mapping[str, str],
    schema: Schema,
    heads: Sequence[PolicyHead],
    unfolded: Unfolded,
    budget_ms: int,
) -> PolicySet:
    """The policy set of files that were found sound.

    budget_ms: how long the reference may take for one decision. Raises: PolicyError.
    """
    entries = catalogue.match(heads, catalogue_texts(texts))
    classes = record_classes(schema)
    return PolicySet(
        revision,
        schema,
        MappingProxyType(
            {h.id: Policy(h.id, h.effect, h.file, h.line, entries[h.id]) for h in heads}
        ),
        classes,
        PolarEngine(polar_texts(texts), classes, budget_ms),
        unfolded,
    )
