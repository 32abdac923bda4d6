"""What becomes of a mutant: who notices it, or what shows that nothing is to be noticed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from authz.assurance.differing.kinds import Judge
from authz.assurance.proving.invariant import FILE
from authz.assurance.proving.invariant_file import parse_invariants
from authz.assurance.proving.questions import question
from authz.assurance.proving.statements import Statements
from authz.assurance.symbolic.solver import Undecided
from authz.engine import checks, clauses
from authz.engine.clauses import Clause
from authz.engine.conditions import Condition, Signature, Ways
from authz.engine.gate.vet import SCHEMA_FILE, polar_texts
from authz.engine.linting import fragment
from authz.engine.polar import PolarEngine
from authz.engine.policyset import PolicySet
from authz.engine.records import record_classes
from authz.engine.schema import Schema
from authz.engine.schema_file import parse_schema
from authz.engine.source import PolicySource, read_directory
from authz.engine.text import check_files, statements
from authz.engine.unfold import Unfolded
from authz.errors import PolicyError
from authz.model import Effect
from tests.deep.mutants.bodies import Vocabulary, of_rules
from tests.deep.mutants.facts import Mutant, domains, of_facts
from tests.deep.mutants.parts import Changed, Parts
from tests.deep.mutants.rows import Rows
from tests.deep.mutants.text import put
from tests.shipped import BUDGET_MS, POLICIES, changed

#: What is said of a mutant that nobody notices.
OPEN = "open"
SAME = "same decisions"


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant."""

    mutant: Mutant
    #: `finding`, `test`, `invariant`; `same conditions`, `same decisions`; or `open`.
    how: str
    #: What noticed it.
    by: str = ""


class Bench:
    """The shipped policies, with all that could notice a change of them."""

    def __init__(self) -> None:
        self.files = read_directory(POLICIES).files
        self.invariants = (POLICIES / FILE).read_bytes()
        texts = check_files(self.files)
        self.schema: Schema = parse_schema(texts[SCHEMA_FILE], SCHEMA_FILE)
        self.texts = polar_texts(texts)
        self.clauses: list[Clause] = [
            clauses.read(statement)
            for file, content in self.texts.items()
            for statement in statements(file, content)
        ]
        self.parts = Parts(self.clauses, self.schema)
        self.policies = changed(POLICIES)
        self.rows = Rows(self.policies)

    def mutants(self) -> list[Mutant]:
        """All there are, in the same order each time."""
        known = domains(self.clauses, self.schema)
        vocabulary = Vocabulary(self.schema, known)
        return [*of_facts(self.clauses, known), *of_rules(self.clauses, vocabulary)]

    def judged(self, mutant: Mutant) -> Verdict:
        """Who notices it first, the cheapest asked first."""
        try:
            new = self.read(mutant)
            if not mutant.old.is_fact:
                # WHY not all of it: whoever drops a rule may drop what it alone asked for.
                self.check(mutant, new, but="unasked-predicate")
            found: dict[Signature, Mapping[str, Sequence[Condition]]] = {}
            for signature, policies in self.parts.changes(mutant.old, new):
                if row := self.rows.failing(signature, policies):
                    return Verdict(mutant, "test", row)
                found[signature] = policies
            if not found:
                return Verdict(mutant, "same conditions")
            self.check(mutant, new)
        except PolicyError as exc:
            return Verdict(mutant, "finding", exc.rule or exc.message)
        gone = {mutant.old.policy_id} - {clause.policy_id for clause in new}
        if set(self.parts.without_effect(found)) - gone:
            return Verdict(mutant, "finding", "unreachable-policy")
        return self._unnoticed(mutant, new, found)

    def read(self, mutant: Mutant) -> list[Clause]:
        """The clauses that stand in the place of the old one."""
        old, found = mutant.old, []
        for statement in statements(old.file, mutant.text):
            if statement.text == old.text:
                found.append(old)
            else:
                at = old.line + statement.line - 1
                found.append(clauses.read(replace(statement, line=at)))
        return found

    def check(self, mutant: Mutant, new: Sequence[Clause], but: str = "") -> None:
        """Raises: PolicyError for what the loader would not take, `but` that rule.

        WHY not the catalogue: whoever drops a policy drops its entry as well.
        """
        at = self.clauses.index(mutant.old)
        whole = [*self.clauses[:at], *new, *self.clauses[at + 1 :]]
        problems = (*checks.problems(whole, self.schema), *fragment.problems(new))
        for problem in problems:
            if problem.rule != but:
                raise problem

    def _unnoticed(self, mutant: Mutant, new: Sequence[Clause], found: Changed) -> Verdict:
        """Whether any decision is another at all, and whether a promise is broken then."""
        mutated = self.mutated(mutant, new, found)
        judge = Judge(self.policies, mutated)
        kinds = map(judge.kind, found)
        other = next((kind for kind in kinds if kind.verdict != "equal"), None)
        if other is None:
            return Verdict(mutant, SAME, f"proved for {len(found)} kinds of request")
        if broken := self._broken(mutant, mutated, found):
            return Verdict(mutant, "invariant", broken)
        shown = other.gain or other.loss
        return Verdict(mutant, OPEN, shown.test if shown else other.reason)

    def _broken(self, mutant: Mutant, mutated: PolicySet, found: Changed) -> str:
        """An invariant that is not true of it, among those about what has changed."""
        file = mutant.old.file
        text = put(self.texts[file], mutant.old, mutant.text).encode()
        source = PolicySource({**self.files, file: text}, mutant.name)
        invariants = parse_invariants(self.invariants, source, self.schema)
        statements = Statements(invariants, self.schema)
        for one in invariants.all:
            for asked in one.questions:
                if not found.keys() & set(asked):
                    continue
                about = question(mutated, statements, one, asked)
                with suppress(Undecided):
                    if about.request(about.broken) is not None:
                        return one.id
        return ""

    def mutated(self, mutant: Mutant, new: Sequence[Clause], found: Changed) -> PolicySet:
        """The whole set with the change made."""
        old, before = mutant.old, self.parts.ways()
        texts = {**self.texts, old.file: put(self.texts[old.file], old, mutant.text)}
        kept = {c.policy_id for c in (*self.clauses, *new) if c.is_policy}
        if old.is_policy and not new:
            kept.remove(old.policy_id)
        policies = {k: v for k, v in self.policies.policies.items() if k in kept}
        ways = {
            signature: self._ways({**before.get(signature, {}), **found.get(signature, {})})
            for signature in self.policies.signatures()
        }
        classes = record_classes(self.schema)
        engine = PolarEngine(texts, classes, BUDGET_MS)
        unfolded = Unfolded(ways, {})
        return PolicySet(mutant.name, self.schema, policies, classes, engine, unfolded)

    def _ways(self, conditions: Mapping[str, Sequence[Condition]]) -> Ways:
        effects = {one: self.policies.policies[one].effect for one in conditions}
        permits, forbids = (
            tuple(
                c
                for one, found in conditions.items()
                if effects[one] is effect
                for c in found
            )
            for effect in Effect
        )
        return Ways(permits, forbids)


def report(verdicts: Sequence[Verdict]) -> str:
    """How many were noticed by whom, and which were not, each with what is known of it."""
    counts = Counter(verdict.how for verdict in verdicts)
    lines = [f"{len(verdicts)} mutants"]
    lines += [f"  {how}: {n}" for how, n in counts.most_common()]
    for how in (OPEN, SAME):
        found = [verdict for verdict in verdicts if verdict.how == how]
        lines += ["", f"{how}: {len(found)}"]
        lines += [f"  {verdict.mutant.name} ({verdict.by})" for verdict in found]
    return "\n".join(lines) + "\n"
