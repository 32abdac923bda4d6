"""The world of the benchmark in a database: rows straight into the tables.

Without events and revisions for each thing, as it is a database that nobody works with; its
constraints hold as everywhere.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from authz.assurance.bench_world import ORGANIZATIONS, Person, World, supply_line
from authz.storage.database import Database

#: What each of the others has: a person is bound to one company and one organization.
COMPANIES_OF_OTHERS = 20
Row = tuple[Any, ...]

_COLUMNS = {
    "tenant": ("slug", "name", "kind", "created_at"),
    "organization": ("tenant", "kind", "id", "name", "parent"),
    "supply_line": ("tenant", "company", "ancestor"),
    "metering_unit": ("tenant", "id", "name", "supply_company", "service_organization"),
    "account": ("tenant", "id", "email", "email_key", "name", "status", "created_at"),
    "role_assignment": ("tenant", "account", "role", "granted_by", "granted_at"),
    "option_grant": ("tenant", "account", "option", "granted_by", "granted_at"),
    "binding": ("tenant", "account", "kind", "target"),
}


def store(world: World, database: Database) -> None:
    """Write all of the world, in one transaction."""
    with database.transaction():
        for number, tenant in enumerate(world.tenants):
            first = number == 0
            _insert(database, "tenant", [(tenant, tenant, "metering", 0.0)])
            _organizations(world, database, tenant, first=first)
            if first:
                _asked(world, database, tenant)
        _others(world, database)


def _insert(database: Database, table: str, rows: Iterable[Row]) -> None:
    columns = _COLUMNS[table]
    marks = ", ".join("?" * len(columns))
    # WHY not through peewee: a million people take a quarter of the time.
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    handle: Any = database.db
    handle.connection().executemany(statement, rows)


def _organizations(world: World, database: Database, tenant: str, *, first: bool) -> None:
    companies = list(world.parents) if first else list(world.parents)[:COMPANIES_OF_OTHERS]
    named = [(tenant, "supply_company", c, c, world.parents[c]) for c in companies]
    services = (f"so-{n}" for n in range(ORGANIZATIONS))
    named += [(tenant, "service_organization", s, s, None) for s in services]
    _insert(database, "organization", named)
    lines = (
        (tenant, company, above)
        for company in companies
        for above in supply_line(world.parents, company)
    )
    _insert(database, "supply_line", lines)


def _asked(world: World, database: Database, tenant: str) -> None:
    units = (
        (tenant, u.id, u.id, u.supply_company, u.service_organization) for u in world.units
    )
    _insert(database, "metering_unit", units)
    _insert(database, "account", (_account(tenant, p.id, p.status) for p in world.people))
    roles = ((tenant, p.id, r, "seed", 0.0) for p in world.people for r in p.roles)
    _insert(database, "role_assignment", roles)
    options = ((tenant, p.id, o, "seed", 0.0) for p in world.people for o in p.options)
    _insert(database, "option_grant", options)
    _insert(database, "binding", (b for p in world.people for b in _bindings(tenant, p)))


def _bindings(tenant: str, person: Person) -> Iterator[Row]:
    for company in sorted(person.supply_companies):
        yield tenant, person.id, "supply_company", company
    for organization in person.service_organizations:
        yield tenant, person.id, "service_organization", organization


def _account(tenant: str, id: str, status: str = "active") -> Row:
    email = f"{id}@example.org"
    return tenant, id, email, email, id, status, 0.0


def _others(world: World, database: Database) -> None:
    """The rest of the people and units, over all tenants in turn."""
    tenants, roles = world.tenants, list(world.rules.scopes)

    def people() -> Iterator[tuple[str, str, int]]:
        for n in range(world.shape.users - len(world.people)):
            yield tenants[n % len(tenants)], f"u_1_{n}", n

    _insert(database, "account", (_account(tenant, id) for tenant, id, _ in people()))
    held = ((t, id, roles[n % len(roles)], "seed", 0.0) for t, id, n in people())
    _insert(database, "role_assignment", held)
    companies = ((t, id, "supply_company", _company(n)) for t, id, n in people())
    _insert(database, "binding", companies)
    services = ((t, id, "service_organization", _service(n)) for t, id, n in people())
    _insert(database, "binding", services)
    units = (
        (tenants[n % len(tenants)], f"mu_1_{n}", "unit", _company(n), _service(n))
        for n in range(world.shape.resources - len(world.units))
    )
    _insert(database, "metering_unit", units)


def _company(number: int) -> str:
    return f"sc-{number % COMPANIES_OF_OTHERS}"


def _service(number: int) -> str:
    return f"so-{number % ORGANIZATIONS}"
