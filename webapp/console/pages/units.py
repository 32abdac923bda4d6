"""Metering units: those of one's own scope, their report, and how they are at a glance."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import things, units, versions
from authz.errors import Conflict, InvalidChange
from authz.storage.organizations import CATEGORIES
from authz.storage.things import Wanted
from authz.storage.units import STATUSES, MeteringUnit
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("units", __name__)

#: What the list can be narrowed to, besides the words.
NARROWING = ("status", "service_organization", "manufacturer")
FILTERS = ("q", "supplied_by", "category", *NARROWING)
FIELDS = ("name", "model", "serial", "imei", "status", "version")
TYPE, UPDATE = "metering_unit", "metering_unit:update_service_fields"
ASSIGN = "metering_unit:assign_service"


@pages.page("/units", action="metering_unit:list")
def list_page() -> ResponseReturnValue:
    """Those that this person may see."""
    desk, asked = present().desk, queried(*FILTERS, "after", "before")
    wanted = Wanted(
        text=asked["q"],
        values=tuple((name, asked[name]) for name in NARROWING if asked[name]),
        supplied_by=asked["supplied_by"] or None,
        category=asked["category"] or None,
    )
    found = units.page(desk, wanted, after=asked["after"], before=asked["before"])
    return render_template(
        "units.html",
        form=asked,
        found=found,
        names=_names(),
        statuses=STATUSES,
        categories=CATEGORIES,
        link=lambda **new: _address(asked, new),
    )


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
        )
        if typed["status"] != unit.status:
            units.set_status(desk, id, typed["status"])
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
    text = units.report_csv(present().desk)
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=units.csv"
    return response


@pages.page("/monitoring", action="monitoring:view")
def monitoring() -> ResponseReturnValue:
    """How the units of one's scope are."""
    counted = units.monitoring(present().desk)
    return render_template("monitoring.html", counted=counted, total=sum(counted.values()))


def _page(unit: MeteringUnit, form: Form) -> str:
    desk = present().desk
    return render_template(
        "unit.html",
        unit=unit,
        form=form,
        version=versions.of(unit),
        names=_names(),
        statuses=STATUSES,
        may={action: desk.may(action, TYPE, unit.id) for action in (UPDATE, ASSIGN)},
        edit=UPDATE,
        assign=ASSIGN,
    )


def _names() -> Mapping[str, Mapping[str, str]]:
    """Kind -> id -> name, of the organizations that this person may see."""
    desk = present().desk
    return {
        kind: {one.id: one.name for one in things.all_of(desk, kind)}
        for kind in ("supply_company", "service_organization", "manufacturer", "consumer")
        if desk.may(f"{kind}:list", "tenant", desk.tenant)
    }


def _address(asked: Form, new: Mapping[str, str]) -> str:
    known = {name: asked[name] for name in FILTERS} | dict(new)
    values: dict[str, Any] = {name: value for name, value in known.items() if value}
    return url_for("units.list_page", **values)
