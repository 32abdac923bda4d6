"""Areas of a company's settings, each a small document that no rule reads."""

import json
from collections.abc import Mapping

from authz.storage.administration_tables import Setting as Row
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor


def find(database: Database, tenant: str, area: str) -> dict[str, str]:
    """What is set in that area; empty where nothing was set yet."""
    named = (Row.tenant == tenant) & (Row.area == area)
    with database.reading():
        row = Row.select().where(named).first(database.db)
    return {} if row is None else dict(json.loads(row.document))


def put(
    database: Database, tenant: str, area: str, values: Mapping[str, str], *, actor: Actor
) -> None:
    """Exactly these values."""
    with database.transaction():
        before = find(database, tenant, area)
        with change(
            database,
            tenant,
            actor=actor,
            action=f"{area}.updated",
            about=(area, tenant),
            before={name: value for name, value in before.items() if name in values},
            after=dict(values),
        ):
            Row.insert(
                tenant=tenant,
                area=area,
                document=json.dumps(dict(values), sort_keys=True, ensure_ascii=False),
                updated_at=database.now(),
            ).on_conflict_replace().execute(database.db)
