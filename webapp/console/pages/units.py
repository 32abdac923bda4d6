"""Metering units: those of one's own scope, their report, and how they are at a glance."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import things, units, versions
from authz.errors import Conflict, InvalidChange
from authz.storage.organizations import CATEGORIES
from authz.storage.things import Wanted
from authz.storage.units import ORGANIZATIONS, STATUSES, MeteringUnit
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("units", __name__)

#: What the list can be narrowed to, besides the words.
NARROWING = ("status", "model", "service_organization", "consumer", "manufacturer")
FILTERS = ("q", "supplied_by", "category", *NARROWING)
#: Organizations of a kind that a form offers, besides those that it shows.
CHOICES_MAX = 200
FIELDS = ("name", "model", "serial", "imei", "status", "version")
TYPE, UPDATE = "metering_unit", "metering_unit:update_service_fields"
ASSIGN = "metering_unit:assign_service"
TRANSFER, DELETE = "metering_unit:transfer", "metering_unit:delete"
DEVICE = "metering_unit:set_device_password"
ACTIONS = (UPDATE, ASSIGN, TRANSFER, DELETE, DEVICE)


@pages.page("/units", action="metering_unit:list")
def list_page() -> ResponseReturnValue:
    """Those that this person may see."""
    desk, asked = present().desk, queried(*FILTERS, "after", "before")
    found = units.page(desk, _wanted(asked), after=asked["after"], before=asked["before"])
    return render_template(
        "units.html",
        form=asked,
        found=found,
        names=names(
            [_chosen(asked), *(organizations_of(one.thing) for one in found.listed)]
        ),
        statuses=STATUSES,
        categories=CATEGORIES,
        may_add=desk.may("metering_unit:create", "tenant", desk.tenant),
        may_export=desk.may("report:export", "tenant", desk.tenant),
        is_narrowed=any(asked[name] for name in FILTERS),
        export=_address("units.as_csv", asked, {}),
        link=lambda **new: _address("units.list_page", asked, new),
    )


@pages.page("/units.csv", action="report:export")
def as_csv() -> ResponseReturnValue:
    """All that the list shows, as far as one's reports reach, for a spreadsheet."""
    text = units.report_csv(present().desk, _wanted(queried(*FILTERS)))
    return _file(text)


@pages.page("/units/<id>", action="metering_unit:read", on=TYPE)
def page(id: str) -> ResponseReturnValue:
    """One unit, with what may be changed of it."""
    desk = present().desk
    unit = units.find(desk, id)
    values = {name: getattr(unit, name) or "" for name in FIELDS[:-1]}
    return _page(unit, Form(values | {"version": versions.of(unit)}))


@pages.page("/units/<id>", methods=["POST"], action=UPDATE, on=TYPE)
def save(id: str) -> ResponseReturnValue:
    """Another name, model, serial number, IMEI or status."""
    desk, typed = present().desk, posted(*FIELDS)
    unit = units.find(desk, id)
    try:
        units.update(
            desk,
            id,
            version=typed["version"],
            name=typed["name"],
            model=typed["model"],
            serial=typed["serial"],
            imei=typed["imei"],
            status=typed["status"],
        )
    except (InvalidChange, Conflict) as exc:
        return _page(unit, typed.refused(exc)), status_of(exc)
    flash(_("%(name)s was saved.", name=unit.name), "allow")
    return go(url_for("units.page", id=id))


@pages.page("/units/<id>/service", methods=["POST"], action=ASSIGN, on=TYPE)
def assign(id: str) -> ResponseReturnValue:
    """Another service organization, or none."""
    desk, typed = present().desk, posted("service_organization", "version")
    unit = units.find(desk, id)
    try:
        organization = typed["service_organization"] or None
        units.assign_service(desk, id, organization, version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        return _page(unit, typed.refused(exc, "service_organization")), status_of(exc)
    flash(_("%(name)s was saved.", name=unit.name), "allow")
    return go(url_for("units.page", id=id))


@pages.page("/units/<id>/transfer", methods=["POST"], action=TRANSFER, on=TYPE)
def transfer(id: str) -> ResponseReturnValue:
    """Another supplier, and with it another consumer."""
    desk, typed = present().desk, posted("supply_company", "consumer", "version")
    unit = units.find(desk, id)
    try:
        units.transfer(
            desk,
            id,
            supply_company=typed["supply_company"],
            consumer=typed["consumer"] or None,
            version=typed["version"],
        )
    except (InvalidChange, Conflict) as exc:
        return _page(unit, typed.refused(exc)), status_of(exc)
    flash(_("%(name)s was saved.", name=unit.name), "allow")
    return go(url_for("units.page", id=id))


@pages.page("/units/<id>/device-password", methods=["POST"], action=DEVICE, on=TYPE)
def set_device_password(id: str) -> ResponseReturnValue:
    """Another password of the device; it is on no page."""
    desk, typed = present().desk, posted("device_password")
    unit = units.find(desk, id)
    try:
        units.set_device_password(desk, id, typed["device_password"])
    except (InvalidChange, Conflict) as exc:
        return _page(unit, typed.refused(exc)), status_of(exc)
    flash(_("The device of %(name)s has another password.", name=unit.name), "allow")
    return go(url_for("units.page", id=id))


@pages.page("/reports", action="report:view")
def report() -> ResponseReturnValue:
    """The units of one's scope by organization, status and category."""
    desk = present().desk
    return render_template(
        "report.html",
        report=units.report(desk),
        exports=desk.may("report:export", "tenant", desk.tenant),
    )


@pages.page("/reports.csv", action="report:export")
def report_csv() -> ResponseReturnValue:
    """The same for a spreadsheet."""
    return _file(units.report_csv(present().desk))


@pages.page("/monitoring", action="monitoring:view")
def monitoring() -> ResponseReturnValue:
    """How the units of one's scope are."""
    counted = units.monitoring(present().desk)
    return render_template("monitoring.html", counted=counted, total=sum(counted.values()))


def _page(unit: MeteringUnit, form: Form) -> str:
    desk = present().desk

    def may(action: str) -> bool:
        return desk.may(action, TYPE, unit.id)

    return render_template(
        "unit.html",
        unit=unit,
        form=form,
        version=versions.of(unit),
        names=names([organizations_of(unit)]),
        statuses=STATUSES,
        may={action.partition(":")[2] for action in ACTIONS if may(action)},
        password_at=units.device_password_set_at(desk, unit.id) if may(DEVICE) else None,
    )


def names(shown: Iterable[Mapping[str, str | None]] = ()) -> Mapping[str, dict[str, str]]:
    """Kind -> id -> name of the organizations that this person may see: the first of each
    kind, to choose from, and those that are shown.
    """
    desk, rows = present().desk, list(shown)
    found: dict[str, dict[str, str]] = {}
    for kind in ORGANIZATIONS:
        if desk.may(f"{kind}:list", "tenant", desk.tenant):
            ids = tuple({id for row in rows if (id := row.get(kind))})
            pages = (Wanted(), Wanted(ids=ids)) if ids else (Wanted(),)
            listed = (things.page(desk, kind, one, limit=CHOICES_MAX) for one in pages)
            both = (one.thing for page in listed for one in page.listed)
            found[kind] = {thing.id: thing.name for thing in both}
    return found


def organizations_of(unit: MeteringUnit) -> dict[str, str | None]:
    """Kind -> id of the organizations of a unit."""
    return {kind: getattr(unit, kind) for kind in ORGANIZATIONS}


def _wanted(asked: Form) -> Wanted:
    return Wanted(
        text=asked["q"],
        values=tuple((name, asked[name]) for name in NARROWING if asked[name]),
        supplied_by=asked["supplied_by"] or None,
        category=asked["category"] or None,
    )


def _chosen(asked: Form) -> dict[str, str | None]:
    """The organizations that the list is narrowed to, which a form must offer."""
    return {
        "supply_company": asked["supplied_by"],
        **{kind: asked[kind] for kind in ORGANIZATIONS[1:]},
    }


def _address(page: str, asked: Form, new: Mapping[str, str]) -> str:
    known = {name: asked[name] for name in FILTERS} | dict(new)
    values: dict[str, Any] = {name: value for name, value in known.items() if value}
    return url_for(page, **values)


def _file(text: str) -> Response:
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=units.csv"
    return response
