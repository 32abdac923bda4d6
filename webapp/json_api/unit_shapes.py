"""The shapes of metering units, as they are asked for and sent."""

from typing import Literal

from msgspec import Struct

from authz.administration import units, versions
from authz.storage.units import MeteringUnit
from webapp.json_api.bodies import Body
from webapp.json_api.listing import Limit

Status = Literal["working", "sealed", "repair"]
Category = Literal["industrial", "commercial", "household"]


class UnitFilters(Body, frozen=True):
    """Which units; every part narrows them."""

    q: str = ""
    #: Supplied by this company, or by it or one of its branches.
    supply_company: str | None = None
    supplied_by: str | None = None
    service_organization: str | None = None
    consumer: str | None = None
    category: Category | None = None
    manufacturer: str | None = None
    model: str | None = None
    status: Status | None = None


class UnitQuery(UnitFilters, frozen=True):
    """A page of units."""

    after: str = ""
    before: str = ""
    limit: Limit = 50


class Unit(Struct, frozen=True):
    """One metering unit; the organizations are ids."""

    id: str
    name: str
    supply_company: str
    service_organization: str | None
    consumer: str | None
    manufacturer: str | None
    #: What it measures: gas, water or electricity.
    resource: str | None
    model: str | None
    serial: str | None
    imei: str | None
    status: str
    version: str


class ListedUnit(Struct, frozen=True):
    """A unit in a list, with the actions that are open to the reader."""

    unit: Unit
    marks: list[str]


class Units(Struct, frozen=True):
    """A page of units; `next` and `previous` are what to ask `after` and `before`."""

    units: list[ListedUnit]
    next: str | None
    previous: str | None


class NewUnit(Body, frozen=True):
    """A unit to be added; without an id it gets one that is made of its name."""

    name: str
    supply_company: str
    id: str = ""
    service_organization: str | None = None
    consumer: str | None = None
    manufacturer: str | None = None
    resource: Literal["gas", "water", "electricity"] | None = None
    model: str | None = None
    serial: str | None = None
    imei: str | None = None
    status: Status = "working"


class UnitChange(Body, frozen=True):
    """What is to change; what is left out stays."""

    name: str | None = None
    model: str | None = None
    serial: str | None = None
    imei: str | None = None
    status: Status | None = None
    version: str | None = None


class UnitService(Body, frozen=True):
    """Who services a unit; null: nobody."""

    service_organization: str | None
    version: str | None = None


class UnitTransfer(Body, frozen=True):
    """Who supplies a unit, and who uses it; null: nobody."""

    supply_company: str
    consumer: str | None
    version: str | None = None


class DevicePassword(Body, frozen=True):
    """Another password of a device; nobody can read it again."""

    device_password: str


class UnitReport(Struct, frozen=True):
    """The units of somebody's scope, by what they belong to."""

    rows: list[units.Row]
    by_supplier: dict[str, int]
    by_service: dict[str, int]
    by_category: dict[str, int]
    by_status: dict[str, int]


class UnitMonitoring(Struct, frozen=True):
    """Status -> how many units that the person monitors have it."""

    by_status: dict[str, int]


def unit_shape(one: MeteringUnit) -> Unit:
    """A unit as it is sent."""
    names = [name for name in Unit.__struct_fields__ if name != "version"]
    told = {name: getattr(one, name) for name in names}
    return Unit(**told, version=versions.of(one))
