"""A policy set: read from a directory, vetted, and from then on immutable.

Its revision is the hash of its content. Whoever wants another set loads another one and
swaps the reference.
"""

import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from authz.engine import catalogue
from authz.engine.catalogue import CatalogueEntry
from authz.engine.combine import Evaluation
from authz.engine.compiled import Compiled, IsAllowed, compile_ways
from authz.engine.conditions import Signature, Ways
from authz.engine.gate.accepted import accepted
from authz.engine.gate.child import Limits, Progress
from authz.engine.gate.vet import SCHEMA_FILE, catalogue_texts, digest, polar_texts
from authz.engine.packed import Packed, layout_of, order, pack
from authz.engine.polar import OUT_OF_TIME, EvaluationFailed, PolarEngine
from authz.engine.prepared import Prepared, plain, prepared
from authz.engine.records import Record, record_classes
from authz.engine.schema import Schema
from authz.engine.schema_file import parse_schema
from authz.engine.text import FILE_LIMIT_BYTES, check_files
from authz.engine.unfold import NO_WAYS, Unfolded, signatures
from authz.errors import InterpretedOnly, PolicyCheckError, PolicyError
from authz.model import Effect, EvaluationError

#: How long one decision may go on asking policy by policy after one of them failed.
FALLBACK_LIMIT_S = 1.0
_NOT_OF_THE_SET = ("_test.yaml", "invariants.yaml")


@dataclass(frozen=True, slots=True)
class PolicySource:
    """The files of a policy set, as they were read."""

    files: Mapping[str, bytes]
    revision: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One named permit or forbid."""

    id: str
    effect: Effect
    file: str
    line: int
    entry: CatalogueEntry


def read_directory(path: Path) -> PolicySource:
    """All rule files, catalogues and the schema of a directory.

    Raises: PolicyError naming the file.
    """
    files: dict[str, bytes] = {}
    try:
        with os.scandir(path) as found:
            names = sorted(entry.name for entry in found)
    except OSError as exc:
        raise PolicyError(
            f"cannot read the policy directory `{path}`: {exc.strerror}"
        ) from exc
    for name in names:
        if name.startswith(".") or name.endswith(_NOT_OF_THE_SET):
            continue
        if not name.isprintable() or not name.isascii():
            raise PolicyError(f"a file name is letters, digits, `-` and `_`: {ascii(name)}")
        if name.endswith((".polar", ".yaml")):
            files[name] = _read_file(path / name)
        elif name.lower().endswith(".polar") or any((path / name).rglob("*.polar")):
            # WHY: what a reviewer takes for a rule in force must not be passed over.
            raise PolicyError(
                "rules stand in the directory itself, in `*.polar`", file=name
            )
    if not any(name.endswith(".polar") for name in files):
        raise PolicyCheckError(f"no policy file (*.polar) in `{path}`")
    return PolicySource(MappingProxyType(files), digest(files))


def _read_file(path: Path) -> bytes:
    """The content, at most one byte over the limit of a file; a FIFO never blocks."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as exc:
        raise PolicyError(f"cannot be read: {exc.strerror}", file=path.name) from exc
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise PolicyError("is no regular file", file=path.name)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(FILE_LIMIT_BYTES + 1)
    finally:
        os.close(handle)


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
        #: Subject type -> resource type -> action -> the function that says allow or deny,
        #: once it has been asked for; none that depends on the time.
        self.functions: Mapping[str, Mapping[str, dict[str, IsAllowed]]] = {
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
        """What `functions` take for a subject or resource of that type."""
        return pack(self._orders[type], values)

    def packed_context(self, values: Prepared) -> Packed:
        """What `functions` take for a context."""
        return pack(self._context, values)

    def prepared_context(self, values: Mapping[str, object]) -> Prepared:
        """What conditions see of the context, action properties included."""
        return prepared(self._context, values)

    def rows(self, predicate: str, *arguments: str | None) -> list[tuple[Any, ...]]:
        """The rows of a predicate, sorted; None stands for any value, as in
        `rows("may_assign", "owner", None)`.

        Raises: EvaluationFailed when the predicate is not there or cannot be evaluated.
        """
        return self._engine.rows(predicate, arguments)

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
            found = compile_ways(ways, layout_of(self.schema, signature))
            self._compiled[signature] = found
            if not self._reads_clock(ways):
                of_actions = self.functions[signature.subject][signature.resource]
                of_actions[signature.action] = found.is_allowed
        return found

    def satisfied(
        self, signature: Signature, s: Prepared, r: Prepared, c: Prepared
    ) -> Evaluation:
        """Which policies hold: by the compiled functions, where the policies have them."""
        if signature in self._unfolded.interpreted:
            return self.reference(signature, s, r, c)
        return self.compiled(signature).satisfied(s, r, c)

    def reference(
        self, signature: Signature, s: Prepared, r: Prepared, c: Prepared
    ) -> Evaluation:
        """The same, by the engine."""
        return self.evaluate(
            self.record(signature.subject, plain(s)),
            signature.action,
            self.record(signature.resource, plain(r)),
            self.context(plain(c)),
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
) -> PolicySet:
    """The policy set of exactly these bytes, once a child process has examined them.

    record: the file that remembers what passed, so that it is not examined again.
    progress: is told what is being done, how much of it is done, and how much there is.
    Raises: PolicyError with file, line and what to do.
    """
    texts = check_files(source.files)
    found = accepted(
        source.files, source.revision, limits, record=record, progress=progress
    )
    schema = parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
    entries = catalogue.match(found.heads, catalogue_texts(texts))
    classes = record_classes(schema)
    engine = PolarEngine(polar_texts(texts), classes, limits.budget_ms)
    policies = {
        h.id: Policy(h.id, h.effect, h.file, h.line, entries[h.id]) for h in found.heads
    }
    return PolicySet(
        source.revision,
        schema,
        MappingProxyType(policies),
        classes,
        engine,
        found.unfolded(schema),
    )
