"""What the schema gives a meaning to, ready for a check of clauses to look up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from authz.engine.clauses import Clause, Goal, Path, Variable
from authz.engine.schema import BUILT_IN, Attribute, Schema

#: Attribute name -> whether a rule always finds a value: required, or with a default.
Table = Mapping[str, bool]


@dataclass(slots=True)
class Names:
    """The names of one schema."""

    schema: Schema
    #: Class name -> the attributes that all its types have.
    classes: dict[str, Table] = field(default_factory=dict)
    #: Attributes of any class; certain where they are so in every class that has them.
    anywhere: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        types = self.schema.types
        for name, members in self.schema.classes().items():
            tables = [_certain(types[member].attributes) for member in members]
            self.classes[name] = _common(tables) | dict.fromkeys(BUILT_IN, True)
        self.classes["Context"] = _certain(self.schema.context_attributes())
        for table in self.classes.values():
            for name, certain in table.items():
                self.anywhere[name] = certain and self.anywhere.get(name, True)

    def actions(self, class_name: str | None) -> frozenset[str]:
        """The actions of a class; those of every type where the class is not known."""
        types = self.schema.types
        members = self.schema.classes().get(class_name or "", tuple(types))
        return frozenset().union(*(types[member].actions for member in members))

    def variables(self, clause: Clause) -> dict[str, Table | None]:
        """Variable -> the attributes that it surely has; None where its type is unknown."""
        found: dict[str, Table | None] = {}
        for parameter, table in zip(clause.parameters, self._places(clause), strict=True):
            if isinstance(parameter.term, Variable):
                restricted = self.classes.get(parameter.class_name or "")
                found[parameter.term.name] = table if restricted is None else restricted
        for goal in clause.body.walk():
            if goal.kind == "In" and isinstance(goal.terms[0], Variable):
                found.setdefault(goal.terms[0].name, self._element(goal))
            if goal.kind == "Isa" and isinstance(goal.terms[0], Variable):
                found[goal.terms[0].name] = self.classes.get(goal.name)
        return found

    def _places(self, clause: Clause) -> list[Table | None]:
        """What is known of each parameter by its place alone."""
        if not clause.is_policy:
            return [None] * len(clause.parameters)
        types = self.schema.types
        subjects = [t.name for t in types.values() if t.subject]
        return [None, self._of(subjects), None, self._of(types), self.classes["Context"]]

    def _of(self, types: Iterable[str]) -> Table:
        """The attributes that all these types have."""
        return _common([self.classes[self.schema.types[t].class_name] for t in types])

    def _element(self, goal: Goal) -> Table | None:
        """Fields of the records in a record-set; None for an element of anything else."""
        path = goal.terms[1]
        if isinstance(path, Path):
            for kind in self.schema.types.values():
                attribute = kind.attributes.get(path.attribute)
                if attribute is not None and attribute.fields:
                    return dict.fromkeys(attribute.fields, False)
        return None


def _certain(attributes: Mapping[str, Attribute]) -> dict[str, bool]:
    return {name: a.required or a.default is not None for name, a in attributes.items()}


def _common(tables: list[Table] | list[dict[str, bool]]) -> dict[str, bool]:
    if not tables:
        return {}
    shared = set(tables[0]).intersection(*tables)
    return {name: all(table[name] for table in tables) for name in shared}
