"""What a clause may contain so that its exact conditions can be found.

The engine itself would evaluate more: these constructs are refused because nobody can say,
for all requests at once, when they hold.
"""

import re
from collections.abc import Iterable, Iterator

from authz.engine.clauses import Clause, Constant, Goal, Items, Variable
from authz.engine.text import code
from authz.errors import PolicyError

#: Operator -> rule of the linter, what is said, and where in the text it stands.
_OPERATORS = {
    "Print": ("print", "a policy prints nothing: `print`", r"\bprint\b"),
    "ForAll": ("forall", "a policy speaks of no `forall`", r"\bforall\b"),
    "Eq": ("equality-operator", "`==` takes `true` for `1`: write `=`", r"=="),
    "Assign": ("assignment", "`:=` gives a second name: write `=`", r":="),
}
_ARITHMETIC = {
    "Add": r"\+",
    "Sub": r"-",
    "Mul": r"\*",
    "Div": r"/",
    "Mod": r"\bmod\b",
    "Rem": r"\brem\b",
}
_COMPOUND = {"And": "`and`", "Or": "`or`", "Not": "another `not`", "ForAll": "`forall`"}
#: Names that oso gives to values in between.
_TEMPORARY = re.compile(r"(?<![\w.])_\w*\d(?!\w)")


def problems(clauses: Iterable[Clause]) -> Iterator[PolicyError]:
    """Everything in these clauses that is outside the fragment by its form alone."""
    for clause in clauses:
        yield from _names(clause)
        yield from _lists(clause)
        for goal in clause.body.walk():
            yield from _goal(clause, goal)


def _goal(clause: Clause, goal: Goal) -> Iterator[PolicyError]:
    if goal.kind in _OPERATORS:
        rule, said, pattern = _OPERATORS[goal.kind]
        yield clause.breaks(rule, said, clause.line_at(pattern))
    elif goal.kind in _ARITHMETIC:
        line = clause.line_at(_ARITHMETIC[goal.kind])
        yield clause.breaks("arithmetic", "a policy does not calculate", line)
    elif goal.kind == "Value":
        said = "a value alone is no condition: compare it, as in `= true`"
        yield clause.breaks("bare-value", said)
    elif goal.kind == "Not":
        yield from _negation(clause, goal.goals[0])
    elif goal.kind == "In" and _is_text(goal):
        yield clause.breaks(
            "in-over-string", "`in` looks into a list or a set, not a string"
        )


def _negation(clause: Clause, inner: Goal) -> Iterator[PolicyError]:
    # WHY not of arithmetic: oso's parser writes one sum as a conjunction.
    calculates = any(goal.kind in _ARITHMETIC for goal in inner.goals)
    if inner.kind in _COMPOUND and not calculates:
        said = f"`not` stands before one test or call, not before {_COMPOUND[inner.kind]}"
        yield clause.breaks("not-over-compound", said, clause.line_of("not"))


def _is_text(goal: Goal) -> bool:
    within = goal.terms[-1]
    return isinstance(within, Constant) and isinstance(within.value, str)


def _names(clause: Clause) -> Iterator[PolicyError]:
    names = {term.name for term in clause.terms() if isinstance(term, Variable)}
    for name in sorted(name for name in names if name[0].isupper()):
        said = f"`{name}` begins with a capital, as types do: write variables in lower case"
        yield clause.breaks("capital-variable", said, clause.line_of(name))
    for name in sorted(set(_TEMPORARY.findall(code(clause.text)))):
        said = f"`{name}` looks like a name of the engine's own: end it in a letter"
        yield clause.breaks("engine-variable", said, clause.line_of(name))


def _lists(clause: Clause) -> Iterator[PolicyError]:
    """An empty list where no list stands; the reader refuses all others."""
    found = [parameter.term for parameter in clause.parameters]
    for goal in clause.body.walk():
        if goal.kind != "Isa":
            found += goal.terms[:-1] if goal.kind == "In" else goal.terms
    if any(isinstance(term, Items) for term in found):
        said = "a list stands to the right of `in` and nowhere else"
        yield clause.breaks("list-place", said)
