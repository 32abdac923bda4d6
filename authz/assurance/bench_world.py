"""The world of the benchmark: who is there, what is there, and what is asked.

Everything follows from the shape and its seed. All questions go to the first tenant; the
people and units that they name are held here one by one, the rest of the world is only
counted, and is there to make the database as large as it is said to be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random

from authz.assurance.bench_policies import RESOURCE
from authz.assurance.bench_rules import OPTIONS, Rules, generated_rules

#: How many subjects, of how many bindings altogether, and how many units are asked about.
ASKED_PEOPLE = 10_000
ASKED_BINDINGS = 200_000
ASKED_UNITS = 2_000
STRANGERS = 200
BRANCHES = 3
ORGANIZATIONS = 20

#: Subject, action, resource and context, each in the shape of AuthZEN.
Question = tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the world is."""

    users: int = 100_000
    tenants: int = 10
    #: Bindings of each person who is asked about.
    bindings: int = 2
    resources: int = 10_000
    rules: int = 100
    #: Different questions that a round of measuring asks.
    questions: int = 20_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is asked about."""

    id: str
    status: str
    roles: frozenset[str]
    options: frozenset[str]
    supply_companies: frozenset[str]
    service_organizations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unit:
    """A metering unit that is asked about."""

    id: str
    supply_company: str
    service_organization: str | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is generated, before it is stored."""

    shape: Shape
    rules: Rules
    #: Slugs; the first is the one that is asked about.
    tenants: tuple[str, ...]
    #: Supply company of the first tenant -> the one above it.
    parents: Mapping[str, str | None]
    people: tuple[Person, ...]
    units: tuple[Unit, ...]
    #: What is timed: about people and units that are there.
    questions: tuple[Question, ...]
    #: What is only compared: about a person or a unit that is not there.
    strangers: tuple[Question, ...]

    @property
    def tenant(self) -> str:
        """The tenant that is asked about."""
        return self.tenants[0]


def generated_world(shape: Shape) -> World:
    """The world of that shape, always the same."""
    random = Random(shape.seed)  # noqa: S311 - to be repeated, not to be secret
    rules = generated_rules(shape.rules, random)
    parents = _companies(max(100, 2 * shape.bindings))
    companies = list(parents)
    count = min(ASKED_PEOPLE, shape.users, max(1, ASKED_BINDINGS // shape.bindings))
    people = tuple(
        _person(f"u_0_{n}", rules, companies, shape.bindings, random) for n in range(count)
    )
    units = tuple(
        Unit(f"mu_0_{n}", random.choice(companies), _organization(random))
        for n in range(min(ASKED_UNITS, shape.resources))
    )
    questions = tuple(islice(_questions(rules, people, units, random), shape.questions))
    strangers = tuple(_about_nobody(question) for question in questions[:STRANGERS])
    tenants = tuple(f"tenant-{n}" for n in range(shape.tenants))
    return World(shape, rules, tenants, parents, people, units, questions, strangers)


def supply_line(parents: Mapping[str, str | None], company: str | None) -> tuple[str, ...]:
    """The company and all above it."""
    found = []
    while company is not None:
        found.append(company)
        company = parents[company]
    return tuple(found)


def _companies(count: int) -> dict[str, str | None]:
    """A tree: each company with the one above it."""
    return {
        f"sc-{n}": None if n == 0 else f"sc-{(n - 1) // BRANCHES}" for n in range(count)
    }


def _organization(random: Random) -> str | None:
    return f"so-{random.randrange(ORGANIZATIONS)}" if random.random() < 0.8 else None


def _person(
    id: str, rules: Rules, companies: list[str], bindings: int, random: Random
) -> Person:
    """With one binding to a service organization, as soon as there are two."""
    serviced = [f"so-{random.randrange(ORGANIZATIONS)}"] if bindings > 1 else []
    return Person(
        id,
        "active" if random.random() < 0.98 else "blocked",
        frozenset(random.sample(list(rules.scopes), random.choice((1, 1, 2)))),
        frozenset(random.sample(OPTIONS, random.choice((0, 1, 2)))),
        frozenset(random.sample(companies, bindings - len(serviced))),
        frozenset(serviced),
    )


def _questions(
    rules: Rules, people: tuple[Person, ...], units: tuple[Unit, ...], random: Random
) -> Iterator[Question]:
    """Half of them are about a unit of one of the subject's own companies."""
    supplied: dict[str, list[Unit]] = {}
    for unit in units:
        supplied.setdefault(unit.supply_company, []).append(unit)
    own_companies = {person.id: sorted(person.supply_companies) for person in people}
    actions = list(rules.needs)
    while True:
        person, unit = random.choice(people), random.choice(units)
        if random.random() < 0.5:
            own = random.choice(own_companies[person.id])
            unit = random.choice(supplied.get(own, [unit]))
        yield (
            {"type": "user", "id": person.id},
            {"name": random.choice(actions)},
            {"type": RESOURCE, "id": unit.id},
            {"channel": "web" if random.random() < 0.9 else "android"},
        )


def _about_nobody(question: Question) -> Question:
    """The same question about a unit that is not there, or by nobody."""
    subject, action, resource, context = question
    if context["channel"] == "web":
        return subject, action, {**resource, "id": f"{resource['id']}x"}, context
    return {**subject, "id": f"{subject['id']}x"}, action, resource, context
