"""Metering units: who supplies, services, uses and made each."""

from dataclasses import asdict, dataclass, replace

from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import said
from authz.storage import fields
from authz.storage.administration_tables import DevicePassword
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.organizations import check_exists
from authz.storage.tables import MeteringUnit as Row

STATUSES = ("working", "sealed", "repair")
RESOURCES = ("gas", "water", "electricity")
ORGANIZATIONS = ("supply_company", "service_organization", "consumer", "manufacturer")


@dataclass(frozen=True, slots=True)
class MeteringUnit:
    """One metering unit; the four organizations are ids."""

    tenant: str
    id: str
    name: str
    supply_company: str
    service_organization: str | None = None
    consumer: str | None = None
    manufacturer: str | None = None
    #: What it measures: gas, water or electricity.
    resource: str | None = None
    model: str | None = None
    serial: str | None = None
    imei: str | None = None
    status: str = "working"


def create_unit(database: Database, unit: MeteringUnit, *, actor: Actor) -> MeteringUnit:
    """The unit as it is saved: without spaces around its texts.

    Raises: Conflict when the id is taken, by a deleted unit too; InvalidChange with the
    field.
    """
    fields.identifier(unit.id)
    fields.choice(unit.status, "status", STATUSES)
    if unit.resource is not None:
        fields.choice(unit.resource, "resource", RESOURCES)
    unit = replace(
        unit,
        name=fields.text(unit.name, "name"),
        model=fields.optional_text(unit.model, "model"),
        serial=fields.optional_text(unit.serial, "serial"),
        imei=fields.optional_text(unit.imei, "imei"),
    )
    row = asdict(unit)
    with change(
        database,
        unit.tenant,
        actor=actor,
        action="metering_unit.created",
        about=("metering_unit", unit.id),
        kind="created",
        label=unit.name,
        after=row,
    ):
        named = (Row.tenant == unit.tenant) & (Row.id == unit.id)
        if Row.select().where(named).exists(database.db):
            raise Conflict(
                said("there is or was a metering unit `{id}` already", id=unit.id)
            )
        for kind in ORGANIZATIONS:
            check_exists(database, unit.tenant, kind, row[kind], kind)
        Row.insert(**row).execute(database.db)
    return unit


def find_unit(database: Database, tenant: str, id: str) -> MeteringUnit:
    """The unit of that id. Raises: NotFound, for a deleted one too."""
    live = (Row.tenant == tenant) & (Row.id == id) & Row.deleted_at.is_null()
    with database.reading():
        row = Row.select().where(live).first(database.db)
    if row is None:
        raise NotFound(f"no metering unit `{id}`")
    return unit_of(row)


def list_units(database: Database, tenant: str) -> list[MeteringUnit]:
    """The units of the tenant, by id."""
    live = (Row.tenant == tenant) & Row.deleted_at.is_null()
    with database.reading():
        return [
            unit_of(r)
            for r in Row.select().where(live).order_by(Row.id).execute(database.db)
        ]


def assign_service(
    database: Database,
    tenant: str,
    id: str,
    service_organization: str | None,
    *,
    actor: Actor,
) -> MeteringUnit:
    """The unit serviced by another organization, or by none."""
    return _update(
        database,
        tenant,
        id,
        "service_assigned",
        {"service_organization": service_organization},
        actor=actor,
    )


def transfer(
    database: Database,
    tenant: str,
    id: str,
    *,
    supply_company: str,
    consumer: str | None,
    actor: Actor,
) -> MeteringUnit:
    """The unit with another supplier and another consumer."""
    new = {"supply_company": supply_company, "consumer": consumer}
    return _update(database, tenant, id, "transferred", new, actor=actor)


def set_status(
    database: Database, tenant: str, id: str, status: str, *, actor: Actor
) -> MeteringUnit:
    """The unit as working, sealed or in repair."""
    fields.choice(status, "status", STATUSES)
    return _update(database, tenant, id, "status_set", {"status": status}, actor=actor)


def update_unit(
    database: Database,
    tenant: str,
    id: str,
    *,
    actor: Actor,
    name: str | None = None,
    model: str | None = None,
    serial: str | None = None,
    imei: str | None = None,
) -> MeteringUnit:
    """The unit with another name, model, serial number or IMEI; None keeps it."""
    new: dict[str, str | None] = {}
    if name is not None:
        new["name"] = fields.text(name, "name")
    for field, value in (("model", model), ("serial", serial), ("imei", imei)):
        if value is not None:
            new[field] = fields.optional_text(value, field)
    return _update(database, tenant, id, "updated", new, actor=actor)


def delete_unit(database: Database, tenant: str, id: str, *, actor: Actor) -> None:
    """Delete a unit; its row stays without a password, and its id is not used again."""
    with database.transaction():
        before = find_unit(database, tenant, id)
        with change(
            database,
            tenant,
            actor=actor,
            action="metering_unit.deleted",
            about=("metering_unit", id),
            kind="deleted",
            label=before.name,
            before=asdict(before),
        ):
            named = (Row.tenant == tenant) & (Row.id == id)
            Row.update(deleted_at=database.now()).where(named).execute(database.db)
            mine = (DevicePassword.tenant == tenant) & (DevicePassword.unit == id)
            DevicePassword.delete().where(mine).execute(database.db)


def _update(
    database: Database,
    tenant: str,
    id: str,
    action: str,
    new: dict[str, str | None],
    *,
    actor: Actor,
) -> MeteringUnit:
    with database.transaction():
        before = find_unit(database, tenant, id)
        for kind in ORGANIZATIONS:
            check_exists(database, tenant, kind, new.get(kind), kind)
        if "supply_company" in new and not new["supply_company"]:
            raise InvalidChange(said("a unit has a supply company"), field="supply_company")
        with change(
            database,
            tenant,
            actor=actor,
            action=f"metering_unit.{action}",
            about=("metering_unit", id),
            label=before.name,
            before={name: getattr(before, name) for name in new},
            after=new,
        ):
            named = (Row.tenant == tenant) & (Row.id == id)
            Row.update(**new).where(named).execute(database.db)
        return find_unit(database, tenant, id)


def unit_of(row: Row) -> MeteringUnit:
    """The unit of a row."""
    return MeteringUnit(
        tenant=row.tenant,
        id=row.id,
        name=row.name,
        supply_company=row.supply_company,
        service_organization=row.service_organization,
        consumer=row.consumer,
        manufacturer=row.manufacturer,
        resource=row.resource,
        model=row.model,
        serial=row.serial,
        imei=row.imei,
        status=row.status,
    )
