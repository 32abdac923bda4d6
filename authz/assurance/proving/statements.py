"""What `when` and `unless` mean, for requests of one kind: found as policies are, and asked
of oso itself.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from authz.assurance.proving.invariant import FILE, Body, Invariants
from authz.assurance.symbolic.formula import Formula, Some
from authz.engine import checks
from authz.engine.clauses import Clause, read
from authz.engine.conditions import Condition, Signature
from authz.engine.gate.candidate import REFERENCE_BUDGET_MS
from authz.engine.gate.vet import polar_texts
from authz.engine.linting import fragment
from authz.engine.polar import Args, PolarEngine
from authz.engine.records import record_classes
from authz.engine.schema import Schema
from authz.engine.text import check_files, check_nesting, code, statements
from authz.engine.unfold import unfolder
from authz.errors import PolicyError, PolicySyntaxError

ALWAYS = Some((Condition((), (), ()),))
NEVER = Some(())
_PARAMETERS = ("subject", "action", "resource", "context")


class Statements:
    """The bodies of all invariants, as rules that call what the policy set defines."""

    def __init__(self, invariants: Invariants, schema: Schema):
        """Raises: PolicyError with the line of a body that is no rule of the fragment."""
        texts = polar_texts(check_files(invariants.source.files))
        rules = [
            read(one) for file, text in texts.items() for one in statements(file, text)
        ]
        bodies = dict.fromkeys(
            body
            for invariant in invariants.all
            for body in (invariant.when, invariant.unless)
            if body is not None
        )
        self._clauses = {body: _clause(body, n) for n, body in enumerate(bodies)}
        own = list(self._clauses.values())
        for problem in _problems([*rules, *own], own, schema):
            raise problem
        self._unfold = unfolder(rules, schema)
        self._found: dict[tuple[Body, Signature], Formula] = {}
        text = "\n".join(clause.text for clause in own)
        self._texts, self._classes = {**texts, FILE: text}, record_classes(schema)
        self._engine: PolarEngine | None = None

    def formula(self, body: Body | None, signature: Signature, absent: Formula) -> Formula:
        """When it holds; `absent` without a body. Raises: OutsideFragment."""
        if body is None:
            return absent
        found = self._found.get((body, signature))
        if found is None:
            conditions = self._unfold(self._clauses[body], signature)
            found = self._found[body, signature] = Some(tuple(conditions))
        return found

    def holds(self, body: Body | None, args: Args, *, absent: bool) -> bool:
        """Whether it holds, by oso itself. Raises: EvaluationFailed."""
        if body is None:
            return absent
        if self._engine is None:
            # WHY only now: it takes a moment, and a set that keeps its promises needs none.
            self._engine = PolarEngine(self._texts, self._classes, REFERENCE_BUDGET_MS)
        return self._engine.holds("permit", self._clauses[body].policy_id, args)


def _clause(body: Body, number: int) -> Clause:
    """The body as a rule that stands where the body does."""
    check_nesting(FILE, body.text)
    bare = code(body.text)
    if ";" in bare or not bare.strip():
        said = "is one body of a rule, without a `;`"
        raise PolicySyntaxError(said, file=FILE, line=body.line)
    names = [
        name if re.search(rf"\b{name}\b", bare) else f"_{name}" for name in _PARAMETERS
    ]
    head = f'permit("invariants.body-{number}", {", ".join(names)}) if'
    between = "\n" if "\n" in body.text else " "
    # WHY another line: behind a comment nothing counts.
    end = "\n;" if "#" in body.text.splitlines()[-1] else ";"
    text = f"{head}{between}{body.text}{end}"
    (found,) = statements(FILE, text)
    return read(replace(found, line=body.line))


def _problems(
    clauses: list[Clause], own: list[Clause], schema: Schema
) -> Iterator[PolicyError]:
    """What the linter finds against the bodies."""
    yield from fragment.problems(own)
    for problem in checks.problems(clauses, schema):
        # WHY not that one: which attributes there are is known for each kind of request,
        # and said when the body is unfolded for it.
        if problem.file == FILE and problem.rule != "unknown-attribute":
            yield problem
