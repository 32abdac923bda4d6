"""A policy set whose conditions or functions can be exchanged for faulty ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from authz.engine import checks, clauses, text
from authz.engine.clauses import Clause
from authz.engine.compiled import Compiled, compile_ways
from authz.engine.conditions import Signature, Ways
from authz.engine.gate.candidate import Candidate
from authz.engine.gate.vet import polar_texts
from authz.engine.prepared import Prepared, prepared
from authz.engine.records import Record
from authz.engine.schema import Schema
from authz.engine.schema_file import parse_schema
from authz.engine.unfold import Unfolded, unfold
from authz.model import Effect
from tests.differential.worlds import Asked

Compile = Callable[[Ways], Compiled]


def every_policy(sound: "Sound") -> list[Signature]:
    """A few kinds of request between which every policy is at work."""
    chosen, seen = [], set()
    ids = {
        signature: {p for c in (*ways.permits, *ways.forbids) for p in c.policies}
        for signature, ways in sorted(sound.unfolded.ways.items())
    }
    while left := set[str]().union(*ids.values()) - seen:
        best = max(ids, key=lambda signature: len(ids[signature] & left))
        chosen.append(best)
        seen |= ids[best]
    return chosen


class Sound:
    """A set as it is, read once; its reference remembers what it was asked."""

    def __init__(self, files: Mapping[str, bytes]):
        texts = text.check_files(files)
        self.schema: Schema = parse_schema(texts["schema.yaml"], "schema.yaml")
        rules = polar_texts(texts)
        self.clauses: list[Clause] = [
            clauses.read(statement)
            for file, content in rules.items()
            for statement in text.statements(file, content)
        ]
        checks.check(self.clauses, self.schema)
        self.unfolded: Unfolded = unfold(self.clauses, self.schema)
        self.signatures = sorted(self.unfolded.ways)
        self.candidate = Candidate(rules, self.schema, self.unfolded)
        self._answers: dict[object, Any] = {}

    def only(self, chosen: Sequence[Signature]) -> "Sound":
        """The same set, in which nothing but these kinds of request may be asked."""
        actions: dict[str, set[str]] = {}
        for signature in chosen:
            actions.setdefault(signature.resource, set()).add(signature.action)
        types = {
            name: replace(kind, actions=frozenset(actions.get(name, ())))
            for name, kind in self.schema.types.items()
        }
        self.schema = replace(self.schema, types=types)
        self.unfolded = unfold(self.clauses, self.schema)
        self.signatures = sorted(self.unfolded.ways)
        return self

    def prepared(self, asked: Asked) -> tuple[Prepared, Prepared, Prepared]:
        """The attributes of a question as functions read them."""
        types = self.schema.types
        return (
            prepared(types[asked.signature.subject].attributes, asked.subject),
            prepared(types[asked.signature.resource].attributes, asked.resource),
            prepared(self.schema.context_attributes(), asked.context),
        )

    def ask(self, kind: str, effect: Effect, policy_id: str, args: tuple[Any, ...]) -> Any:
        """`ids` or `holds` of the reference."""
        key = (kind, effect, policy_id, repr([_told(arg) for arg in args]))
        if key not in self._answers:
            asked = (effect, policy_id, args) if kind == "holds" else (effect, args)
            self._answers[key] = getattr(self.candidate, kind)(*asked)
        return self._answers[key]


def _told(value: Any) -> Any:
    """All that a record says, or the value itself."""
    if isinstance(value, Record):
        return type(value).__name__, _told(sorted(value._values.items()))
    return [_told(one) for one in value] if isinstance(value, tuple | list) else value


class Faulty:
    """The same set with other conditions, or with functions that are made otherwise."""

    def __init__(
        self,
        sound: Sound,
        ways: Mapping[Signature, Ways],
        compiled: Callable[[Signature], Compiled] | None = None,
    ):
        self._sound = sound
        self._ways = ways
        self._compiled = compiled or (lambda signature: compile_ways(ways[signature]))
        self.schema = sound.schema
        self.record = sound.candidate.record
        self.context = sound.candidate.context
        self.visited = sound.candidate.visited

    def ways(self, signature: Signature) -> Ways:
        return self._ways.get(signature, Ways((), ()))

    def compiled(self, signature: Signature) -> Compiled:
        return self._compiled(signature)

    def ids(self, effect: Effect, args: tuple[Any, ...]) -> set[str]:
        return self._sound.ask("ids", effect, "", args)

    def holds(self, effect: Effect, policy_id: str, args: tuple[Any, ...]) -> bool:
        return self._sound.ask("holds", effect, policy_id, args)
