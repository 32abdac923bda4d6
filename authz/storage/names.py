"""What things are called, those that were deleted too."""

from collections.abc import Iterable
from typing import Any

import peewee as pw

from authz.storage.database import Database
from authz.storage.tables import (
    Account,
    ApiClient,
    MeteringUnit,
    Organization,
    Place,
    Resource,
    Tenant,
)

#: Ids that one query looks for.
CHUNK = 500
_PLAIN: dict[str, Any] = {
    "user": Account,
    "api_client": ApiClient,
    "metering_unit": MeteringUnit,
}
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("cluster", "minigrid", "village"), Place),
    **dict.fromkeys(
        ("supply_company", "service_organization", "manufacturer", "consumer"), Organization
    ),
}


def names(
    database: Database, tenant: str, things: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Type and id -> name, of those of the tenant's things that have one."""
    wanted: dict[str, list[str]] = {}
    for type, id in dict.fromkeys(things):
        wanted.setdefault(type, []).append(id)
    found: dict[tuple[str, str], str] = {}
    with database.reading():
        for type, ids in sorted(wanted.items()):
            for start in range(0, len(ids), CHUNK):
                chosen = _chosen(tenant, type, ids[start : start + CHUNK])
                rows = chosen.tuples().execute(database.db)
                found |= {(type, id): str(name) for id, name in rows if name}
    return found


def _chosen(tenant: str, type: str, ids: list[str]) -> Any:
    if type == "tenant":
        own = (Tenant.slug == tenant) & Tenant.slug.in_(ids)
        return Tenant.select(Tenant.slug, Tenant.name).where(own)
    table = _PLAIN.get(type) or _KINDS.get(type)
    if table is None:
        mine = (Resource.tenant == tenant) & (Resource.type == type) & Resource.id.in_(ids)
        name = pw.fn.json_extract(Resource.details, "$.name")
        return Resource.select(Resource.id, name).where(mine)
    mine = (table.tenant == tenant) & table.id.in_(ids)
    if type in _KINDS:
        mine &= table.kind == type
    return table.select(table.id, table.name).where(mine)
