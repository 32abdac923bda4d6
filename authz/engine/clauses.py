"""Rules as data: what oso's parser says, in a shape that checks can read.

oso rewrites `subject.roles` into a goal of its own (`Dot(subject, "roles", _value_1)`);
here it becomes a path again. Nothing is evaluated and nothing is refused but what no policy
may contain at all: method calls, computed attributes, constructors and the debugger.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from authz.engine.polar import rule_tree
from authz.engine.text import Statement, code
from authz.errors import PolicyCheckError, PolicyReferenceError, PolicySyntaxError
from authz.model import Effect

#: The predicates whose clauses are policies.
ENTRY_POINTS = tuple(effect.value for effect in Effect)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a rule."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A string, an integer, a boolean, or None for nil."""

    value: str | int | bool | None


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute of a variable, or of another path."""

    base: "Term"
    attribute: str


@dataclass(frozen=True, slots=True)
class Items:
    """A literal list, or anything else that holds terms."""

    terms: tuple["Term", ...]


Term = Variable | Constant | Path | Items


@dataclass(frozen=True, slots=True)
class Goal:
    """One step of a body.

    kind: `And`, `Or`, `Not`, `ForAll` hold goals; `Call` names a predicate; any other kind
    is oso's operator (`Unify`, `Neq`, `Lt`, `In`, `Isa`, ...) over terms.
    """

    kind: str
    name: str = ""
    terms: tuple[Term, ...] = ()
    goals: tuple["Goal", ...] = ()

    def walk(self) -> Iterator["Goal"]:
        """This goal and every goal inside it, from left to right."""
        yield self
        for goal in self.goals:
            yield from goal.walk()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a head, with the class that it is restricted to."""

    term: Term
    class_name: str | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule or fact."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Goal
    file: str
    line: int
    #: As it is written.
    text: str = ""

    def line_of(self, word: str) -> int:
        """The line in which a word of it stands first."""
        return self.line_at(rf"\b{re.escape(word)}\b")

    def line_at(self, pattern: str) -> int:
        """The line in which something fits first, outside strings and comments."""
        found = re.search(pattern, code(self.text))
        return self.line + (self.text.count("\n", 0, found.start()) if found else 0)

    def unknown(self, rule: str, message: str, line: int = 0) -> PolicyReferenceError:
        """The error for a name in it that nothing declares."""
        return PolicyReferenceError(message, rule=rule, **self._place(line))

    def breaks(self, rule: str, message: str, line: int = 0) -> PolicyCheckError:
        """The error for what parses, and cannot be so all the same."""
        return PolicyCheckError(message, rule=rule, **self._place(line))

    def _place(self, line: int) -> dict[str, Any]:
        at = line or self.line
        return {"file": self.file, "line": at, "policy_id": self.policy_id}

    @property
    def is_policy(self) -> bool:
        """Whether it is a permit or a forbid with the parameters of one."""
        return self.name in ENTRY_POINTS and len(self.parameters) == 5

    @property
    def policy_id(self) -> str:
        """The id of a policy that is written out; else empty."""
        first = self.parameters[0].term if self.is_policy else None
        text = first.value if isinstance(first, Constant) else None
        return text if isinstance(text, str) else ""

    @property
    def has_body(self) -> bool:
        """Whether anything follows its `if`."""
        return self.body.kind != "And" or bool(self.body.goals)

    @property
    def is_fact(self) -> bool:
        """Whether it is a row: constants only, and no body."""
        constant = all(isinstance(p.term, Constant) for p in self.parameters)
        return constant and not self.has_body

    def row(self) -> tuple[str | int | bool | None, ...]:
        """The constants of a fact."""
        return tuple(p.term.value for p in self.parameters if isinstance(p.term, Constant))

    def terms(self) -> Iterator[Term]:
        """Every term of head and body, inner ones after the path that holds them."""
        for parameter in self.parameters:
            yield from _inner(parameter.term)
        yield from self.body_terms()

    def body_terms(self) -> Iterator[Term]:
        """Every term of the body, as `terms` gives them."""
        for goal in self.body.walk():
            for term in goal.terms:
                yield from _inner(term)


def _inner(term: Term) -> Iterator[Term]:
    yield term
    if isinstance(term, Path):
        yield from _inner(term.base)
    elif isinstance(term, Items):
        for item in term.terms:
            yield from _inner(item)


def read(statement: Statement) -> Clause:
    """The clause that a statement is. Raises: PolicySyntaxError with file and line."""
    reader = _Reader(statement)
    try:
        return reader.clause(rule_tree(statement))
    except RecursionError as exc:
        raise reader.refused("nesting", "one term of this rule nests too deep") from exc


#: Operator -> rule of the linter, and what is said.
_REFUSED = {
    "New": ("new", "a policy constructs nothing: `new`"),
    "Debug": ("debug", "a policy opens no debugger: `debug`"),
    # It would stop the search among all policies, and so hide a forbid.
    "Cut": ("cut", "a policy does not end the search: `cut`"),
}
#: Kind of value -> rule of the linter.
_VALUES = {"Number": "float", "Dictionary": "dictionary"}
_COMPOUND = ("And", "Or", "Not", "ForAll")


class _Reader:
    """One syntax tree -> Clause."""

    def __init__(self, statement: Statement):
        self._at = statement
        self._paths: dict[str, tuple[Any, str]] = {}

    def clause(self, tree: dict[str, Any]) -> Clause:
        self._collect_paths(tree["body"])
        parameters = tuple(
            Parameter(self._single(p["parameter"]), self._class(p["specializer"]))
            for p in tree["params"]
        )
        at = self._at
        body = self._goal(tree["body"])
        return Clause(tree["name"], parameters, body, at.file, at.line, at.text)

    def refused(self, rule: str, message: str) -> PolicySyntaxError:
        """The error for something in the statement."""
        at = self._at
        return PolicySyntaxError(message, file=at.file, line=at.line, rule=rule)

    def _collect_paths(self, node: dict[str, Any]) -> None:
        expression = node["value"].get("Expression")
        if expression is None:
            return
        if expression["operator"] in _REFUSED:
            raise self.refused(*_REFUSED[expression["operator"]])
        args = expression["args"]
        if expression["operator"] == "Dot":
            attribute = args[1]["value"]
            if "Call" in attribute:
                called = attribute["Call"]["name"]
                raise self.refused("method-call", f"a policy calls no methods: `{called}`")
            if "String" not in attribute or len(args) != 3:
                said = "the name of an attribute is written out, not computed"
                raise self.refused("computed-attribute", said)
            self._paths[args[2]["value"]["Variable"]] = (args[0], attribute["String"])
        for arg in args:
            self._collect_paths(arg)

    def _class(self, node: dict[str, Any] | None) -> str | None:
        if node is None:
            return None
        instance = node["value"].get("Pattern", {}).get("Instance")
        if instance is None or instance["fields"]["fields"]:
            raise self.refused(
                "field-pattern",
                "a parameter is restricted by a type alone; compare attributes in the body",
            )
        return str(instance["tag"])

    def _term(self, node: dict[str, Any]) -> Term:
        ((kind, value),) = node["value"].items()
        if kind == "Variable":
            if value in self._paths:
                base, attribute = self._paths[value]
                return Path(self._term(base), attribute)
            return Constant(None) if value == "nil" else Variable(value)
        if kind in ("String", "Boolean"):
            return Constant(value)
        if kind == "Number" and "Integer" in value:
            return Constant(value["Integer"])
        if kind == "List":
            return Items(tuple(self._term(item) for item in value))
        if kind == "Pattern":
            return Items(())
        known = "strings, integers, true, false, nil or lists"
        said = f"a {kind.lower()} as a value: use {known}"
        raise self.refused(_VALUES.get(kind, "list-place"), said)

    def _single(self, node: dict[str, Any]) -> Term:
        """A term that is no list. WHY: lists of lists grow without end within one step."""
        if node["value"].get("List"):
            said = "a list stands to the right of `in` and nowhere else"
            raise self.refused("list-place", said)
        return self._term(node)

    def _items(self, node: dict[str, Any]) -> Term:
        """A term, or a list of terms that are no lists."""
        for item in node["value"].get("List", ()):
            self._single(item)
        return self._term(node)

    def _goal(self, node: dict[str, Any]) -> Goal:
        ((kind, value),) = node["value"].items()
        if kind == "Call":
            if value["kwargs"]:
                said = f"named arguments in the call of `{value['name']}`"
                raise self.refused("named-arguments", said)
            terms = tuple(self._single(arg) for arg in value["args"])
            return Goal("Call", value["name"], terms)
        if kind != "Expression":
            return Goal("Value", terms=(self._term(node),))
        operator, args = value["operator"], value["args"]
        if operator not in _COMPOUND:
            name = self._class(args[1]) or "" if operator == "Isa" else ""
            # The one place for a list: what `in` looks in.
            last = self._items if operator == "In" else self._single
            terms = (*(self._single(arg) for arg in args[:-1]), *map(last, args[-1:]))
            return Goal(operator, name, terms)
        goals = tuple(self._goal(arg) for arg in args if not _is_path(arg))
        return (
            goals[0]
            if operator == "And" and len(goals) == 1
            else Goal(operator, goals=goals)
        )


def _is_path(node: dict[str, Any]) -> bool:
    return bool(node["value"].get("Expression", {}).get("operator") == "Dot")
