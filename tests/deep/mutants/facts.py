"""Mutants of facts: a row is lost, exchanged for another, or one is there that was not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from authz.engine.clauses import Clause, Constant
from authz.engine.conditions import shown
from authz.engine.schema import Schema

_ACTION = ("action",)
#: Predicate -> what stands in each of its places.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tenant_kind": ("kind",),
    "own_profile": _ACTION,
    "web_only": _ACTION,
    "touches_person": _ACTION,
    "gives_role": _ACTION,
    "protected": _ACTION,
    "open_to_members": _ACTION,
    "lists": _ACTION,
    "reads": _ACTION,
    "needs_permission": ("action", "permission"),
    "role": ("kind", "role"),
    "role_scope": ("role", "scope"),
    "role_inherits": ("role", "role"),
    "role_permission": ("role", "permission"),
    "permission_alias": ("permission", "permission"),
    "read_only_role": ("role",),
    "role_requires_binding": ("role", "binding"),
    "role_allows_option": ("role", "option"),
    "option_permission": ("option", "permission"),
    "option_withheld": ("role", "permission"),
    "may_assign": ("role", "role"),
    "may_manage": ("role", "role"),
    "may_remove": ("role", "role"),
    "managing_needs": ("role", "permission"),
    "export_without_people": ("matter",),
    "holds": ("subject", "kind", "role"),
    "has": ("subject", "kind", "permission"),
    "carries": ("role", "permission"),
    "by_role": ("subject", "kind", "scope", "action"),
    "by_option": ("subject", "kind", "scope", "action"),
    "manages": ("subject", "kind", "role"),
    "removes": ("subject", "kind", "role"),
    "assigns": ("subject", "kind", "role"),
    "entrusted": ("kind", "role", "role"),
    "supplied_by_own": ("subject", "thing"),
    "serviced_by_own": ("subject", "thing"),
    "made_by_own": ("subject", "thing"),
}
#: What the facts do not name.
_FURTHER = {
    "binding": ["cluster"],
    "matter": ["users", "tariffs"],
    "channel": ["web", "android", "api", "unknown"],
    "status": ["active", "suspended", "deleted"],
}
Domains = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Mutant:
    """One edit of a policy file."""

    #: What a reviewer would say that it does.
    what: str
    #: The clause in the place of which `text` is put.
    old: Clause
    text: str

    @property
    def name(self) -> str:
        return f"{self.old.file}:{self.old.line}: {self.what}"


def domains(clauses: Sequence[Clause], schema: Schema) -> Domains:
    """What can stand in a place: all that stands in some place like it."""
    found: dict[str, set[str]] = {name: set(more) for name, more in _FURTHER.items()}
    for kind in schema.types.values():
        found.setdefault("action", set()).update(kind.actions)
    for clause in clauses:
        for domain, parameter in zip(
            COLUMNS.get(clause.name, ()), clause.parameters, strict=False
        ):
            if isinstance(parameter.term, Constant):
                found.setdefault(domain, set()).add(str(parameter.term.value))
    return {domain: sorted(values) for domain, values in found.items()}


def of_facts(clauses: Sequence[Clause], known: Domains) -> Iterator[Mutant]:
    """Every mutant of every fact. Order: as in the files, then the new rows."""
    facts: dict[str, list[Clause]] = {}
    for clause in clauses:
        if clause.is_fact:
            facts.setdefault(clause.name, []).append(clause)
    for found in facts.values():
        for fact in found:
            yield Mutant(f"without {_row(fact.name, fact.row())}", fact, "")
            yield from _exchanged(fact, known)
        yield from _added(found, known)


def _exchanged(fact: Clause, known: Domains) -> Iterator[Mutant]:
    """The row with the next value of a column, column by column.

    WHY not all of them: what the other values open, rows that are added open too. Only a
    second need of an action is refused, so there every exchange is made.
    """
    row = fact.row()
    for at, domain in enumerate(COLUMNS[fact.name]):
        values = known[domain]
        start = values.index(str(row[at])) + 1
        others = [*values[start:], *values[: start - 1]]
        for value in others if fact.name == "needs_permission" and at else others[:1]:
            other = _row(fact.name, (*row[:at], value, *row[at + 1 :]))
            yield Mutant(f"{other} for {_row(fact.name, row)}", fact, f"{other};")


def _added(facts: Sequence[Clause], known: Domains) -> Iterator[Mutant]:
    """Every row that is not there, beside the row that is most like it."""
    name, rows = facts[0].name, {fact.row(): fact for fact in facts}
    taken = {row[0] for row in rows} if name == "needs_permission" else set()
    for values in product(*(known[domain] for domain in COLUMNS[name])):
        if values in rows or values[0] in taken:
            continue
        like = max(rows, key=lambda row: sum(map(str.__eq__, row, values)))
        added = _row(name, values)
        yield Mutant(f"also {added}", rows[like], f"{rows[like].text} {added};")


def _row(name: str, values: Sequence[object]) -> str:
    return f"{name}({', '.join(shown(str(value)) for value in values)})"
