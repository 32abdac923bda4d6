"""Clauses as text again: what a reviewer would have written to get this clause."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from authz.engine.clauses import (
    Clause,
    Goal,
    Items,
    Parameter,
    Path,
    Term,
    Variable,
)
from authz.engine.conditions import shown

OPERATORS = {
    "Unify": "=",
    "Neq": "!=",
    "Lt": "<",
    "Leq": "<=",
    "Gt": ">",
    "Geq": ">=",
    "In": "in",
}


def of_clause(clause: Clause) -> str:
    """The clause in one line."""
    head = f"{clause.name}({', '.join(map(_of_parameter, clause.parameters))})"
    return f"{head} if {of_goal(clause.body)};" if clause.has_body else f"{head};"


def of_goal(goal: Goal) -> str:
    if goal.kind in ("And", "Or"):
        return f" {goal.kind.lower()} ".join(
            _in_brackets(part, goal) for part in goal.goals
        )
    if goal.kind == "Not":
        return f"not {of_goal(goal.goals[0])}"
    if goal.kind == "Call":
        return f"{goal.name}({', '.join(map(of_term, goal.terms))})"
    if goal.kind == "Isa":
        return f"{of_term(goal.terms[0])} matches {goal.name}"
    left, right = goal.terms
    return f"{of_term(left)} {OPERATORS[goal.kind]} {of_term(right)}"


def of_term(term: Term) -> str:
    if isinstance(term, Variable):
        return term.name
    if isinstance(term, Path):
        return f"{of_term(term.base)}.{term.attribute}"
    if isinstance(term, Items):
        return f"[{', '.join(map(of_term, term.terms))}]"
    return shown(term.value)


def _in_brackets(part: Goal, within: Goal) -> str:
    text = of_goal(part)
    return f"({text})" if part.kind in ("And", "Or") and part.kind != within.kind else text


def _of_parameter(parameter: Parameter) -> str:
    text = of_term(parameter.term)
    return f"{text}: {parameter.class_name}" if parameter.class_name else text


def without_singletons(clause: Clause) -> Clause:
    """The clause with a variable that stands there once named as unused, and no other."""
    often = Counter(_variables(clause))
    names = {
        name: f"_{name}" if n == 1 else name.lstrip("_")
        for name, n in often.items()
        if name != "_" and (n == 1) != name.startswith("_")
    }
    return _renamed(clause, names)


def _variables(clause: Clause) -> Iterator[str]:
    for term in clause.terms():
        if isinstance(term, Variable):
            yield term.name


def _renamed(clause: Clause, names: dict[str, str]) -> Clause:
    def term(one: Term) -> Term:
        if isinstance(one, Variable):
            return Variable(names.get(one.name, one.name))
        if isinstance(one, Path):
            return Path(term(one.base), one.attribute)
        return Items(tuple(map(term, one.terms))) if isinstance(one, Items) else one

    def goal(one: Goal) -> Goal:
        parts = tuple(map(goal, one.goals))
        return replace(one, terms=tuple(map(term, one.terms)), goals=parts)

    head = tuple(replace(p, term=term(p.term)) for p in clause.parameters)
    return replace(clause, parameters=head, body=goal(clause.body))


def put(content: str, old: Clause, text: str) -> str:
    """A file with that text where the clause stands.

    WHY the lines stay: what comes after is named by its line.
    """
    lines = content.split("\n")
    before = "\n".join(lines[: old.line - 1])
    start = len(before) + (1 if before else 0)
    found = re.compile(rf"(?<!\w){re.escape(old.text)}").search(content, start)
    assert found, f"{old.file}:{old.line} holds no `{old.text}`"
    kept = "\n" * (old.text.count("\n") - text.count("\n"))
    return f"{content[: found.start()]}{text}{kept}{content[found.end() :]}"
