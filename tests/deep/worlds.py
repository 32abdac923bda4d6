"""Random worlds: companies, people and things, and questions about them.

A world is true in itself: a supply line leads to the root, and the last owner is really the
last one.
"""

from dataclasses import dataclass, replace
from random import Random

from authz.assurance.fixture_facts import Fixture, FixtureFacts
from authz.engine.schema import Schema, TypeSchema
from authz.model import Action, Caller, Entity, Request
from tests.deep import metering, minigrid
from tests.deep.oracle import Asked, Person, Thing

TENANTS = {"grid": "minigrid", "grid2": "minigrid", "gas": "metering", "system": "system"}
PARENTS = {"head": "", "north": "head", "south": "head", "deep": "south", "rival": ""}
CLUSTERS = ("c1", "c2")
SERVICES, MAKERS, CONSUMERS = ("s1", "s2"), ("m1", "m2"), ("k1", "k2")
ROLES = {
    "minigrid": sorted(minigrid.ROLES),
    "metering": sorted(metering.LEVELS),
    "system": ["operator", "reviewer"],
}
BINDINGS = {
    "cluster": CLUSTERS,
    "supply_company": tuple(PARENTS),
    "service_organization": SERVICES,
    "manufacturer": MAKERS,
    "consumer": CONSUMERS,
}
#: Kind of binding -> the attribute that holds its ids.
BOUND_ATTRIBUTES = {
    "cluster": "clusters",
    "supply_company": "supply_companies",
    "service_organization": "service_organizations",
    "manufacturer": "manufacturers",
    "consumer": "consumers",
}
METERING_TYPES = (
    "supply_company",
    "service_organization",
    "manufacturer",
    "consumer",
    "metering_unit",
)
TOP_ROLES = {"owner", "platform_admin", "operator"}
SUBJECT_MATTERS = (None, "users", "Users", "people", "customers", "transactions", "debts")
CHANNELS = ("web", "web", "web", "web", "android", "api", None, "WEB")


def supply_line(company: str) -> frozenset[str]:
    """A company and everything above it."""
    line = set()
    while company:
        line.add(company)
        company = PARENTS[company]
    return frozenset(line)


def _some(random: Random, values: object, most: int) -> frozenset[str]:
    pool = sorted(values)  # type: ignore[call-overload]
    return frozenset(random.sample(pool, random.randint(0, min(most, len(pool)))))


def _rarely(random: Random, share: float = 0.05) -> bool:
    return random.random() < share


def person(random: Random, number: int) -> Person:
    """One account, with whatever rights chance gives it."""
    tenant = random.choice(("grid", "grid", "grid", "gas", "gas", "gas", "grid2", "system"))
    kind = TENANTS[tenant]
    most = 2 if kind == "minigrid" else 1
    roles = _some(random, ROLES[kind], most) or _some(random, ROLES[kind], 1)
    if _rarely(random, 0.03):
        roles |= {random.choice(["galactic_admin", "owner", "platform_admin", "Owner"])}
    bound: dict[str, frozenset[str]] = {}
    for role in roles:
        for needed in metering.NEEDED_BINDINGS.get(role, ()):
            if not _rarely(random, 0.1):
                bound[needed] = frozenset({random.choice(BINDINGS[needed])})
    if kind == "minigrid" and random.random() < 0.3:
        bound["cluster"] = _some(random, CLUSTERS, 2)
    if _rarely(random):
        extra = random.choice(sorted(BINDINGS))
        bound[extra] = _some(random, BINDINGS[extra], 2)
    return Person(
        id=f"u{number}",
        tenant=tenant,
        tenant_kind=kind,
        tenant_status="suspended"
        if tenant == "grid2" and _rarely(random, 0.5)
        else "active",
        status=random.choice(["blocked", "deleted"]) if _rarely(random) else "active",
        pages_protected=kind == "minigrid" and random.random() < 0.3,
        roles=roles,
        options=_some(random, metering.OPTIONS, 3) if kind == "metering" else frozenset(),
        bound={name: ids for name, ids in bound.items() if ids},
    )


def thing(random: Random, kind: TypeSchema, number: int) -> Thing:
    """One thing of that type, with the attributes that its type has."""
    if kind.name == "tenant":
        tenant = random.choice(sorted(TENANTS))
        return Thing("tenant", tenant, tenant)
    tenant = random.choice(("grid", "grid", "grid", "grid2", "gas"))
    if kind.name in METERING_TYPES:
        tenant = random.choice(("gas", "gas", "gas", "gas", "grid"))
    has = kind.attributes
    company = random.choice(sorted(PARENTS))
    if kind.name == "supply_company":
        return Thing(kind.name, company, tenant, supply_line=supply_line(company))
    name = random.choice(CONSUMERS) if kind.name == "consumer" else f"{kind.name}{number}"
    serviced = _some(random, SERVICES, 1)
    return Thing(
        kind.name,
        name,
        tenant,
        cluster=random.choice(CLUSTERS) if "cluster" in has else "",
        supply_line=supply_line(company) if "supply_line" in has else frozenset(),
        service_organizations=serviced,
        consumer=random.choice(CONSUMERS) if "consumer" in has else "",
        manufacturer=random.choice(MAKERS) if "manufacturer" in has else "",
    )


@dataclass(frozen=True)
class World:
    """People and things, one of each name."""

    people: tuple[Person, ...]
    things: tuple[Thing, ...]
    #: `type:id` -> a required attribute that it lacks.
    lacking: dict[str, str]

    def lacks(self, asked: Asked) -> bool:
        """Whether somebody or something in the question lacks what is required."""
        return bool({f"user:{asked.who.id}", named(asked.target)} & set(self.lacking))

    def facts(self, schema: Schema, *, pages_unlocked: bool) -> FixtureFacts:
        """All of it, as a store would tell it."""
        return FixtureFacts(self._fixtures(schema), pages_unlocked=pages_unlocked)

    def _fixtures(self, schema: Schema) -> list[Fixture]:
        facts = [(one.id, "user", one.tenant, _of_person(one)) for one in self.people]
        facts += [(one.id, one.type, one.tenant, _of_thing(one)) for one in self.things]
        found = []
        for id, type_name, tenant, values in facts:
            declared = schema.types[type_name].attributes
            stored = {
                name: declared[name].check(value)
                for name, value in values.items()
                if name in declared and self.lacking.get(f"{type_name}:{id}") != name
            }
            found.append(Fixture(id, tenant, type_name, id, stored, {}))
        return found


def world(random: Random, schema: Schema) -> World:
    """A world with a dozen people, and a few things of every type."""
    people = [person(random, number) for number in range(12)]
    protected = {tenant: random.random() < 0.3 for tenant in TENANTS}
    people = [
        replace(
            one,
            pages_protected=one.tenant_kind == "minigrid" and protected[one.tenant],
            is_last_owner=_is_last(one, people),
        )
        for one in people
    ]
    things: dict[tuple[str, str], Thing] = {}
    for kind in schema.types.values():
        for number in range(6 if kind.attributes else 3):
            if kind.name != "user":
                made = thing(random, kind, number)
                things.setdefault((made.type, made.id), made)
    lacking = {}
    if _rarely(random, 0.2):
        one = random.choice([*people, *things.values()])
        declared = schema.types[named(one).split(":")[0]].attributes.values()
        required = [attribute.name for attribute in declared if attribute.required]
        lacking = {named(one): random.choice(required)} if required else {}
    return World(tuple(people), tuple(things.values()), lacking)


def named(one: Person | Thing) -> str:
    """What it is called in a request."""
    return f"user:{one.id}" if isinstance(one, Person) else f"{one.type}:{one.id}"


def _is_last(one: Person, people: list[Person]) -> bool:
    for role in one.roles & TOP_ROLES:
        holders = [
            other.id
            for other in people
            if other.tenant == one.tenant
            and role in other.roles
            and other.status == "active"
        ]
        if holders == [one.id]:
            return True
    return False


def _of_person(one: Person) -> dict[str, object]:
    values: dict[str, object] = {
        "tenant_kind": one.tenant_kind,
        "tenant_status": one.tenant_status,
        "pages_protected": one.pages_protected,
        "status": one.status,
        "roles": list(one.roles),
        "options": list(one.options),
        "binding_kinds": sorted(one.bound),
        "is_last_owner": one.is_last_owner,
    }
    for kind, attribute in BOUND_ATTRIBUTES.items():
        values[attribute] = list(one.to(kind))
    return values


def _of_thing(one: Thing) -> dict[str, object]:
    services = sorted(one.service_organizations)
    return {
        "kind": TENANTS[one.tenant],
        "status": "active",
        "cluster": one.cluster or None,
        "supply_line": list(one.supply_line),
        "supply_company": "head",
        "service_organizations": services,
        "service_organization": services[0] if services else None,
        "consumer": one.consumer or None,
        "manufacturer": one.manufacturer or None,
    }


def question(random: Random, schema: Schema, here: World) -> Asked:
    """A question about that world, likely to be a sensible one."""
    who = random.choice(here.people)
    near = [one for one in here.things if one.tenant == who.tenant]
    people = [one for one in here.people if one.tenant == who.tenant]
    if _rarely(random) or not near:
        near, people = list(here.things), list(here.people)
    target: Person | Thing = random.choice(near)
    if random.random() < 0.25:
        target = who if random.random() < 0.2 else random.choice(people)
    type_name = "user" if isinstance(target, Person) else target.type
    actions = sorted(schema.types[type_name].actions) or ["none:none"]
    action = random.choice(actions)
    role, options, kinds = None, frozenset[str](), frozenset[str]()
    if action in ("role:assign", "user:create", "user:set_access"):
        role = random.choice([*ROLES[who.tenant_kind], None, "galactic_admin", "owner"])
        options = _some(random, metering.OPTIONS, 2) if random.random() < 0.4 else options
        kinds = frozenset(metering.NEEDED_BINDINGS.get(role or "", ()))
        kinds = _some(random, BINDINGS, 2) if random.random() < 0.3 else kinds
    return Asked(
        who=who,
        action=action,
        target=target,
        channel=random.choice(CHANNELS),
        unlocked=random.random() < 0.5,
        role=role,
        options=options,
        binding_kinds=kinds,
        subject_matter=random.choice(SUBJECT_MATTERS),
    )


def request(random: Random, asked: Asked) -> tuple[Request, Caller]:
    """The question as a caller puts it, who also claims what nobody may claim."""
    type_name = "user" if isinstance(asked.target, Person) else asked.target.type
    claims = {
        "roles": ["owner", "platform_admin"],
        "status": "active",
        "tenant": asked.who.tenant,
    }
    claims |= {"clusters": [], "is_last_owner": False, "supply_line": ["head"], "id": "u0"}
    properties: dict[str, object] = {"cluster": "c1"} if random.random() < 0.5 else {}
    if random.random() < 0.5:
        properties |= claims
    context = {"channel": "web", "pages_unlocked": True, "action_role": "user", "now": 1}
    given = {
        "role": asked.role,
        "options": sorted(asked.options),
        "binding_kinds": sorted(asked.binding_kinds),
        "subject_matter": asked.subject_matter,
    }
    action = Action(asked.action, {name: value for name, value in given.items() if value})
    made = Request(
        Entity("user", asked.who.id, claims if random.random() < 0.5 else {}),
        action,
        Entity(type_name, asked.target.id, properties),
        context if random.random() < 0.5 else {},
    )
    session = "s" if asked.unlocked or random.random() < 0.5 else None
    return made, Caller(asked.who.tenant, asked.channel, session)
