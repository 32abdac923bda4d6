"""Which predicates call which: none is misspelt, said twice, or runs for ever."""

from authz.engine.clauses import Clause, Goal
from authz.engine.place import near_miss
from authz.errors import PolicyCheckError, PolicyReferenceError

#: Predicates that the console and the command line ask; no rule has to.
ASKED = frozenset(
    (
        "role",
        "role_inherits",
        "role_permission",
        "needs_permission",
        "web_only",
        "protected",
    )
    + ("role_requires_binding", "role_allows_option", "option_permission")
    + ("may_assign", "may_manage")
)


def check(clauses: list[Clause], entry_points: tuple[str, ...]) -> None:
    """Raises: PolicyReferenceError or PolicyCheckError with file and line."""
    _one_permission(clauses)
    _asked(clauses, entry_points)
    _recursion(clauses)


def _one_permission(clauses: list[Clause]) -> None:
    seen: dict[object, Clause] = {}
    for clause in clauses:
        if clause.name != "needs_permission" or not clause.is_fact:
            continue
        action = clause.row()[0]
        if first := seen.get(action):
            raise PolicyCheckError(
                f"`{action}` needs a permission at {first.file}:{first.line} already: two "
                "rows would mean that either is enough; write a forbid for a further need",
                file=clause.file,
                line=clause.line,
            )
        seen[action] = clause


def _asked(clauses: list[Clause], entry_points: tuple[str, ...]) -> None:
    called = {
        goal.name
        for clause in clauses
        for goal in clause.body.walk()
        if goal.kind == "Call"
    }
    known = called | ASKED | set(entry_points)
    for clause in clauses:
        if clause.name not in known:
            near = near_miss(clause.name, known)
            raise PolicyReferenceError(
                f"nothing asks for `{clause.name}`{near}",
                file=clause.file,
                line=clause.line,
            )


def _recursion(clauses: list[Clause]) -> None:
    """Refuse a predicate that calls itself before a fact has narrowed the question."""
    by_name: dict[str, list[Clause]] = {}
    for clause in clauses:
        by_name.setdefault(clause.name, []).append(clause)
    facts = {name for name, found in by_name.items() if all(c.is_fact for c in found)}
    edges = {
        name: {called for clause in found for called in _unguarded(clause.body, facts)[0]}
        for name, found in by_name.items()
    }
    endless = {name for name in edges if name in _reached(edges, name)}
    for clause in clauses:
        if clause.name in endless and _unguarded(clause.body, facts)[0] & endless:
            raise PolicyCheckError(
                f"`{clause.name}` calls itself before a fact narrows it, so it never ends",
                file=clause.file,
                line=clause.line,
            )


def _reached(edges: dict[str, set[str]], start: str) -> set[str]:
    """Everything that can be called from there, in any number of steps."""
    reached: set[str] = set()
    stack = list(edges[start])
    while stack:
        at = stack.pop()
        if at not in reached:
            reached.add(at)
            stack += edges.get(at, ())
    return reached


def _unguarded(goal: Goal, facts: set[str]) -> tuple[set[str], bool]:
    """Predicates called with no call of a fact to their left, and whether a fact has been
    called.
    """
    if goal.kind == "Call":
        return (set(), True) if goal.name in facts else ({goal.name}, False)
    if goal.kind == "And":
        calls: set[str] = set()
        for part in goal.goals:
            found, guarded = _unguarded(part, facts)
            calls |= found
            if guarded:
                return calls, True
        return calls, False
    results = [_unguarded(part, facts) for part in goal.goals]
    guarded = goal.kind == "Or" and all(g for _, g in results)
    return {name for found, _ in results for name in found}, guarded
