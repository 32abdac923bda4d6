"""Metering units: who supplies, services and uses them, and what one sees of them at a
glance. Every list is the filter of the policies.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from msgspec import Struct

from authz.administration import things, versions
from authz.administration.desk import Desk
from authz.administration.organizations import made_id
from authz.administration.tables import csv_text
from authz.administration.things import Things
from authz.errors import InvalidChange
from authz.said import said
from authz.storage import device_passwords, fields, organizations, units
from authz.storage.things import Wanted
from authz.storage.units import MeteringUnit

TYPE, COMPANY = "metering_unit", "supply_company"
MARKED = (
    "metering_unit:update_service_fields",
    "metering_unit:transfer",
    "metering_unit:assign_service",
    "metering_unit:delete",
)
#: Characters of the password of a device.
PASSWORD_MIN, PASSWORD_MAX = 6, 64
REPORT = ("id", "name", "supplier", "service", "consumer", "category", "model", "status")


class Row(Struct, frozen=True):
    """A line of the report: a unit with the names of its organizations."""

    id: str
    name: str
    supplier: str
    service: str
    consumer: str
    category: str
    model: str
    status: str


class Report(Struct, frozen=True):
    """The units of somebody's scope."""

    rows: tuple[Row, ...]
    #: Supplier, service organization, category or status -> how many units it has.
    by_supplier: dict[str, int]
    by_service: dict[str, int]
    by_category: dict[str, int]
    by_status: dict[str, int]


def page(
    desk: Desk,
    wanted: Wanted = things.NOTHING,
    *,
    after: str = "",
    before: str = "",
    limit: int = 50,
) -> Things:
    """The units that the person may see. Raises: Refused, RequestError."""
    desk.require("metering_unit:list", "tenant", desk.tenant)
    return things.page(
        desk, TYPE, wanted, marked=MARKED, after=after, before=before, limit=limit
    )


def find(desk: Desk, id: str) -> MeteringUnit:
    """One unit. Raises: Refused, NotFound."""
    desk.require("metering_unit:read", TYPE, id)
    return units.find_unit(desk.database, desk.tenant, id)


def create(desk: Desk, unit: MeteringUnit) -> MeteringUnit:
    """A new unit of the person's company, whatever tenant it names; without an id it gets
    one that is made of its name.

    Raises: Refused; Conflict when the id is taken; InvalidChange with the field.
    """
    with desk.deciding():
        actor = desk.require("metering_unit:create", "tenant", desk.tenant)
        own = replace(unit, tenant=desk.tenant, id=unit.id or made_id(unit.name))
        return units.create_unit(desk.database, own, actor=actor)


def update(
    desk: Desk,
    id: str,
    *,
    version: str | None = None,
    name: str | None = None,
    model: str | None = None,
    serial: str | None = None,
    imei: str | None = None,
    status: str | None = None,
) -> MeteringUnit:
    """Another name, model, serial number, IMEI or status; None keeps what is there.

    Raises: Refused; NotFound; Conflict for an old version; InvalidChange with the field.
    """
    wanted = {"name": name, "model": model, "serial": serial, "imei": imei}
    with desk.deciding():
        actor = desk.require("metering_unit:update_service_fields", TYPE, id)
        before = units.find_unit(desk.database, desk.tenant, id)
        versions.check(before, version)
        changed = {
            field: value
            for field, value in wanted.items()
            if value is not None and value.strip() != (getattr(before, field) or "")
        }
        unit = before
        if changed:
            unit = units.update_unit(desk.database, desk.tenant, id, actor=actor, **changed)
            # WHY without a revision: these are two changes, and nothing comes between.
            actor = replace(actor, decided_at=None)
        if status is not None and status != before.status:
            unit = units.set_status(desk.database, desk.tenant, id, status, actor=actor)
        return unit


def assign_service(
    desk: Desk, id: str, organization: str | None, *, version: str | None = None
) -> MeteringUnit:
    """The unit serviced by another organization, or by none. Raises: as `update`."""
    with desk.deciding():
        actor = desk.require("metering_unit:assign_service", TYPE, id)
        versions.check(units.find_unit(desk.database, desk.tenant, id), version)
        return units.assign_service(
            desk.database, desk.tenant, id, organization or None, actor=actor
        )


def transfer(
    desk: Desk,
    id: str,
    *,
    supply_company: str,
    consumer: str | None,
    version: str | None = None,
) -> MeteringUnit:
    """The unit with another supplier and another consumer. Raises: as `update`."""
    with desk.deciding():
        actor = desk.require("metering_unit:transfer", TYPE, id)
        versions.check(units.find_unit(desk.database, desk.tenant, id), version)
        return units.transfer(
            desk.database,
            desk.tenant,
            id,
            supply_company=supply_company,
            consumer=consumer or None,
            actor=actor,
        )


def set_device_password(desk: Desk, id: str, password: str) -> None:
    """Another password of the unit's device, which nobody can read again.

    Raises: Refused; NotFound; InvalidChange with the field `device_password`.
    """
    action = "metering_unit:set_device_password"
    desk.require(action, TYPE, id)
    text = fields.text(password, "device_password", PASSWORD_MAX)
    if len(text) < PASSWORD_MIN:
        raise InvalidChange(
            said(
                "the password of a device has at least {least} characters",
                least=PASSWORD_MIN,
            ),
            field="device_password",
        )
    hashed = desk.hasher.hash(text)
    with desk.deciding():
        actor = desk.require(action, TYPE, id)
        device_passwords.put(desk.database, desk.tenant, id, hashed, actor=actor)


def device_password_set_at(desk: Desk, id: str) -> float | None:
    """When the password of the device was set last, for who may set it; None: never.

    Raises: Refused, NotFound. Units: epoch seconds.
    """
    desk.require("metering_unit:set_device_password", TYPE, id)
    return device_passwords.set_at(desk.database, desk.tenant, id)


def delete(desk: Desk, id: str, *, version: str | None = None) -> None:
    """Delete a unit; its id is not used again.

    Raises: Refused; NotFound; Conflict for an old version.
    """
    with desk.deciding():
        actor = desk.require("metering_unit:delete", TYPE, id)
        versions.check(units.find_unit(desk.database, desk.tenant, id), version)
        units.delete_unit(desk.database, desk.tenant, id, actor=actor)


def report(desk: Desk) -> Report:
    """The units that the person may see reports of. Raises: Refused."""
    desk.require("report:view", "tenant", desk.tenant)
    return _report(desk, "report:view")


def report_csv(desk: Desk, wanted: Wanted = things.NOTHING) -> str:
    """Those of the wanted units that the person may export reports of, as CSV.

    Raises: Refused, RequestError.
    """
    desk.require("report:export", "tenant", desk.tenant)
    rows = _report(desk, "report:export", wanted).rows
    return csv_text(REPORT, ([getattr(row, name) for name in REPORT] for row in rows))


def monitoring(desk: Desk) -> dict[str, int]:
    """Status -> how many units that the person monitors have it. Raises: Refused."""
    desk.require("monitoring:view", "tenant", desk.tenant)
    seen = _units(desk, "monitoring:view", things.NOTHING)
    counted = Counter(unit.status for unit in seen)
    return {status: counted[status] for status in units.STATUSES}


def _units(desk: Desk, action: str, wanted: Wanted) -> Iterable[MeteringUnit]:
    return things.all_of(desk, TYPE, action, wanted)


def _report(desk: Desk, action: str, wanted: Wanted = things.NOTHING) -> Report:
    listed = organizations.list_organizations(desk.database, desk.tenant, "consumer")
    categories = {one.id: one.category or "" for one in listed}
    # WHY by the filter: who may not see an organization learns no name of it here.
    names = {
        (kind, one.id): one.name
        for kind in (COMPANY, "service_organization", "consumer")
        for one in things.all_of(desk, kind)
    }

    def name(kind: str, id: str | None) -> str:
        return names.get((kind, id), id) if id else ""

    rows = tuple(
        Row(
            unit.id,
            unit.name,
            name(COMPANY, unit.supply_company),
            name("service_organization", unit.service_organization),
            name("consumer", unit.consumer),
            categories.get(unit.consumer or "", ""),
            unit.model or "",
            unit.status,
        )
        for unit in _units(desk, action, wanted)
    )
    return Report(
        rows,
        *(
            dict(sorted(Counter(getattr(row, field) for row in rows).items()))
            for field in ("supplier", "service", "category", "status")
        ),
    )
