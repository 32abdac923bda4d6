"""The rows of the shipped tests, prepared once: what they ask, and what holds there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from authz.assurance.policy_tests import asker, read_suites
from authz.assurance.suites import Check, Question
from authz.decisions.pdp import Answer
from authz.engine.combine import Evaluation, combine
from authz.engine.compiled import compile_ways
from authz.engine.conditions import Condition, Signature, Ways
from authz.engine.policyset import PolicySet
from authz.engine.prepared import Prepared
from authz.model import Decision, Effect
from tests.shipped import POLICIES


@dataclass(frozen=True)
class Row:
    """One question of a test, with the policies that hold for it."""

    name: str
    values: tuple[Prepared, Prepared, Prepared]
    held: Evaluation
    allowed: bool
    #: What else a check says of its answer; None where it says nothing.
    because: tuple[str, ...] | None
    reason: str | None

    def fails(self, decision: Decision) -> bool:
        return (
            decision.allowed != self.allowed
            or self.because not in (None, decision.determining)
            or self.reason not in (None, decision.reason)
        )


class Rows:
    """All rows that a policy decides, by what they ask."""

    def __init__(self, policies: PolicySet):
        self._policies = policies
        self._rows: dict[Signature, list[Row]] = {}
        for suite in read_suites(POLICIES, policies.schema):
            ask = asker(suite, policies)
            for row in suite.rows:
                if isinstance(row, Check):
                    self._add(f"{suite.name}: {row.name}", row, ask(row.question))
                    continue
                for question in row.questions:
                    one = _of_listing(question, question.resource.id in row.ids)
                    self._add(f"{suite.name}: {row.name}", one, ask(question))

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def failing(
        self, signature: Signature, policies: Mapping[str, Sequence[Condition]]
    ) -> str:
        """The first row that does not come true with these conditions; else empty."""
        rows = self._rows.get(signature, [])
        if not rows:
            return ""
        effects = {one: self._policies.policies[one].effect for one in policies}
        permits, forbids = (
            tuple(c for one in policies if effects[one] is effect for c in policies[one])
            for effect in Effect
        )
        layout = self._policies.layout(signature)
        compiled = compile_ways(Ways(permits, forbids), layout)
        for row in rows:
            now = compiled.satisfied(*row.values)
            decision = combine(
                Evaluation(
                    row.held.permits - policies.keys() | now.permits,
                    row.held.forbids - policies.keys() | now.forbids,
                )
            )
            if row.fails(decision):
                return row.name
        return ""

    def _add(self, name: str, row: Check, answer: Answer) -> None:
        if answer.inputs is None:
            return
        signature, values = answer.inputs.signature, answer.inputs.values
        held = self._policies.compiled(signature).satisfied(*values)
        one = Row(name, values, held, row.allowed, row.because, row.reason)
        self._rows.setdefault(signature, []).append(one)


def _of_listing(question: Question, allowed: bool) -> Check:
    return Check(str(question), question, allowed)
