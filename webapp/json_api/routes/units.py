"""Metering units: those of one's scope, who supplies and services them; reports and
monitoring.
"""

from msgspec.structs import asdict

from authz.administration import units
from authz.storage.things import Wanted
from authz.storage.units import MeteringUnit
from webapp.json_api.answers import DONE, Done, Text
from webapp.json_api.declared import Routes
from webapp.json_api.listing import narrowed
from webapp.json_api.parts import Present
from webapp.json_api.shapes import VersionQuery
from webapp.json_api.unit_shapes import (
    DevicePassword,
    ListedUnit,
    NewUnit,
    Unit,
    UnitChange,
    UnitFilters,
    UnitMonitoring,
    UnitQuery,
    UnitReport,
    Units,
    UnitService,
    UnitTransfer,
    unit_shape,
)

routes = Routes("units", __name__, group="Metering units")

TYPE = units.TYPE
CSV = "text/csv; charset=utf-8"


@routes.route_of(
    "GET",
    "/units",
    "List metering units",
    query=UnitQuery,
    answer=Units,
    action="metering_unit:list",
)
def list_units(who: Present, query: UnitQuery) -> Units:
    """Those that the person may see."""
    found = units.page(
        who.desk,
        _wanted(query),
        after=query.after,
        before=query.before,
        limit=query.limit,
    )
    listed = [ListedUnit(unit_shape(one.thing), sorted(one.marks)) for one in found.listed]
    return Units(listed, found.next, found.previous)


@routes.route_of(
    "POST",
    "/units",
    "Add a metering unit",
    body=NewUnit,
    answer=Unit,
    status=201,
    action="metering_unit:create",
)
def add_unit(who: Present, body: NewUnit) -> Unit:
    """A new unit."""
    unit = MeteringUnit(tenant=who.desk.tenant, **asdict(body))
    return unit_shape(units.create(who.desk, unit))


@routes.route_of(
    "GET",
    "/units/<id>",
    "Read a metering unit",
    answer=Unit,
    action="metering_unit:read",
    on=TYPE,
)
def read_unit(who: Present, id: str) -> Unit:
    """One unit."""
    return unit_shape(units.find(who.desk, id))


@routes.route_of(
    "PATCH",
    "/units/<id>",
    "Change a metering unit",
    body=UnitChange,
    answer=Unit,
    action="metering_unit:update_service_fields",
    on=TYPE,
)
def edit_unit(who: Present, id: str, body: UnitChange) -> Unit:
    """Another name, model, serial number, IMEI or status."""
    return unit_shape(units.update(who.desk, id, **asdict(body)))


@routes.route_of(
    "PUT",
    "/units/<id>/service",
    "Have a metering unit serviced by another organization",
    body=UnitService,
    answer=Unit,
    action="metering_unit:assign_service",
    on=TYPE,
)
def assign_unit(who: Present, id: str, body: UnitService) -> Unit:
    """The unit serviced by another organization, or by none."""
    saved = units.assign_service(
        who.desk, id, body.service_organization, version=body.version
    )
    return unit_shape(saved)


@routes.route_of(
    "PUT",
    "/units/<id>/supply",
    "Transfer a metering unit to another supplier",
    body=UnitTransfer,
    answer=Unit,
    action="metering_unit:transfer",
    on=TYPE,
)
def transfer_unit(who: Present, id: str, body: UnitTransfer) -> Unit:
    """The unit with another supplier and another consumer."""
    saved = units.transfer(
        who.desk,
        id,
        supply_company=body.supply_company,
        consumer=body.consumer,
        version=body.version,
    )
    return unit_shape(saved)


@routes.route_of(
    "PUT",
    "/units/<id>/device-password",
    "Set the password of a device",
    body=DevicePassword,
    action="metering_unit:set_device_password",
    on=TYPE,
)
def set_device_password(who: Present, id: str, body: DevicePassword) -> Done:
    """The device has another password."""
    units.set_device_password(who.desk, id, body.device_password)
    return DONE


@routes.route_of(
    "DELETE",
    "/units/<id>",
    "Delete a metering unit",
    query=VersionQuery,
    action="metering_unit:delete",
    on=TYPE,
    confirmed=True,
)
def delete_unit(who: Present, id: str, query: VersionQuery) -> Done:
    """It is gone, and its id is not used again."""
    units.delete(who.desk, id, version=query.version)
    return DONE


@routes.route_of(
    "GET",
    "/reports/units",
    "The report of metering units",
    answer=UnitReport,
    action="report:view",
)
def report(who: Present) -> UnitReport:
    """The units of the person's scope."""
    found = units.report(who.desk)
    return UnitReport(
        list(found.rows),
        found.by_supplier,
        found.by_service,
        found.by_category,
        found.by_status,
    )


@routes.route_of(
    "GET",
    "/reports/units.csv",
    "The same for a spreadsheet",
    query=UnitFilters,
    content_type=CSV,
    action="report:export",
)
def report_csv(who: Present, query: UnitFilters) -> Text:
    """The wanted units of the person's scope."""
    return Text(units.report_csv(who.desk, _wanted(query)), CSV, "units.csv")


@routes.route_of(
    "GET",
    "/monitoring",
    "What metering units do, at a glance",
    answer=UnitMonitoring,
    action="monitoring:view",
)
def monitoring(who: Present) -> UnitMonitoring:
    """How many units have which status."""
    return UnitMonitoring(units.monitoring(who.desk))


def _wanted(query: UnitFilters) -> Wanted:
    values = narrowed(
        supply_company=query.supply_company,
        service_organization=query.service_organization,
        consumer=query.consumer,
        manufacturer=query.manufacturer,
        model=query.model,
        status=query.status,
    )
    return Wanted(query.q, values, supplied_by=query.supplied_by, category=query.category)
