"""What must be true of a policy set before it may decide, beyond that it parses.

A name that is spelt wrong must never be a rule that silently does not match: a misspelt
type, attribute, action or predicate is an error here, with its line and the nearest name
that exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from authz.engine import predicates
from authz.engine.clauses import ENTRY_POINTS, Clause, Constant, Items, Path, Term, Variable
from authz.engine.linting.names import Names, Table
from authz.engine.place import near_miss
from authz.engine.schema import Schema
from authz.errors import PolicyError
from authz.model import Effect

POLICY_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class PolicyHead:
    """One policy: its id, its effect, and where it stands."""

    id: str
    effect: Effect
    file: str
    line: int


def check(clauses: list[Clause], schema: Schema) -> list[PolicyHead]:
    """The policies among the clauses, once everything is in order.

    Order: as in the files. Raises: PolicyReferenceError or PolicyCheckError with file and
    line.
    """
    for problem in problems(clauses, schema):
        raise problem
    return [
        PolicyHead(c.policy_id, Effect(c.name), c.file, c.line)
        for c in clauses
        if c.is_policy
    ]


def problems(
    clauses: list[Clause], schema: Schema, unread: frozenset[str] = frozenset()
) -> Iterator[PolicyError]:
    """Everything that is not in order, one by one.

    unread: words of statements that could not be read; each may be the name of a predicate
    that is defined or called there.
    """
    names = Names(schema)
    yield from _ids(clauses)
    deciding = predicates.reached_from(clauses, Effect.FORBID)
    for clause in clauses:
        yield from _classes(clause, names)
        yield from _attributes(clause, names, forbids=clause.name in deciding)
        if clause.is_policy:
            yield from _places(clause, names)
            yield from _actions(clause, names)
            yield from _constrained(clause)
            yield from _variables(clause)
    yield from predicates.problems(clauses, schema, unread)


def _ids(clauses: list[Clause]) -> Iterator[PolicyError]:
    taken: dict[str, Clause] = {}
    for clause in clauses:
        if clause.name not in ENTRY_POINTS:
            continue
        term, id_ = clause.parameters[0].term, clause.policy_id
        if not clause.is_policy:
            said = f"`{clause.name}` takes id, subject, action, resource and context"
            yield clause.breaks("policy-parameters", said)
        elif not isinstance(term, Constant) or not isinstance(term.value, str):
            said = "the first parameter of a policy is its id, written out"
            yield clause.breaks("policy-id", said)
        elif not POLICY_ID.fullmatch(id_):
            said = f"`{id_}` is not a policy id: write `domain.sentence-in-kebab-case`"
            yield clause.breaks("policy-id", said)
        elif first := taken.get(id_):
            said = (
                f"the id `{id_}` is taken at {first.file}:{first.line}: one clause an id, "
                "give an alternative its own"
            )
            yield clause.breaks("duplicate-id", said)
        taken.setdefault(id_, clause)


def _classes(clause: Clause, names: Names) -> Iterator[PolicyError]:
    used = [p.class_name for p in clause.parameters]
    used += [goal.name for goal in clause.body.walk() if goal.kind == "Isa"]
    for name in used:
        if name and name not in names.classes and name != "String":
            said = f"unknown type `{name}`{near_miss(name, names.classes)}"
            yield clause.unknown("unknown-type", said)


def _places(clause: Clause, names: Names) -> Iterator[PolicyError]:
    """Refuse a policy whose parameters no request fits, so that it never holds."""
    types = names.schema.types
    things = names.schema.classes()
    subjects = [name for name, of in things.items() if any(types[t].subject for t in of)]
    for position, what, fitting in (
        (1, "subject", subjects),
        (2, "action", ["String"]),
        (3, "resource", things),
        (4, "context", ["Context"]),
    ):
        name = clause.parameters[position].class_name
        if name and name not in fitting and name in (*names.classes, "String"):
            said = f"no {what} is a `{name}`, so this never holds"
            yield clause.unknown("misplaced-type", said)


def _actions(clause: Clause, names: Names) -> Iterator[PolicyError]:
    owner = clause.parameters[3].class_name
    known = names.actions(owner)
    for term in _actions_written(clause):
        if isinstance(term, Constant) and term.value not in known:
            of = f" of `{owner}`" if owner else ""
            said = f"unknown action `{term.value}`{of}{near_miss(str(term.value), known)}"
            yield clause.unknown("unknown-action", said)


def _actions_written(clause: Clause) -> list[Term]:
    """The action of a policy, and what its body compares it with."""
    action = clause.parameters[2].term
    found = [action]
    for goal in clause.body.walk():
        if action in goal.terms and goal.kind != "Call":
            for term in goal.terms:
                found += term.terms if isinstance(term, Items) else [term]
    return found


def is_open(clause: Clause) -> bool:
    """Whether the head of a permit restricts neither subject, nor action, nor resource."""
    if not clause.is_policy or clause.name != Effect.PERMIT:
        return False
    _, subject, action, resource, _ = clause.parameters
    return not (
        subject.class_name or resource.class_name or isinstance(action.term, Constant)
    )


def _constrained(clause: Clause) -> Iterator[PolicyError]:
    """Refuse a permit that lets anybody do anything to everything."""
    head = {p.term for p in clause.parameters}
    if is_open(clause) and not head & set(clause.body_terms()):
        said = "a permit that constrains nothing allows everything"
        yield clause.breaks("unconstrained-permit", said)


def _variables(clause: Clause) -> Iterator[PolicyError]:
    """Refuse a second name for a thing, and two things under one name.

    WHY: subject and resource are never equal as such, even where they are one person; and
    what is read by another name escapes the other checks.
    """
    head = [p.term for p in clause.parameters if isinstance(p.term, Variable)]
    for name in sorted({term.name for term in head if head.count(term) > 1} - {"_"}):
        said = f"`{name}` is two parameters: compare their `id`"
        yield clause.breaks("repeated-parameter", said)
    things = _things(clause)
    for goal in clause.body.walk():
        if goal.kind not in ("Unify", "Eq", "Neq", "Assign"):
            continue
        variables = all(isinstance(term, Variable) for term in goal.terms)
        if sum(term in head for term in goal.terms) > 1:
            said = "two parameters are compared whole: compare their `id`"
            yield clause.breaks("whole-record", said)
        elif variables and any(term in things for term in goal.terms):
            said = "a parameter gets a second name: use the one it has"
            yield clause.breaks("second-name", said)


def _things(clause: Clause) -> list[Term]:
    """Subject, resource and context of a policy."""
    return [clause.parameters[position].term for position in (1, 3, 4)]


def _attributes(clause: Clause, names: Names, *, forbids: bool) -> Iterator[PolicyError]:
    tables = names.variables(clause)
    for term in clause.terms():
        if not isinstance(term, Path):
            continue
        if not isinstance(term.base, Variable):
            said = f"`{term.attribute}` is read of a value, and values have no attributes"
            yield clause.unknown("attribute-of-value", said)
            continue
        table = tables.get(term.base.name)
        yield from _read(clause, term, names.anywhere if table is None else table, forbids)


def _read(clause: Clause, path: Path, known: Table, forbids: bool) -> Iterator[PolicyError]:
    name = path.attribute
    if name not in known:
        base = path.base.name if isinstance(path.base, Variable) else ""
        said = f"unknown attribute `{name}` of `{base}`{near_miss(name, known)}"
        yield clause.unknown("unknown-attribute", said, clause.line_of(name))
    elif forbids and not known[name]:
        said = (
            f"a forbid reads `{name}`, which may be absent and would then not forbid: "
            "declare it `required` or give it a `default`"
        )
        yield clause.breaks("forbid-absent", said)
