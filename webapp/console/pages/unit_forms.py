"""Adding a metering unit, and deleting one."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import units, versions
from authz.errors import Conflict, InvalidChange
from authz.storage.units import ORGANIZATIONS, RESOURCES, STATUSES, MeteringUnit
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted
from webapp.console.needs import Pages
from webapp.console.pages.units import DELETE, TYPE, names
from webapp.console.visitor import present

pages = Pages("unit_forms", __name__)

TEXTS = ("model", "serial", "imei")
#: Fields that may be left empty, which is then nothing.
OPTIONAL = ("service_organization", "consumer", "manufacturer", "resource", *TEXTS)
FIELDS = ("id", "name", "supply_company", "status", *OPTIONAL)


@pages.page("/units/add", action="metering_unit:create")
def add_form() -> ResponseReturnValue:
    """The empty form."""
    return _form(Form({"status": STATUSES[0]}))


@pages.page("/units/add", methods=["POST"], action="metering_unit:create")
def add() -> ResponseReturnValue:
    """A new unit."""
    desk, typed = present().desk, posted(*FIELDS)
    unit = MeteringUnit(
        desk.tenant,
        typed["id"].strip(),
        typed["name"],
        typed["supply_company"],
        status=typed["status"],
        **{name: typed[name] or None for name in OPTIONAL},
    )
    try:
        made = units.create(desk, unit)
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc, "id")), status_of(exc)
    flash(_("%(name)s was added.", name=made.name), "allow")
    return go(url_for("units.page", id=made.id))


@pages.page("/units/<id>/delete", action=DELETE, on=TYPE, confirmed=True)
def delete_form(id: str) -> ResponseReturnValue:
    """The question before it."""
    unit = units.find(present().desk, id)
    return render_template("unit_delete.html", unit=unit, version=versions.of(unit))


@pages.page("/units/<id>/delete", methods=["POST"], action=DELETE, on=TYPE, confirmed=True)
def delete(id: str) -> ResponseReturnValue:
    """The unit is gone; its events stay."""
    desk, typed = present().desk, posted("version", "sure")
    if typed["sure"] != "yes":
        return go(url_for("unit_forms.delete_form", id=id))
    unit = units.find(desk, id)
    units.delete(desk, id, version=typed["version"])
    flash(_("%(name)s was deleted.", name=unit.name), "allow")
    return go(url_for("units.list_page"))


def _form(form: Form) -> str:
    return render_template(
        "unit_form.html",
        form=form,
        names=names([{kind: form[kind] for kind in ORGANIZATIONS}]),
        statuses=STATUSES,
        resources=RESOURCES,
    )
