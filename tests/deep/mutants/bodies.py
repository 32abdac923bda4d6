"""Mutants of rules: a condition is lost, turned round, made of something else, or added."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from authz.engine.clauses import (
    Clause,
    Constant,
    Goal,
    Items,
    Parameter,
    Path,
    Term,
    Variable,
)
from authz.engine.schema import BUILT_IN, Schema
from authz.model import Effect
from tests.deep.mutants.facts import COLUMNS, Domains, Mutant
from tests.deep.mutants.text import of_clause, of_goal, of_term, without_singletons

_INSTEAD: Mapping[str, tuple[str, ...]] = {
    "Unify": ("Neq",),
    "Neq": ("Unify",),
    "Lt": ("Leq", "Gt", "Geq"),
    "Leq": ("Lt", "Gt", "Geq"),
    "Gt": ("Geq", "Lt", "Leq"),
    "Geq": ("Gt", "Lt", "Leq"),
}
#: Attribute -> what its values are, where its own name does not say it.
_VALUES: Mapping[str, str] = {
    "tenant_kind": "kind",
    "tenant_status": "status",
    "action_role": "role",
    "roles": "role",
    "options": "option",
    "action_options": "option",
    "binding_kinds": "binding",
    "action_binding_kinds": "binding",
    "action_subject_matter": "matter",
}
#: Where the parameters of a policy stand.
_SUBJECT, _ACTION, _RESOURCE, _CONTEXT = 1, 2, 3, 4


@dataclass(frozen=True)
class Vocabulary:
    """What can be put in the place of something."""

    schema: Schema
    domains: Domains

    def attributes(self, name: str) -> list[str]:
        """Attributes of the same type, of whatever has one of that name."""
        tables = [kind.attributes for kind in self.schema.types.values()]
        found: set[str] = set()
        for table in [*tables, self.schema.context_attributes()]:
            if name in table:
                found.update(n for n in table if table[n].type == table[name].type)
        if name in BUILT_IN:
            found.update(BUILT_IN)
        return sorted(found - {name})

    def values(self, domain: str, but: Iterable[Term] = ()) -> list[Constant]:
        known = map(Constant, self.domains.get(domain, ()))
        return [value for value in known if value not in but]

    def actions(self, class_name: str | None) -> list[str]:
        """The actions of a class; of everything where there is none."""
        types = self.schema.types
        of = self.schema.classes().get(class_name or "", tuple(types))
        return sorted({action for one in of for action in types[one].actions})


def of_rules(clauses: Sequence[Clause], known: Vocabulary) -> Iterator[Mutant]:
    """Every mutant of every rule, each text once. Order: as in the files."""
    for clause in clauses:
        if clause.is_fact:
            continue
        yield Mutant(f"without {clause.policy_id or clause.name}", clause, "")
        seen = {of_clause(clause)}
        for what, other in _variants(clause, known):
            text = of_clause(without_singletons(other))
            if text not in seen:
                seen.add(text)
                yield Mutant(f"{clause.policy_id or clause.name}: {what}", clause, text)


def _variants(clause: Clause, known: Vocabulary) -> Iterator[tuple[str, Clause]]:
    for what, body in _goals(clause.body, clause, known):
        yield what, replace(clause, body=body)
    if clause.is_policy:
        yield from _heads(clause, known)
    if clause.name == Effect.FORBID:
        yield from _spared(clause, known)


def _goals(goal: Goal, at: Clause, known: Vocabulary) -> Iterator[tuple[str, Goal]]:
    """Every variant of a body."""
    if goal.kind in ("And", "Or"):
        for i, part in enumerate(goal.goals):
            rest = (*goal.goals[:i], *goal.goals[i + 1 :])
            yield f"without `{of_goal(part)}`", replace(goal, goals=rest)
            for what, other in _goals(part, at, known):
                yield what, replace(goal, goals=(*rest[:i], other, *rest[i:]))
        return
    if goal.kind == "Not":
        yield f"`{of_goal(goal.goals[0])}` without its `not`", goal.goals[0]
        for what, inner in _goals(goal.goals[0], at, known):
            yield what, replace(goal, goals=(inner,))
        return
    if goal is at.body:
        yield f"without `{of_goal(goal)}`", Goal("And")
    yield f"`not` before `{of_goal(goal)}`", Goal("Not", goals=(goal,))
    for other in (*_other_tests(goal), *_other_terms(goal, at, known)):
        yield f"`{of_goal(other)}` for `{of_goal(goal)}`", other


def _other_tests(goal: Goal) -> Iterator[Goal]:
    """Another predicate over the same things, or another comparison."""
    if goal.kind == "Call":
        for name, columns in COLUMNS.items():
            if columns == COLUMNS[goal.name] and name != goal.name:
                yield replace(goal, name=name)
    for kind in _INSTEAD.get(goal.kind, ()):
        yield replace(goal, kind=kind)


def _other_terms(goal: Goal, at: Clause, known: Vocabulary) -> Iterator[Goal]:
    for i, term in enumerate(goal.terms):
        domain = _domain(goal, i, at)
        for other in _other(term, domain, at, known):
            yield replace(goal, terms=(*goal.terms[:i], other, *goal.terms[i + 1 :]))
    if goal.kind != "Call":
        return
    columns = COLUMNS[goal.name]
    for i, first in enumerate(goal.terms):
        for j in range(i + 1, len(goal.terms)):
            if columns[i] == columns[j]:
                terms = list(goal.terms)
                terms[i], terms[j] = goal.terms[j], first
                yield replace(goal, terms=tuple(terms))


def _domain(goal: Goal, place: int, at: Clause) -> str:
    """What stands in that place of a goal: by its predicate, or by the other side."""
    if goal.kind == "Call":
        return COLUMNS[goal.name][place]
    other = goal.terms[1 - place]
    if isinstance(other, Path):
        return _VALUES.get(other.attribute, other.attribute)
    return "action" if at.is_policy and other == at.parameters[_ACTION].term else ""


def _other(term: Term, domain: str, at: Clause, known: Vocabulary) -> Iterator[Term]:
    """What could stand where the term stands."""
    if isinstance(term, Constant) and isinstance(term.value, bool):
        yield Constant(not term.value)
    elif isinstance(term, Constant):
        yield from known.values(domain, [term])
    elif isinstance(term, Items):
        for one in term.terms:
            yield Items(tuple(t for t in term.terms if t != one))
        actions = known.actions(at.parameters[_RESOURCE].class_name)
        for value in known.values(domain, term.terms):
            if domain != "action" or value.value in actions:
                yield Items((*term.terms, value))
    elif isinstance(term, Path):
        for attribute in known.attributes(term.attribute):
            yield Path(term.base, attribute)
        for variable in _things(at):
            if variable != term.base:
                yield Path(variable, term.attribute)


def _things(clause: Clause) -> list[Variable]:
    """What has attributes: in a helper, whatever it reads some of."""
    if clause.is_policy:
        places = (_SUBJECT, _RESOURCE, _CONTEXT)
        terms = [clause.parameters[place].term for place in places]
    else:
        terms = [term.base for term in clause.body_terms() if isinstance(term, Path)]
    return [term for term in dict.fromkeys(terms) if isinstance(term, Variable)]


def _heads(clause: Clause, known: Vocabulary) -> Iterator[tuple[str, Clause]]:
    """Other classes and actions in the head of a policy."""
    for place in (_SUBJECT, _RESOURCE):
        parameter = clause.parameters[place]
        classes = [None, *known.schema.classes()] if place == _RESOURCE else [None]
        for name in classes:
            if name != parameter.class_name and (name is None or parameter.class_name):
                of = of_term(parameter.term)
                what = f"`{of}` is any {name or 'thing'}, no {parameter.class_name}"
                yield what, _with(clause, place, replace(parameter, class_name=name))
    action = clause.parameters[_ACTION]
    if isinstance(action.term, Constant):
        free = Parameter(Variable("_action"), None)
        yield f'any action for "{action.term.value}"', _with(clause, _ACTION, free)
        for name in known.actions(clause.parameters[_RESOURCE].class_name):
            other = replace(action, term=Constant(name))
            what = f'"{name}" for "{action.term.value}"'
            yield what, _with(clause, _ACTION, other)


def _spared(clause: Clause, known: Vocabulary) -> Iterator[tuple[str, Clause]]:
    """A forbid that does not hold for something."""
    _, subject, action, resource, context = (p.term for p in clause.parameters)
    class_name = clause.parameters[_RESOURCE].class_name
    if not isinstance(action, Constant):
        for name in known.actions(class_name):
            goal = Goal("Neq", terms=(action, Constant(name)))
            yield f"spares `{name}`", _and(clause, goal)
    things = [subject] if class_name != "User" else [subject, resource]
    for thing in things:
        for role in known.values("role"):
            inner = Goal("In", terms=(role, Path(_named(thing), "roles")))
            spared = Goal("Not", goals=(inner,))
            yield f"spares `{role.value}` as {of_term(thing)}", _and(clause, spared)
    for channel in known.values("channel"):
        goal = Goal("Neq", terms=(Path(_named(context), "channel"), channel))
        spared = _and(clause, goal)
        typed = replace(spared.parameters[_CONTEXT], class_name="Context")
        yield f"spares the channel `{channel.value}`", _with(spared, _CONTEXT, typed)
    if class_name is None:
        for name in known.schema.classes():
            only = replace(clause.parameters[_RESOURCE], class_name=name)
            yield f"only for {name}", _with(clause, _RESOURCE, only)


def _named(term: Term) -> Variable:
    assert isinstance(term, Variable)
    return term


def _and(clause: Clause, goal: Goal) -> Clause:
    body = clause.body
    goals = body.goals if body.kind == "And" else (body,)
    return replace(clause, body=Goal("And", goals=(*goals, goal)))


def _with(clause: Clause, place: int, parameter: Parameter) -> Clause:
    head = clause.parameters
    return replace(clause, parameters=(*head[:place], parameter, *head[place + 1 :]))
