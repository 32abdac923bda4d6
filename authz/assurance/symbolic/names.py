"""The names in the text of a question: attributes, constants, elements and records."""

from collections.abc import Iterable, Sequence

from authz.assurance.symbolic.universe import Universe
from authz.engine.conditions import Attr, Condition, Value

NIL = "nil"
TRUE, FALSE = "true", "false"
#: What is less than every string, where strings are numbers.
NO_STRING = "(- 1.0)"


def conjunction(parts: Iterable[str]) -> str:
    """All of them."""
    kept = [part for part in dict.fromkeys(parts) if part != TRUE]
    if FALSE in kept:
        return FALSE
    return f"(and {' '.join(kept)})" if len(kept) > 1 else kept[0] if kept else TRUE


def disjunction(parts: Iterable[str]) -> str:
    """At least one of them."""
    kept = [part for part in dict.fromkeys(parts) if part != FALSE]
    if TRUE in kept:
        return TRUE
    return f"(or {' '.join(kept)})" if len(kept) > 1 else kept[0] if kept else FALSE


def no(part: str) -> str:
    """The opposite."""
    return {TRUE: FALSE, FALSE: TRUE}.get(part, f"(not {part})")


class Names:
    """Every name, declared when it is first used."""

    def __init__(
        self, universe: Universe, conditions: Iterable[Condition], *, by_order: bool
    ):
        self.universe = universe
        self.by_order = by_order
        strings = {value for one in conditions for value in _strings(one)}
        #: Every string in the conditions, in the order of their characters.
        self.strings: Sequence[str] = sorted(strings | ({""} if by_order else set()))
        self._constants = {text: f"c{n}" for n, text in enumerate(self.strings)}
        #: Name of an attribute -> which one, of which record-set, of which of its records.
        self.attributes: dict[str, tuple[Attr, str, int]] = {}
        #: Predicate that tells what a set holds -> the name of that attribute.
        self.sets: dict[str, str] = {}
        self._lines: dict[str, list[str]] = {}

    def constant(self, text: str) -> str:
        """The name of a string."""
        return self._constants[text]

    def attribute(self, attr: Attr, records: str = "", number: int = 0) -> str:
        """The name of an attribute, or of one of a record."""
        name = str(attr)
        if attr.root == "record":
            name = f"{self.record(records, number)}.{attr.name}"
        if name not in self.attributes:
            self.attributes[name] = attr, records, number
            self._lines[name] = list(self._declared(name, attr, records))
        return name

    def kind(self, name: str) -> str:
        """The type of the attribute of that name."""
        attr, records, _ = self.attributes[name]
        return self.universe.type_of(attr, records)

    def absent(self, name: str) -> str:
        """That the attribute of that name is nil."""
        if not self.universe.may_be_nil(self.attributes[name][0]):
            return FALSE
        if self.kind(name) == "string":
            return f"(= {name} {NIL})"
        return flag(name)

    def is_value(self, name: str, value: Value) -> str:
        """That it has that value."""
        kind = self.kind(name)
        if value is None:
            return self.absent(name)
        there = no(self.absent(name))
        if kind == "string" and isinstance(value, str):
            return f"(= {name} {self.constant(value)})"
        if kind == "boolean" and isinstance(value, bool):
            return conjunction([there, name if value else no(name)])
        if kind == "integer" and type(value) is int:
            return conjunction([there, f"(= {name} {number_text(value)})"])
        return FALSE

    def element(self, number: int) -> str:
        """The name of something in a set."""
        name = f"element.{number}"
        self._lines.setdefault(name, [f"(declare-const {name} S)", *self._string(name)])
        return name

    def members(self, of: Attr) -> str:
        """The predicate that tells what a set holds."""
        attribute = self.attribute(of)
        name = members_of(attribute)
        if name not in self.sets:
            self.sets[name] = attribute
            self._lines[name] = [
                f"(declare-fun {name} (S) Bool)",
                f"(assert (not ({name} {NIL})))",
            ]
        return name

    def record(self, records: str, number: int) -> str:
        """That there is that record."""
        name = f"{records}@{number}"
        if name not in self._lines:
            there = no(self.absent(self.attribute(Attr("subject", records))))
            self._lines[name] = [
                f"(declare-const {name} Bool)",
                *([] if there == TRUE else [f"(assert (=> {name} {there}))"]),
            ]
        return name

    def declarations(self) -> list[str]:
        """All of them as text."""
        sort = "(define-sort S () Real)" if self.by_order else "(declare-sort S 0)"
        fixed = [sort, f"(declare-const {NIL} S)"]
        fixed += [f"(declare-const {name} S)" for name in self._constants.values()]
        if self.by_order:
            fixed.append(f"(assert (= {NIL} {NO_STRING}))")
            fixed += [f"(assert (= c{n} {n}.0))" for n in range(len(self.strings))]
        elif self._constants:
            fixed.append(f"(assert (distinct {NIL} {' '.join(self._constants.values())}))")
        return [*fixed, *(line for lines in self._lines.values() for line in lines)]

    def _declared(self, name: str, attr: Attr, records: str) -> Iterable[str]:
        kind = self.universe.type_of(attr, records)
        if kind.endswith("-set"):
            # What it holds has a name of its own.
            if self.universe.may_be_nil(attr):
                yield f"(declare-const {flag(name)} Bool)"
            return
        if kind == "string":
            yield f"(declare-const {name} S)"
            yield from self._string(name)
            if not self.universe.may_be_nil(attr):
                yield f"(assert (not (= {name} {NIL})))"
            return
        yield f"(declare-const {name} {'Int' if kind == 'integer' else 'Bool'})"
        if kind == "integer":
            least, most = map(number_text, self.universe.range_of(attr))
            yield f"(assert (<= {least} {name} {most}))"
        if self.universe.may_be_nil(attr):
            yield f"(declare-const {flag(name)} Bool)"

    def _string(self, name: str) -> list[str]:
        if not self.by_order:
            return []
        return [f"(assert (or (= {name} {NIL}) (>= {name} 0.0)))"]


def flag(name: str) -> str:
    """The name that says of an integer, a boolean or a set that it is nil."""
    return f"{name}?"


def members_of(name: str) -> str:
    """The name of the predicate that tells what the set of that name holds."""
    return f"{name}+"


def number_text(number: int) -> str:
    """An integer as it is written there."""
    return str(number) if number >= 0 else f"(- {-number})"


def _strings(condition: Condition) -> Iterable[str]:
    return (
        value
        for literal in condition.literals
        if isinstance(literal.right, tuple)
        for value in literal.right
        if isinstance(value, str)
    )
