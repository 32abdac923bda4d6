"""What must be true of a policy set before it may decide, beyond that it parses.

A name that is spelt wrong must never be a rule that silently does not match: a misspelt
type, attribute, action or predicate is an error here, with its line and the nearest name
that exists.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from authz.engine import predicates
from authz.engine.clauses import Clause, Constant, Goal, Items, Path, Term, Variable
from authz.engine.place import near_miss
from authz.engine.schema import BUILT_IN, Schema
from authz.errors import PolicyCheckError, PolicyReferenceError
from authz.model import Effect

POLICY_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9]+(-[a-z0-9]+)*")
ENTRY_POINTS = tuple(effect.value for effect in Effect)


@dataclass(frozen=True, slots=True)
class PolicyHead:
    """One policy: its id, its effect, and where it stands."""

    id: str
    effect: Effect
    file: str
    line: int


@dataclass(slots=True)
class _Names:
    """What the schema gives a meaning to, ready to be looked up."""

    schema: Schema
    #: Class name -> attribute name -> whether a rule always finds a value: required, or
    #: with a default.
    classes: dict[str, dict[str, bool]] = field(default_factory=dict)
    actions: frozenset[str] = frozenset()
    #: Attributes of any class -> whether a rule always finds a value, whatever the class.
    anywhere: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        types = self.schema.types
        for name, members in self.schema.classes().items():
            tables = [_certain(types[member].attributes) for member in members]
            self.classes[name] = _common(tables) | dict.fromkeys(BUILT_IN, True)
        self.classes["Context"] = _certain(self.schema.context_attributes())
        self.actions = frozenset().union(*(t.actions for t in types.values()))
        for table in self.classes.values():
            for name, certain in table.items():
                self.anywhere[name] = certain and self.anywhere.get(name, True)

    def of(self, types: Iterable[str]) -> dict[str, bool]:
        """The attributes that all these types have."""
        tables = [self.classes[self.schema.types[name].class_name] for name in types]
        return _common(tables)


def _certain(attributes: Mapping[str, object]) -> dict[str, bool]:
    return {
        name: bool(getattr(a, "required", False)) or getattr(a, "default", None) is not None
        for name, a in attributes.items()
    }


def _common(tables: list[dict[str, bool]]) -> dict[str, bool]:
    if not tables:
        return {}
    shared = set(tables[0]).intersection(*tables)
    return {name: all(table[name] for table in tables) for name in shared}


def check(clauses: list[Clause], schema: Schema) -> list[PolicyHead]:
    """The policies among the clauses, once everything is in order.

    Order: as in the files. Raises: PolicyReferenceError or PolicyCheckError with file and
    line.
    """
    names = _Names(schema)
    heads = _heads(clauses)
    deciding = predicates.reached_from(clauses, Effect.FORBID)
    for clause in clauses:
        _check_classes(clause, names)
        _check_actions(clause, names)
        _check_attributes(clause, names, forbids=clause.name in deciding)
        _check_constrained(clause)
        _check_variables(clause)
    predicates.check(clauses, schema, ENTRY_POINTS)
    return heads


def _unknown(clause: Clause, message: str) -> PolicyReferenceError:
    return PolicyReferenceError(message, file=clause.file, line=clause.line)


def _wrong(clause: Clause, message: str, policy_id: str = "") -> PolicyCheckError:
    return PolicyCheckError(
        message, file=clause.file, line=clause.line, policy_id=policy_id
    )


def _heads(clauses: list[Clause]) -> list[PolicyHead]:
    found: dict[str, PolicyHead] = {}
    for clause in clauses:
        if clause.name not in ENTRY_POINTS:
            continue
        if len(clause.parameters) != 5:
            raise _wrong(
                clause, f"`{clause.name}` takes id, subject, action, resource and context"
            )
        term = clause.parameters[0].term
        if not isinstance(term, Constant) or not isinstance(term.value, str):
            raise _wrong(clause, "the first parameter of a policy is its id, written out")
        if not POLICY_ID.fullmatch(term.value):
            raise _wrong(
                clause,
                f"`{term.value}` is not a policy id: write `domain.sentence-in-kebab-case`",
            )
        if first := found.get(term.value):
            raise _wrong(
                clause,
                f"the id `{term.value}` is taken at {first.file}:{first.line}: one clause "
                "an id, give an alternative its own",
                term.value,
            )
        found[term.value] = PolicyHead(
            term.value, Effect(clause.name), clause.file, clause.line
        )
    return list(found.values())


def _check_classes(clause: Clause, names: _Names) -> None:
    used = [p.class_name for p in clause.parameters]
    used += [goal.name for goal in clause.body.walk() if goal.kind == "Isa"]
    for name in used:
        if name and name not in names.classes and name != "String":
            raise _unknown(clause, f"unknown type `{name}`{near_miss(name, names.classes)}")
    if clause.name in ENTRY_POINTS:
        _check_places(clause, names)


def _check_places(clause: Clause, names: _Names) -> None:
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
        if name and name not in fitting:
            raise _unknown(clause, f"no {what} is a `{name}`, so this never holds")


def _check_actions(clause: Clause, names: _Names) -> None:
    if clause.name in ENTRY_POINTS:
        owner = clause.parameters[3].class_name
        types = names.schema.classes().get(owner or "", tuple(names.schema.types))
        known = frozenset().union(*(names.schema.types[t].actions for t in types))
        written = _actions_written(clause)
    else:
        return
    for term in written:
        if isinstance(term, Constant) and term.value not in known:
            of = f" of `{owner}`" if owner else ""
            near = near_miss(str(term.value), known)
            raise _unknown(clause, f"unknown action `{term.value}`{of}{near}")


def _actions_written(clause: Clause) -> list[Term]:
    """The action of a policy, and what its body compares it with."""
    action = clause.parameters[2].term
    found = [action]
    for goal in clause.body.walk():
        if action in goal.terms and goal.kind != "Call":
            for term in goal.terms:
                found += term.terms if isinstance(term, Items) else [term]
    return found


def _check_constrained(clause: Clause) -> None:
    """Refuse a permit that lets anybody do anything to everything."""
    if clause.name != Effect.PERMIT:
        return
    _, subject, action, resource, _ = clause.parameters
    if subject.class_name or resource.class_name or isinstance(action.term, Constant):
        return
    head = {p.term for p in clause.parameters}
    body = set(clause.body_terms())
    if not head & body:
        raise _wrong(clause, "a permit that constrains nothing allows everything")


def _check_variables(clause: Clause) -> None:
    """Refuse a second name for a thing, and two things under one name.

    WHY: subject and resource are never equal as such, even where they are one person; and
    what is read by another name escapes the other checks.
    """
    if clause.name not in ENTRY_POINTS:
        return
    head = [p.term for p in clause.parameters if isinstance(p.term, Variable)]
    for term in head:
        if term.name != "_" and head.count(term) > 1:
            raise _wrong(clause, f"`{term.name}` is two parameters: compare their `id`")
    things = _things(clause)
    for goal in clause.body.walk():
        if goal.kind not in ("Unify", "Eq", "Neq", "Assign"):
            continue
        if sum(term in head for term in goal.terms) > 1:
            raise _wrong(clause, "two parameters are compared whole: compare their `id`")
        variables = all(isinstance(term, Variable) for term in goal.terms)
        if variables and any(term in things for term in goal.terms):
            raise _wrong(clause, "a parameter gets a second name: use the one it has")


def _things(clause: Clause) -> list[Term]:
    """Subject, resource and context of a policy."""
    return [clause.parameters[position].term for position in (1, 3, 4)]


def _check_attributes(clause: Clause, names: _Names, *, forbids: bool) -> None:
    tables = _variables(clause, names)
    for term in clause.terms():
        if not isinstance(term, Path):
            continue
        if not isinstance(term.base, Variable):
            raise _unknown(
                clause,
                f"`{term.attribute}` is read of a value, and values have no attributes",
            )
        table = tables.get(term.base.name)
        known = names.anywhere if table is None else table
        if term.attribute not in known:
            raise PolicyReferenceError(
                f"unknown attribute `{term.attribute}` of `{term.base.name}`"
                f"{near_miss(term.attribute, known)}",
                file=clause.file,
                line=clause.line_of(term.attribute),
            )
        if forbids and not known[term.attribute]:
            raise _wrong(
                clause,
                f"a forbid reads `{term.attribute}`, which may be absent and would then "
                "not forbid: declare it `required` or give it a `default`",
            )


def _variables(clause: Clause, names: _Names) -> dict[str, dict[str, bool] | None]:
    """Variable -> the attributes that it surely has; None where its type is not known."""
    types = names.schema.types
    places: list[dict[str, bool] | None] = [None] * len(clause.parameters)
    if clause.name in ENTRY_POINTS:
        subjects = [t.name for t in types.values() if t.subject]
        places[1], places[3] = names.of(subjects), names.of(types)
        places[4] = names.classes["Context"]
    found: dict[str, dict[str, bool] | None] = {}
    for parameter, table in zip(clause.parameters, places, strict=True):
        if isinstance(parameter.term, Variable):
            restricted = names.classes.get(parameter.class_name or "")
            found[parameter.term.name] = table if restricted is None else restricted
    for goal in clause.body.walk():
        if goal.kind == "In" and isinstance(goal.terms[0], Variable):
            found.setdefault(goal.terms[0].name, _element(goal, names))
        if goal.kind == "Isa" and isinstance(goal.terms[0], Variable):
            found[goal.terms[0].name] = names.classes.get(goal.name)
    return found


def _element(goal: Goal, names: _Names) -> dict[str, bool] | None:
    """Fields of the records in a record-set; None for an element of anything else."""
    path = goal.terms[1]
    if isinstance(path, Path):
        for kind in names.schema.types.values():
            attribute = kind.attributes.get(path.attribute)
            if attribute is not None and attribute.fields:
                return dict.fromkeys(attribute.fields, False)
    return None
