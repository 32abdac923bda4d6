"""Which predicates call which: none is misspelt, said twice, or runs for ever."""

import re
from collections.abc import Iterator

from authz.engine.clauses import ENTRY_POINTS, Clause, Goal
from authz.engine.place import near_miss
from authz.engine.schema import Schema
from authz.errors import PolicyError, PolicyReferenceError

#: Predicates that the console and the command line ask; no rule has to.
ASKED = frozenset(
    {
        "role",
        "role_inherits",
        "role_permission",
        "needs_permission",
        "web_only",
        "protected",
        "role_requires_binding",
        "role_allows_option",
        "option_permission",
        "may_assign",
        "may_manage",
    }
)
#: Predicate -> which of its arguments are roles, counted from 0.
ROLE_ARGUMENTS = {
    "role_inherits": (0, 1),
    "role_permission": (0,),
    "role_scope": (0,),
    "role_requires_binding": (0,),
    "role_allows_option": (0,),
    "option_withheld": (0,),
    "may_assign": (0, 1),
    "may_manage": (0, 1),
    "may_remove": (0, 1),
    "managing_needs": (0,),
    "read_only_role": (0,),
}
#: What a constant looks like that can only be an action of the shipped form.
_ACTION = re.compile(r"[a-z_]+:[a-z_]+")


def problems(
    clauses: list[Clause], schema: Schema, unread: frozenset[str] = frozenset()
) -> Iterator[PolicyError]:
    """Everything that is wrong between predicates.

    unread: words of statements that could not be read; see `checks.problems`.
    """
    yield from _called(clauses, unread)
    yield from _one_arity(clauses)
    yield from _permissions(clauses)
    yield from _actions_of_facts(clauses, schema)
    yield from _roles(clauses, schema)
    yield from _asked(clauses, unread)
    yield from _recursion(clauses)


def reached_from(clauses: list[Clause], start: str) -> frozenset[str]:
    """The predicate and everything that its clauses call, in any number of steps."""
    edges: dict[str, set[str]] = {}
    for clause in clauses:
        edges.setdefault(clause.name, set()).update(goal.name for goal in _calls(clause))
    return frozenset(_reached({start: set(), **edges}, start) | {start})


def _calls(clause: Clause) -> list[Goal]:
    return [goal for goal in clause.body.walk() if goal.kind == "Call"]


def _called(clauses: list[Clause], unread: frozenset[str]) -> Iterator[PolicyError]:
    names = {clause.name for clause in clauses}
    for clause in clauses:
        for goal in _calls(clause):
            if goal.name not in names | unread:
                said = f"`{goal.name}` has no clause{near_miss(goal.name, names)}"
                yield clause.unknown("undefined-predicate", said, clause.line_of(goal.name))


def _one_arity(clauses: list[Clause]) -> Iterator[PolicyError]:
    """oso goes by the name alone, so another number of arguments would never match."""
    sizes: dict[str, tuple[int, Clause]] = {}
    for clause in clauses:
        first = sizes.setdefault(clause.name, (len(clause.parameters), clause))
        if first[0] != len(clause.parameters) and clause.name not in ENTRY_POINTS:
            place = f"{first[1].file}:{first[1].line}"
            said = f"`{clause.name}` has {first[0]} arguments at {place}"
            yield clause.breaks("argument-count", said)
    for clause in clauses:
        for goal in _calls(clause):
            if goal.name in sizes and sizes[goal.name][0] != len(goal.terms):
                said = f"`{goal.name}` has {sizes[goal.name][0]} arguments"
                yield clause.breaks("argument-count", said, clause.line_of(goal.name))


def _permissions(clauses: list[Clause]) -> Iterator[PolicyError]:
    """What an action needs is a fact, and there is one of it."""
    rows = [clause for clause in clauses if clause.name == "needs_permission"]
    for clause in rows:
        if not clause.is_fact:
            said = "`needs_permission` holds rows alone: an action, a permission"
            yield clause.breaks("permission-row", said)
    seen: dict[object, Clause] = {}
    for clause in rows:
        if not clause.is_fact:
            continue
        action = clause.row()[0]
        if first := seen.get(action):
            said = (
                f"`{action}` needs a permission at {first.file}:{first.line} already: two "
                "rows would mean that either is enough; write a forbid for a further need"
            )
            yield clause.breaks("second-permission", said)
        seen[action] = clause


def _actions_of_facts(clauses: list[Clause], schema: Schema) -> Iterator[PolicyError]:
    known = frozenset[str]().union(*(t.actions for t in schema.types.values()))
    for clause in clauses:
        for value in clause.row() if clause.is_fact else ():
            if isinstance(value, str) and _ACTION.fullmatch(value) and value not in known:
                said = f"unknown action `{value}`{near_miss(value, known)}"
                yield clause.unknown("unknown-action", said)


def _roles(clauses: list[Clause], schema: Schema) -> Iterator[PolicyError]:
    """Every role that a row or the schema names is a role of some kind of tenant."""
    rows = [clause for clause in clauses if clause.is_fact]
    known = {str(c.row()[1]) for c in rows if c.name == "role" and len(c.row()) == 2}
    if not known:
        return
    for clause in rows:
        for position in ROLE_ARGUMENTS.get(clause.name, ()):
            role = str(clause.row()[position]) if position < len(clause.row()) else ""
            if role and role not in known:
                said = f"unknown role `{role}`{near_miss(role, known)}"
                yield clause.unknown("unknown-role", said)
    for kind in schema.types.values():
        for attribute in kind.attributes.values():
            for role in sorted(set(attribute.sole_holder_of) - known):
                yield PolicyReferenceError(
                    f"unknown role `{role}` of `{kind.name}.{attribute.name}`"
                    f"{near_miss(role, known)}",
                    file="schema.yaml",
                    rule="unknown-role",
                )


def _asked(clauses: list[Clause], unread: frozenset[str]) -> Iterator[PolicyError]:
    called = {goal.name for clause in clauses for goal in _calls(clause)}
    known = called | ASKED | set(ENTRY_POINTS)
    for clause in clauses:
        if clause.name not in known | unread:
            said = f"nothing asks for `{clause.name}`{near_miss(clause.name, known)}"
            yield clause.unknown("unasked-predicate", said)


def _recursion(clauses: list[Clause]) -> Iterator[PolicyError]:
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
            said = (
                f"`{clause.name}` calls itself before a fact narrows it, so it never ends"
            )
            yield clause.breaks("endless-recursion", said)


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
