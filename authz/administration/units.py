"""Metering units: who supplies, services and uses them, and what one sees of them at a
glance. Every list is the filter of the policies.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from msgspec import Struct

from authz.administration import things, versions
from authz.administration.desk import Desk
from authz.administration.tables import csv_text
from authz.administration.things import Things
from authz.storage import organizations, units
from authz.storage.things import Wanted
from authz.storage.units import MeteringUnit

TYPE, COMPANY = "metering_unit", "supply_company"
MARKED = (
    "metering_unit:update_service_fields",
    "metering_unit:transfer",
    "metering_unit:assign_service",
    "metering_unit:delete",
)
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
    """A new unit of the person's company, whatever tenant it names.

    Raises: Refused; Conflict when the id is taken; InvalidChange with the field.
    """
    with desk.deciding():
        actor = desk.require("metering_unit:create", "tenant", desk.tenant)
        return units.create_unit(
            desk.database, replace(unit, tenant=desk.tenant), actor=actor
        )


def update(
    desk: Desk,
    id: str,
    *,
    version: str | None = None,
    name: str | None = None,
    model: str | None = None,
    serial: str | None = None,
    imei: str | None = None,
) -> MeteringUnit:
    """Another name, model, serial number or IMEI; None keeps what is there.

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
        if not changed:
            return before
        return units.update_unit(desk.database, desk.tenant, id, actor=actor, **changed)


def set_status(desk: Desk, id: str, status: str) -> MeteringUnit:
    """The unit as working, sealed or in repair. Raises: as `update`."""
    with desk.deciding():
        actor = desk.require("metering_unit:update_service_fields", TYPE, id)
        return units.set_status(desk.database, desk.tenant, id, status, actor=actor)


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


def delete(desk: Desk, id: str) -> None:
    """Delete a unit; its id is not used again. Raises: Refused, NotFound."""
    with desk.deciding():
        actor = desk.require("metering_unit:delete", TYPE, id)
        units.delete_unit(desk.database, desk.tenant, id, actor=actor)


def report(desk: Desk) -> Report:
    """The units that the person may see reports of. Raises: Refused."""
    desk.require("report:view", "tenant", desk.tenant)
    return _report(desk, "report:view")


def report_csv(desk: Desk) -> str:
    """The units that the person may export reports of, as CSV. Raises: Refused."""
    desk.require("report:export", "tenant", desk.tenant)
    rows = _report(desk, "report:export").rows
    return csv_text(REPORT, ([getattr(row, name) for name in REPORT] for row in rows))


def monitoring(desk: Desk) -> dict[str, int]:
    """Status -> how many units that the person monitors have it. Raises: Refused."""
    desk.require("monitoring:view", "tenant", desk.tenant)
    counted = Counter(unit.status for unit in _units(desk, "monitoring:view"))
    return {status: counted[status] for status in units.STATUSES}


def _units(desk: Desk, action: str) -> Iterable[MeteringUnit]:
    return things.all_of(desk, TYPE, action)


def _report(desk: Desk, action: str) -> Report:
    known = {
        kind: {
            one.id: one
            for one in organizations.list_organizations(desk.database, desk.tenant, kind)
        }
        for kind in (COMPANY, "service_organization", "consumer")
    }

    def name(kind: str, id: str | None) -> str:
        found = known[kind].get(id or "")
        return found.name if found else ""

    rows = []
    for unit in _units(desk, action):
        consumer = known["consumer"].get(unit.consumer or "")
        rows.append(
            Row(
                unit.id,
                unit.name,
                name(COMPANY, unit.supply_company),
                name("service_organization", unit.service_organization),
                consumer.name if consumer else "",
                (consumer.category or "") if consumer else "",
                unit.model or "",
                unit.status,
            )
        )
    return Report(
        tuple(rows),
        *(
            dict(sorted(Counter(getattr(row, field) for row in rows).items()))
            for field in ("supplier", "service", "category", "status")
        ),
    )
