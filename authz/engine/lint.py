"""Is a policy set inside the fragment, and where not, why and what to write instead?

All findings come at once: a statement that cannot be read does not hide the next one. Only
where every clause is in order by its form are the policies unfolded, to see whether exact
conditions exist.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from authz.engine import checks, clauses, text, unfold
from authz.engine.clauses import Clause
from authz.engine.conditions import Condition
from authz.engine.linting import fragment
from authz.engine.linting.rules import RULES
from authz.engine.schema import Schema
from authz.engine.unfold import Unfolded
from authz.engine.unfolding.terms import OutsideFragment
from authz.errors import PolicyError

#: What oso's parser says of text that it refuses, and the rule that explains it.
_PARSER = (
    ("singleton variable", "singleton-variable"),
    ("Expected a logical expression", "bare-value"),
    ("wrong value type", "nested-term"),
    ("integer overflow", "integer-overflow"),
    ("has no parameters", "no-parameters"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a policy set may not contain."""

    #: Id of the rule that is broken.
    rule: str
    message: str
    why: str
    instead: str
    file: str
    #: Line in that file, from 1; 0 when it is not known.
    line: int
    #: The policy at fault; empty for a helper or a fact.
    policy_id: str


#: Is told the file and the line of each statement before it is read; an empty name when
#: all are.
Reading = Callable[[str, int], None]


def lint(
    files: Mapping[str, str], schema: Schema, reading: Reading = lambda _file, _line: None
) -> list[Finding]:
    """Everything that is outside the fragment in these rule files.

    Shape: file name -> text. Order: by file, line and rule; each once.
    """
    refused: list[PolicyError] = []
    found: list[Clause] = []
    unread: set[str] = set()
    for file, content in files.items():
        for part in _read(file, content, reading):
            if isinstance(part, Clause):
                found.append(part)
            else:
                refused += part.errors
                unread.update(re.findall(r"\w+", part.text))
    reading("", 0)
    refused += checks.problems(found, schema, frozenset(unread))
    refused += fragment.problems(found)
    if not refused:
        refused += _unfolded(found, schema)
    findings = {_finding(problem) for problem in refused}
    return sorted(findings, key=lambda f: (f.file, f.line, f.rule, f.message))


@dataclass(frozen=True, slots=True)
class _Unread:
    """Text that is no clause, and why."""

    text: str
    #: Empty where an earlier error says it already.
    errors: tuple[PolicyError, ...] = ()


def _read(file: str, content: str, reading: Reading) -> Iterator[Clause | _Unread]:
    """Everything in a file, in order."""
    try:
        text.check_nesting(file, content)
    except PolicyError as exc:
        yield _Unread(content, (exc,))
        return
    # Braces of a resource block that are open: what follows is not a statement.
    braces = 0
    for part in text.parts(file, content):
        within = part.bare.count("{") - part.bare.count("}")
        if braces > 0:
            braces += within
            yield _Unread(part.text)
            continue
        reading(file, part.line)
        try:
            yield clauses.read(text.statement(part))
        except PolicyError as exc:
            braces = within if exc.rule == "resource-block" else 0
            yield _Unread(part.text, (exc,))


def _unfolded(found: list[Clause], schema: Schema) -> Iterator[PolicyError]:
    """What shows only once the policies are unfolded."""
    try:
        unfolded = unfold.unfold(found, schema)
    except OutsideFragment:
        for problem in unfold.problems(found, schema):
            yield problem.clause.breaks(problem.rule, problem.message)
        return
    yield from without_effect(found, unfolded, schema)


def without_effect(
    found: Iterable[Clause], unfolded: Unfolded, schema: Schema
) -> Iterator[PolicyError]:
    """Policies that hold for no request, and permits that hold for every request."""
    everything = [unfolded.ways.get(s, unfold.NO_WAYS) for s in unfold.signatures(schema)]
    reached = set[str]().union(*(_ids(w.permits + w.forbids) for w in everything))
    always = [_ids(c for c in w.permits if not c.literals) for w in everything]
    for clause in found:
        if clause.is_policy and clause.policy_id not in reached:
            said = "this policy holds for no request"
            yield clause.breaks("unreachable-policy", said)
        elif checks.is_open(clause) and all(clause.policy_id in ids for ids in always):
            said = "this permit holds for every request"
            yield clause.breaks("unconstrained-permit", said)


def _ids(conditions: Iterable[Condition]) -> set[str]:
    """The policies that hold in these ways."""
    return {policy_id for condition in conditions for policy_id in condition.policies}


def _finding(problem: PolicyError) -> Finding:
    rule = RULES[problem.rule or _rule_of(problem.message)]
    return Finding(
        rule.id,
        problem.message,
        rule.why,
        rule.instead,
        problem.file,
        problem.line,
        problem.policy_id,
    )


def _rule_of(message: str) -> str:
    return next((rule for said, rule in _PARSER if said in message), "syntax")
