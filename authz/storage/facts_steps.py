"""How a facts file becomes writes: one step for each thing in it.

Each step is an ordinary change, with its revision and its event, so that nothing enters a
database by another door.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from authz.accounts import passwords
from authz.accounts.passwords import Hasher
from authz.engine.schema import Schema
from authz.errors import ConfigError
from authz.storage import (
    access,
    clients,
    organizations,
    people,
    places,
    resources,
    tenants,
    units,
)
from authz.storage.database import Database
from authz.storage.events import SERVICE
from authz.storage.facts_file import Item, tenants_of, users_of

#: One step: where in the file, and what to do.
Step = tuple[str, Callable[[], object]]
#: List of the file -> the type of what it holds, kept as resources.
RESOURCE_LISTS = {"customers": "customer", "assets": "asset", "tickets": "ticket"}
ORGANIZATION_LISTS = {
    "supply_companies": "supply_company",
    "service_organizations": "service_organization",
    "manufacturers": "manufacturer",
    "consumers": "consumer",
}
ORGANIZATION_KEYS = ("id", "name", "parent", "supply_company", "category")
UNIT_KEYS = (
    "id",
    "name",
    "supply_company",
    "service_organization",
    "consumer",
    "manufacturer",
    "resource",
    "model",
    "serial",
    "imei",
    "status",
)


def steps(
    database: Database, schema: Schema, facts: Item, password: str | None, hasher: Hasher
) -> Iterator[Step]:
    """All of the file, in an order in which nothing refers to what is not there yet."""
    for tenant in tenants_of(facts):
        slug = tenant.text("slug")
        yield tenant.where, partial(_tenant, database, tenant, hasher)
        for user in users_of(tenant):
            yield user.where, partial(_account, database, slug, user, password, hasher)
        yield from _places(database, slug, tenant)
        yield from _organizations(database, slug, tenant)
        yield from _resources(database, schema, slug, tenant)
        for user in users_of(tenant):
            yield user.where, partial(_access, database, slug, user)
        for client in tenant.items("api_clients", ("name", "scopes", "channel")):
            yield client.where, partial(_client, database, slug, client)
        _check_admin(tenant)


def _tenant(database: Database, tenant: Item, hasher: Hasher) -> None:
    protection = tenant.mapping("ppp", ("enabled", "password"))
    tenants.create_tenant(
        database,
        tenant.text("slug"),
        actor=SERVICE,
        name=tenant.text("name"),
        kind=tenant.text("kind"),
        email=tenant.optional_text("email"),
        country=tenant.optional_text("country"),
        ppp_hash=hasher.hash(protection.text("password"))
        if protection.flag("enabled")
        else None,
    )


def _check_admin(tenant: Item) -> None:
    admin = tenant.optional_text("admin")
    if admin is not None and admin not in {user.text("email") for user in users_of(tenant)}:
        raise ConfigError(f"{tenant.where}: the admin `{admin}` is none of its users")


def _account(
    database: Database, slug: str, user: Item, password: str | None, hasher: Hasher
) -> None:
    email = user.text("email")
    if password is not None:
        passwords.check(password, email)
    people.create_account(
        database,
        slug,
        actor=SERVICE,
        email=email,
        name=user.text("name"),
        password_hash=None if password is None else hasher.hash(password),
        timezone=user.optional_text("timezone") or "UTC",
        language=user.optional_text("language") or "en",
    )


def _access(database: Database, slug: str, user: Item) -> None:
    email, level = user.text("email"), user.optional_text("level")
    bindings = user.mapping("bindings")
    access.set_access(
        database,
        slug,
        email,
        actor=SERVICE,
        roles=dict.fromkeys([*user.texts("roles"), *([level] if level else [])]),
        options=user.texts("options"),
        bindings={str(kind): bindings.texts(kind) for kind in bindings.data},
    )
    match user.optional_text("status"):
        case None | "active":
            pass
        case "deleted":
            people.delete_account(database, slug, email, actor=SERVICE)
        case status:
            people.set_status(database, slug, email, status, actor=SERVICE)


def _places(database: Database, slug: str, tenant: Item) -> Iterator[Step]:
    def step(kind: str, place: Item, parent: str | None = None) -> Step:
        create = partial(places.create_place, database, slug, kind, actor=SERVICE)
        manager = place.optional_text("manager")
        name = place.text("name")
        return place.where, partial(
            create, place.text("id"), name=name, parent=parent, manager=manager
        )

    for cluster in tenant.items("clusters", ("id", "name", "manager", "minigrids")):
        yield step("cluster", cluster)
        for minigrid in cluster.items("minigrids", ("id", "name", "villages")):
            yield step("minigrid", minigrid, cluster.text("id"))
            for name in minigrid.texts("villages"):
                village = Item({"id": _id_of(name), "name": name}, minigrid.where)
                yield step("village", village, minigrid.text("id"))


def _id_of(name: str) -> str:
    """The id of a village that has only a name: `Mafia Village` is `mafia-village`."""
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")


def _organizations(database: Database, slug: str, tenant: Item) -> Iterator[Step]:
    for key, kind in ORGANIZATION_LISTS.items():
        create = partial(
            organizations.create_organization, database, slug, kind, actor=SERVICE
        )
        for item in tenant.items(key, ORGANIZATION_KEYS):
            values = {name: item.optional_text(name) for name in ORGANIZATION_KEYS[2:]}
            yield (
                item.where,
                partial(create, item.text("id"), name=item.text("name"), **values),
            )
    for item in tenant.items("metering_units", UNIT_KEYS):
        given = {name: item.optional_text(name) for name in UNIT_KEYS}
        texts = {name: value for name, value in given.items() if value is not None}
        texts |= {name: item.text(name) for name in UNIT_KEYS[:3]}
        unit = units.MeteringUnit(tenant=slug, **texts)
        yield item.where, partial(units.create_unit, database, unit, actor=SERVICE)


def _resources(
    database: Database, schema: Schema, slug: str, tenant: Item
) -> Iterator[Step]:
    put = partial(resources.put, database, schema, slug, actor=SERVICE)
    for key, type in RESOURCE_LISTS.items():
        declared = schema.types[type].attributes if type in schema.types else {}
        for item in tenant.items(key):
            values = {name: value for name, value in item.data.items() if name != "id"}
            attributes = {name: values.pop(name) for name in declared if name in values}
            yield (
                item.where,
                partial(put, type, item.text("id"), attributes, details=values),
            )
    plugins = tenant.mapping("plugins")
    for plugin in plugins.data:
        details = {"enabled": plugins.flag(plugin)}
        yield plugins.where, partial(put, "plugin", str(plugin), {}, details=details)
    for item in tenant.items("resources", ("type", "id", "attributes")):
        attributes = dict(item.mapping("attributes").data)
        yield item.where, partial(put, item.text("type"), item.text("id"), attributes)


def _client(database: Database, slug: str, client: Item) -> None:
    clients.create(
        database,
        slug,
        client.text("name"),
        client.texts("scopes"),
        actor=SERVICE,
        channel=client.optional_text("channel"),
    )
