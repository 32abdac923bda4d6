"""Passwords of the devices of metering units: set, and never read again.

What is kept is a hash, in a table that no list and no rule looks into.
"""

from authz.storage.administration_tables import DevicePassword as Row
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.units import find_unit


def put(database: Database, tenant: str, unit: str, hash: str, *, actor: Actor) -> None:
    """Another password of the device, as its hash. Raises: NotFound."""
    with database.transaction():
        before = find_unit(database, tenant, unit)
        was_set = set_at(database, tenant, unit) is not None
        with change(
            database,
            tenant,
            actor=actor,
            action="metering_unit.device_password_set",
            about=("metering_unit", unit),
            label=before.name,
            # WHY no hash: the log says that there is one, and masks it by the name.
            before={"device_password": "set" if was_set else None},
            after={"device_password": "set"},
        ):
            row = {"tenant": tenant, "unit": unit, "hash": hash, "set_at": database.now()}
            Row.insert(**row).on_conflict_replace().execute(database.db)


def set_at(database: Database, tenant: str, unit: str) -> float | None:
    """When it was set last; None: never. Units: epoch seconds."""
    named = (Row.tenant == tenant) & (Row.unit == unit)
    with database.reading():
        found: float | None = Row.select(Row.set_at).where(named).scalar(database.db)
    return found
