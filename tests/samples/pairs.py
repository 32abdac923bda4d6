"""More people and things for the sample tenants, and what is allowed pair by pair."""

import json
from random import Random

from authz.decisions.attributes import of_context, of_entity
from authz.engine.conditions import Signature
from authz.engine.policyset import PolicySet
from authz.model import Action, Caller, Entity, Request
from authz.storage.database import Database
from authz.storage.facts import StoredFacts
from authz.storage.tables import (
    Account,
    ApiClient,
    Binding,
    MeteringUnit,
    OptionGrant,
    Organization,
    Place,
    Resource,
    RoleAssignment,
    SupplyLine,
    Tenant,
)

ROLES = {
    "minigrid": ("owner", "admin", "financial-manager", "user", "User", "galactic"),
    "metering": (
        "platform_admin",
        "platform_reader",
        "supply_company_admin",
        "service_company_admin",
        "manufacturer",
        "branch",
        "consumer",
        "Consumer",
    ),
    "system": ("operator", "reviewer"),
}
OPTIONS = ("reporting", "technical_support", "lock_control", "metrology", "Reporting")
KINDS = ("supply_company", "service_organization", "manufacturer", "consumer")
CLUSTERS = ("mafia", "pemba", "Mafia", "MAFIA", "máfia", "ma\u0301fia", "")
WRONG = (5, True, ["mafia"], {"a": 1}, None)


def populate(database: Database, random: Random, people: int, things: int) -> None:
    """Rows of every table, with absent, odd and ended values among them."""
    with database.transaction():
        for tenant in Tenant.select().execute(database.db):
            _organizations(database, random, tenant)
            _people(database, random, tenant, people)
            _units(
                database, random, tenant.slug, things if tenant.kind == "metering" else 2
            )
            _resources(database, random, tenant.slug, things)


def _insert(database: Database, table, rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), 500):
        table.insert_many(rows[start : start + 500]).execute(database.db)


def _organizations(database: Database, random: Random, tenant: Tenant) -> None:
    common = {"tenant": tenant.slug, "parent": None, "supply_company": None}
    rows = [
        {**common, "kind": kind, "id": id, "name": id, "deleted_at": gone}
        for kind in KINDS
        for id, gone in (("x-1", None), ("X-1", None), ("gone", 1.0))
    ]
    _insert(database, Organization, rows)
    line = [("x-1", "x-1"), ("X-1", "X-1"), ("X-1", "x-1"), ("gone", "gone")]
    _insert(
        database,
        SupplyLine,
        [{"tenant": tenant.slug, "company": c, "ancestor": a} for c, a in line],
    )


def _known(database: Database, tenant: str, kind: str) -> list[str]:
    table = Place if kind == "cluster" else Organization
    named = (table.tenant == tenant) & (table.kind == kind)
    chosen = table.select(table.id).where(named).order_by(table.id)
    return [id for (id,) in chosen.tuples().execute(database.db)]


def _people(database: Database, random: Random, tenant: Tenant, count: int) -> None:
    accounts, roles, options, bindings = [], [], [], []
    targets = {k: _known(database, tenant.slug, k) for k in ("cluster", *KINDS)}
    common = {"tenant": tenant.slug, "granted_by": "u_x", "granted_at": 0.0}
    for number in range(count):
        id = f"u_{tenant.slug}_{number}"
        status = random.choice(["active"] * 8 + ["blocked", "deleted"])
        accounts.append(
            {
                "id": id,
                "tenant": tenant.slug,
                "email": f"{id}@x.example",
                "email_key": f"{id}@x.example",
                "name": "Some One",
                "status": status,
                "created_at": 0.0,
                "deleted_at": 1.0 if status == "deleted" else None,
            }
        )
        for role in random.sample(ROLES[tenant.kind], random.choice([0, 1, 1, 2])):
            ends = random.choice([None, None, 1.0, 4e9])
            roles.append({**common, "account": id, "role": role, "expires_at": ends})
        for option in random.sample(OPTIONS, random.choice([0, 0, 1, 3])):
            options.append({**common, "account": id, "option": option})
        for kind in random.sample(sorted(targets), random.choice([0, 1, 2, 3])):
            some = random.sample(
                targets[kind], min(len(targets[kind]), random.choice([1, 2]))
            )
            for target in some:
                bindings.append(
                    {"tenant": tenant.slug, "account": id, "kind": kind, "target": target}
                )
    for table, rows in (
        (Account, accounts),
        (RoleAssignment, roles),
        (OptionGrant, options),
        (Binding, bindings),
    ):
        _insert(database, table, rows)


def _units(database: Database, random: Random, tenant: str, count: int) -> None:
    targets = {kind: _known(database, tenant, kind) for kind in KINDS}
    rows = [
        {
            "tenant": tenant,
            "id": f"unit-{number}{random.choice(['', 'é', 'É', '𝔘'])}",
            "name": "Unit",
            **{kind: random.choice([*targets[kind], None]) for kind in KINDS},
            "supply_company": random.choice(targets["supply_company"]),
            "deleted_at": random.choice([None] * 9 + [1.0]),
        }
        for number in range(count)
    ]
    _insert(database, MeteringUnit, rows)


def _resources(database: Database, random: Random, tenant: str, count: int) -> None:
    rows = []
    for type in ("customer", "asset", "ticket", "tariff", "agent", "payment"):
        for number in range(count if type == "customer" else count // 4 + 1):
            kept: dict[str, object] = {"cluster": random.choice(CLUSTERS)}
            if random.random() < 0.1:
                kept = random.choice(
                    [{}, {"cluster": random.choice(WRONG)}, {"Cluster": "x"}]
                )
            rows.append(
                {
                    "tenant": tenant,
                    "type": type,
                    "id": f"{type}-{number}{random.choice(['', 'ü', 'Ü'])}",
                    "attributes": json.dumps(kept),
                    "updated_at": 0.0,
                }
            )
    _insert(database, Resource, rows)


#: Where things are stored -> the column of their ids, of whatever kind.
_COLUMNS = {
    "accounts": Account.id,
    "tenants": Tenant.slug,
    "organizations": Organization.id,
    "places": Place.id,
    "metering_units": MeteringUnit.id,
    "api_clients": ApiClient.id,
    "resources": Resource.id,
}


class Pairs:
    """The people and things of one tenant, each with what a decision would rest on."""

    def __init__(
        self,
        policies: PolicySet,
        facts: StoredFacts,
        database: Database,
        caller: Caller,
        clock,
    ) -> None:
        self.policies = policies
        #: Type -> id -> prepared values; None where it is a deny in any case.
        self.values: dict[str, dict[str, object]] = {}
        for kind in policies.schema.types.values():
            found = self.values[kind.name] = {}
            column = _COLUMNS[kind.facts]
            table = column.model
            mine = (table.slug if table is Tenant else table.tenant) == caller.tenant
            if table is Resource:
                mine &= table.type == kind.name
            chosen = table.select(column).where(mine).distinct().order_by(column)
            for (id,) in chosen.tuples().execute(database.db):
                stored = facts.find(caller.tenant, kind, id)
                if stored is not None:
                    gathered = of_entity(kind, Entity(kind.name, id), stored, caller.tenant)
                    sound = not gathered.fault("")
                    ready = policies.prepared(kind.name, gathered.values) if sound else None
                    found[id] = ready
        nothing = Request(Entity("user", ""), Action(""), Entity("user", ""))
        given = of_context(policies.schema, nothing, caller, "", facts, clock)
        self._context = policies.prepared_context(given.values)

    def allowed(self, signature: Signature, subject: str, resource: str) -> bool:
        """What the compiled functions say of one pair."""
        s = self.values[signature.subject][subject]
        r = self.values[signature.resource][resource]
        if s is None or r is None:
            return False
        return self.policies.compiled(signature).allowed(s, r, self._context)
