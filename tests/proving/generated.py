"""Small policy sets with one invariant, made by chance, and what counting says of them.

A rule is made of atoms, each as Polar and as Python. The schema is so small that a few
thousand requests tell every two of them apart.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations, product
from operator import and_, or_
from random import Random
from types import MappingProxyType
from typing import Any

from authz.assurance.bench_load import uncompared
from authz.assurance.proving.invariant import Invariants
from authz.assurance.proving.invariant_file import parse_invariants
from authz.engine.gate.vet import digest
from authz.engine.policyset import PolicySet
from authz.engine.source import PolicySource
from authz.engine.text import code
from tests.unit.engine.sets import entry

SCHEMA = """\
version: 1
context:
  channel: {type: string, source: caller, default: unknown}
types:
  user:
    subject: true
    attributes:
      roles: {type: string-set, source: stored, default: []}
      team: {type: string, source: stored}
      level: {type: integer, source: stored, required: true}
  paper:
    attributes:
      owner: {type: string, source: stored, required: true}
      team: {type: string, source: stored}
      tags: {type: string-set, source: stored, default: []}
    actions:
      paper: [read, edit, drop]
"""
FACTS = """\
grants("a", "paper:read");
grants("a", "paper:edit");
grants("b", "paper:drop");

works(subject, paper) if
  subject.team != nil and
  subject.team = paper.team;
"""
GRANTS = {"paper:read": "a", "paper:edit": "a", "paper:drop": "b"}
ACTIONS = tuple(GRANTS)

#: Roles, team and level of the subject; owner, team and tags of the paper; the channel.
Counted = tuple[Any, ...]


@dataclass(frozen=True)
class Atom:
    """One test, in both languages."""

    polar: str
    holds: Callable[[Counted, str], bool]
    #: Whether what it reads is never absent, as a forbid needs.
    sure: bool = True


ATOMS = (
    Atom('"a" in subject.roles', lambda r, _: "a" in r[0]),
    Atom('not "a" in subject.roles', lambda r, _: "a" not in r[0]),
    Atom('"b" in subject.roles', lambda r, _: "b" in r[0]),
    Atom("_role in subject.roles", lambda r, _: bool(r[0])),
    Atom(
        "tag in subject.roles and tag in paper.tags", lambda r, _: bool({*r[0]} & {*r[5]})
    ),
    Atom('"a" in paper.tags', lambda r, _: "a" in r[5]),
    Atom('not "a" in paper.tags', lambda r, _: "a" not in r[5]),
    Atom("subject.level > 1", lambda r, _: r[2] > 1),
    Atom("subject.level <= 2", lambda r, _: r[2] <= 2),
    Atom("paper.owner = subject.id", lambda r, _: r[3] == "s"),
    Atom("paper.owner != subject.id", lambda r, _: r[3] != "s"),
    Atom('context.channel = "web"', lambda r, _: r[6] == "web"),
    Atom('context.channel != "web"', lambda r, _: r[6] != "web"),
    Atom('action != "paper:drop"', lambda _, action: action != "paper:drop"),
    Atom(
        "grants(held, action) and held in subject.roles",
        lambda r, action: GRANTS[action] in r[0],
    ),
    Atom("works(subject, paper)", lambda r, _: r[1] is not None and r[1] == r[4], False),
    Atom('paper.team = "t"', lambda r, _: r[4] == "t", False),
    Atom("subject.team != paper.team", lambda r, _: r[1] != r[4], False),
    Atom("subject.team = nil", lambda r, _: r[1] is None, False),
)


#: The body of a policy of every set: what nothing asks for may not stand in one.
BASE = tuple(atom for atom in ATOMS if atom.polar.startswith(("grants", "works")))


def _subsets(of: Sequence[str]) -> list[tuple[str, ...]]:
    return [c for size in range(len(of) + 1) for c in combinations(of, size)]


REQUESTS: Sequence[Counted] = tuple(
    product(
        _subsets(("a", "b", "z")),
        (None, "t", "x", "y"),
        (1, 2, 3),
        ("s", "o"),
        (None, "t", "x", "y"),
        _subsets(("a", "z")),
        ("web", "app"),
    )
)
EVERY = (1 << len(REQUESTS)) - 1


class Truths:
    """Which requests make an atom hold, a bit for each."""

    def __init__(self) -> None:
        self._found: dict[tuple[Atom, str], int] = {}

    def of(self, atoms: Sequence[Atom], action: str) -> int:
        """Those that make all of them hold."""
        return reduce(and_, (self._one(atom, action) for atom in atoms), EVERY)

    def _one(self, atom: Atom, action: str) -> int:
        if (atom, action) not in self._found:
            bits = (1 << n for n, r in enumerate(REQUESTS) if atom.holds(r, action))
            self._found[atom, action] = sum(bits)
        return self._found[atom, action]


@dataclass(frozen=True)
class Case:
    """A policy set with one invariant."""

    permits: tuple[tuple[Atom, ...], ...]
    forbids: tuple[tuple[Atom, ...], ...]
    never: bool
    action: str
    when: tuple[Atom, ...]
    unless: tuple[Atom, ...]

    def names(self) -> Iterator[tuple[str, str, tuple[Atom, ...]]]:
        """Effect, id and atoms of each policy."""
        for effect, rules in (("permit", self.permits), ("forbid", self.forbids)):
            for number, rule in enumerate(rules):
                yield effect, f"papers.{effect}-{number}", rule

    def allowed(self, truths: Truths, action: str, but: str = "") -> int:
        """The requests that are allowed, without one policy if it is named."""
        held = {
            effect: reduce(
                or_,
                (
                    truths.of(rule, action)
                    for of, id, rule in self.names()
                    if of == effect and id != but
                ),
                0,
            )
            for effect in ("permit", "forbid")
        }
        return held["permit"] & ~held["forbid"]

    def broken(self, truths: Truths) -> bool:
        """Whether the invariant is."""
        found = 0
        for action in self.actions:
            allowed = self.allowed(truths, action)
            found |= self.about(truths, action) & (allowed if self.never else ~allowed)
        return bool(found)

    def vacuous(self, truths: Truths) -> bool:
        """Whether the invariant is about no request."""
        return not any(self.about(truths, action) for action in self.actions)

    def about(self, truths: Truths, action: str) -> int:
        """The requests that the invariant is about."""
        unless = truths.of(self.unless, action) if self.unless else 0
        return truths.of(self.when, action) & ~unless

    def idle(self, truths: Truths) -> set[str]:
        """The policies without which every decision would be the same."""
        return {
            id
            for _, id, _ in self.names()
            if all(
                self.allowed(truths, action) == self.allowed(truths, action, id)
                for action in ACTIONS
            )
        }

    @cached_property
    def actions(self) -> Sequence[str]:
        """The actions that the invariant is about."""
        return ACTIONS if self.action == "*" else (self.action,)

    @cached_property
    def source(self) -> PolicySource:
        """The files."""
        rules = [
            f'{effect}("{id}", {_head("paper: Paper", rule)}) if\n  {_body(rule)};\n'
            for effect, id, rule in self.names()
        ]
        files: Mapping[str, bytes] = {
            "schema.yaml": SCHEMA.encode(),
            "papers.polar": "\n".join([FACTS, *rules]).encode(),
            "papers.yaml": entry(*(id for _, id, _ in self.names())).encode(),
        }
        return PolicySource(MappingProxyType(files), digest(files))

    def loaded(self) -> tuple[PolicySet, Invariants]:
        """The set and its invariant."""
        policies = uncompared(self.source.files)
        text = self.invariant().encode()
        return policies, parse_invariants(text, self.source, policies.schema)

    def invariant(self) -> str:
        """The text of `invariants.yaml`."""
        kind = "never" if self.never else "always"
        lines = [
            "version: 1\ninvariants:\n  the-one:\n    title: t\n    why: w\n    owner: o",
            f'    {kind}: {{action: "{self.action}", resource: paper}}',
        ]
        for key, atoms in (("when", self.when), ("unless", self.unless)):
            if atoms:
                body = _body(atoms).replace("paper.", "resource.")
                body = body.replace(", paper)", ", resource)")
                lines += [f"    {key}: |", *(f"      {x}" for x in body.splitlines())]
        return "\n".join(lines) + "\n"


def _body(atoms: Sequence[Atom]) -> str:
    return " and\n  ".join(atom.polar for atom in atoms)


def _head(resource: str, atoms: Sequence[Atom]) -> str:
    body = code(_body(atoms))
    names = [
        ("subject: User", "subject"),
        ("action", "action"),
        (resource, "paper"),
        ("context: Context", "context"),
    ]
    # WHY: oso warns of a parameter that nothing reads.
    return ", ".join(n if re.search(rf"\b{x}\b", body) else f"_{n}" for n, x in names)


def case(random: Random) -> Case:
    """Any policy set with any invariant."""
    sure = [atom for atom in ATOMS if atom.sure]
    return Case(
        permits=(BASE, *(_some(random, ATOMS, 3) for _ in range(random.randint(0, 3)))),
        forbids=tuple(_some(random, sure, 2) for _ in range(random.randint(0, 3))),
        never=random.random() < 0.75,
        action=random.choice([*ACTIONS, "*"]),
        when=_some(random, ATOMS, 3),
        unless=_some(random, ATOMS, 2) if random.random() < 0.4 else (),
    )


def _some(random: Random, atoms: Sequence[Atom], most: int) -> tuple[Atom, ...]:
    return tuple(random.sample(atoms, random.randint(1, most)))
