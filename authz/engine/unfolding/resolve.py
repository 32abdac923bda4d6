"""All ways in which one policy can hold, by symbolic resolution from left to right, as the
engine itself would do it.

A goal turns each state into the states in which it holds. What has no exact literal is
refused with its file and line: nothing is ever approximated.
"""

from dataclasses import replace

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
from authz.engine.conditions import Attr
from authz.engine.unfolding.attributes import Attributes
from authz.engine.unfolding.literals import COMPARISONS, Tests, refuse
from authz.engine.unfolding.negation import Present, check_size, literals_of, without
from authz.engine.unfolding.rules import Answer, Rules
from authz.engine.unfolding.store import Store
from authz.engine.unfolding.terms import Known, Listed, State, Thing, Unknown

DEPTH_MAX = 64
#: Goals that no rule of the fragment contains: the id of the finding, what it is.
FOREIGN = {
    "Eq": ("equality-operator", "`==` takes `true` for `1`: write `=`"),
    "Assign": ("assignment", "`:=` is no comparison: write `=`"),
    "Value": ("bare-value", "a value is no condition: compare it, as in `x.y = true`"),
    "ForAll": ("forall", "`forall` has no exact condition"),
    "Print": ("print", "a policy prints nothing"),
}
_OWN = ("And", "Or", "Not", "Call", "In", "Isa")
#: What the parameters of a policy stand for.
_ROOTS = ("", "subject", "", "resource", "context")


_Stack = tuple[tuple[object, ...], ...]


class Resolver:
    """Resolves policies for requests of one signature."""

    def __init__(self, rules: Rules, attributes: Attributes):
        self._rules = rules
        self._attributes = attributes
        self._tests = Tests(attributes)
        self._frames = 0
        #: Every clause whose head fitted, by identity, in the order in which they were met.
        self.visited: dict[int, Clause] = {}

    def fits(self, clause: Clause, action: str) -> bool:
        """Whether a policy is for that action, and for subjects and resources of these
        types.
        """
        of_action = clause.parameters[2].term
        return (not isinstance(of_action, Constant) or of_action.value == action) and all(
            not parameter.class_name or self._attributes.is_a(root, parameter.class_name)
            for root, parameter in zip(_ROOTS, clause.parameters, strict=True)
            if root
        )

    def policy(self, clause: Clause, action: str) -> list[State]:
        """The states in which a permit or forbid that fits holds for that action."""
        args = (
            Unknown("policy", 0),
            Thing("subject"),
            Constant(action),
            Thing("resource"),
            Thing("context"),
        )
        start = State({}, Store.empty(self._attributes))
        return self._enter(clause, args, start, ())

    def _known(self, term: Term, frame: int, st: State, at: Clause) -> Known:
        """A term of a clause in this use of it."""
        if isinstance(term, Variable):
            if term.name == "_":
                self._frames += 1
                return Unknown("_", self._frames)
            if term.name[0].isupper():
                refuse("capital-variable", f"`{term.name}` stands for a type, no value", at)
            return st.value_of(Unknown(term.name, frame))
        if isinstance(term, Items):
            return Listed(tuple(self._known(t, frame, st, at) for t in term.terms))
        if isinstance(term, Path):
            base = self._known(term.base, frame, st, at)
            return self._tests.attribute(base, term, at)
        return term

    def _solve(
        self, goal: Goal, frame: int, st: State, at: Clause, stack: _Stack
    ) -> list[State]:
        """The states in which the goal holds, in the order in which they are found."""
        if goal.kind == "And":
            states = [st]
            for part in goal.goals:
                states = [t for s in states for t in self._solve(part, frame, s, at, stack)]
                check_size(states, at)
            return states
        if goal.kind == "Or":
            return [t for g in goal.goals for t in self._solve(g, frame, st, at, stack)]
        if goal.kind == "Not":
            return self._negation(goal.goals[0], frame, st, at, stack)
        terms = self._terms(goal, frame, st, at)
        if goal.kind == "Call":
            return self._call(goal.name, terms, st, at, stack)
        return self._test(goal, terms, st, at)

    def _terms(self, goal: Goal, frame: int, st: State, at: Clause) -> tuple[Known, ...]:
        if goal.kind not in COMPARISONS and goal.kind not in _OWN:
            other = ("arithmetic", f"`{goal.kind.lower()}` has no exact condition")
            refuse(*FOREIGN.get(goal.kind, other), at)
        # The class of a type test stands where another test has its second term.
        terms = goal.terms[:1] if goal.kind == "Isa" else goal.terms
        return tuple(self._known(term, frame, st, at) for term in terms)

    def _test(
        self, goal: Goal, terms: tuple[Known, ...], st: State, at: Clause
    ) -> list[State]:
        if goal.kind == "In":
            return self._tests.member(terms[0], terms[1], st, at)
        if goal.kind == "Isa":
            new = self._tests.is_a(terms[0], goal.name, st, at)
        elif goal.kind == "Unify":
            new = self._tests.unify(terms[0], terms[1], st, at)
        else:
            new = self._tests.compare(COMPARISONS[goal.kind], terms[0], terms[1], st, at)
        return [] if new is None else [new]

    def _negation(
        self, goal: Goal, frame: int, st: State, at: Clause, stack: _Stack
    ) -> list[State]:
        """The states in which nothing holds that the goal could mean."""
        if goal.kind in ("And", "Or", "Not", "ForAll", "Isa"):
            refuse("not-over-compound", "`not` over more than one test or call", at)
        terms = self._terms(goal, frame, st, at)
        for term in terms:
            if isinstance(term, Unknown):
                what = f"`{term.name}` has no value yet, under `not`"
                refuse("unbound-variable", what, at)
        inner = State(st.bound, Store.empty(Present(st.store)), (), st.records)
        outer = self._tests.next_element
        if goal.kind == "Call":
            args = tuple(st.constant_of(term) for term in terms)
            alternatives = self._call(goal.name, args, inner, at, stack)
        else:
            alternatives = self._test(goal, terms, inner, at)
        several = goal.kind == "Call" and self._rules.facts.get(goal.name, False)
        used = {id(clause): clause for state in alternatives for clause in state.used}
        states = [replace(st, used=(*st.used, *used.values()))]
        for alternative in alternatives:
            if alternative.records != st.records:
                refuse("not-over-compound", "`not` over the choice of a record", at)
            for literals in literals_of(alternative, outer, at):
                states = without(literals, states, several=several, at=at)
        return states

    def _call(
        self, name: str, terms: tuple[Known, ...], st: State, at: Clause, stack: _Stack
    ) -> list[State]:
        args = tuple(st.constant_of(term) for term in terms)
        key = (name, *(_place(arg, args) for arg in args))
        if key in stack:
            refuse("fact-cycle", f"calls itself without end: {_loop(key, stack)}", at)
        if len(stack) > DEPTH_MAX:
            refuse("too-large", f"calls nested more than {DEPTH_MAX} deep", at)
        if any(isinstance(arg, Attr | Thing | Listed) for arg in args):
            found = [
                state
                for clause in self._rules.fitting(name, args)
                for state in self._enter(clause, args, st, (*stack, key))
            ]
            check_size(found, at)
            return found
        return self._answered(key, args, st, at, stack)

    def _answered(
        self,
        key: tuple[object, ...],
        args: tuple[Known, ...],
        st: State,
        at: Clause,
        stack: _Stack,
    ) -> list[State]:
        """Of constants and unknowns alone: found once, for everybody who asks."""
        if key not in self._rules.answers:
            before, self.visited = self.visited, {}
            found = self._answers(key, args, stack)
            self._rules.answers[key] = found, self.visited
            self.visited = before
        answers, visited = self._rules.answers[key]
        self.visited.update(visited)
        states = []
        for values, used in answers:
            new: State | None = st
            for arg, value in zip(args, values, strict=True):
                if new is not None and not isinstance(value, Unknown):
                    new = self._tests.unify(arg, value, new, at)
            if new is not None:
                states.append(replace(new, used=(*new.used, *used)))
        return states

    def _answers(
        self, key: tuple[object, ...], args: tuple[Known, ...], stack: _Stack
    ) -> list[Answer]:
        fresh = State({}, Store.empty(self._attributes))
        found: dict[tuple[object, ...], Answer] = {}
        for clause in self._rules.fitting(str(key[0]), args):
            for state in self._enter(clause, args, fresh, (*stack, key)):
                values = tuple(state.value_of(arg) for arg in args)
                free = [value for value in values if isinstance(value, Unknown)]
                if len(set(free)) < len(free):
                    what = f"`{key[0]}` joins variables that have no value"
                    refuse("free-variable", what, clause)
                # WHY not the values: `true` equals `1` there, and one would be lost.
                kept = tuple(_place(value, values) for value in values)
                found.setdefault(kept, (values, state.used))
        return list(found.values())

    def _enter(
        self, clause: Clause, args: tuple[Known, ...], st: State, stack: _Stack
    ) -> list[State]:
        """Match the head, then solve the body."""
        self._frames += 1
        frame = self._frames
        new: State | None = State(st.bound, st.store, (*st.used, clause), st.records)
        for parameter, arg in zip(clause.parameters, args, strict=True):
            new = new and self._parameter(parameter, arg, frame, new, clause)
        if new is None:
            return []
        self.visited[id(clause)] = clause
        if id(clause) in self._rules.clashing:
            refuse("engine-variable", "a variable is named like the engine's own", clause)
        return self._solve(clause.body, frame, new, clause, stack)

    def _parameter(
        self, parameter: Parameter, arg: Known, frame: int, st: State, at: Clause
    ) -> State | None:
        known = self._known(parameter.term, frame, st, at)
        new = self._tests.unify(known, arg, st, at)
        if new is None or not parameter.class_name:
            return new
        return self._tests.is_a(new.value_of(arg), parameter.class_name, new, at)


def _place(arg: Known, args: tuple[Known, ...]) -> object:
    """An argument as part of a key: an unknown is what it shares a value with."""
    if isinstance(arg, Unknown):
        return args.index(arg)
    return (type(arg.value).__name__, arg.value) if isinstance(arg, Constant) else arg


def _loop(key: tuple[object, ...], stack: _Stack) -> str:
    return " -> ".join(map(_shown, (*stack[stack.index(key) :], key)))


def _shown(call: tuple[object, ...]) -> str:
    args = [f'"{a[1]}"' if isinstance(a, tuple) else "_" for a in call[1:]]
    return f"{call[0]}({', '.join(args)})"
