"""Organizations: supply companies and their branches, service organizations, manufacturers
and consumers. Each list is the filter of the policies.
"""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.administration import organizations, things, versions
from authz.administration.organizations import ABOVE
from authz.errors import Conflict, InvalidChange
from authz.storage.organizations import CATEGORIES, Organization
from authz.storage.things import Wanted
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried, sentence
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("organizations", __name__)

KIND = "<any(supply_company, service_organization, manufacturer, consumer):kind>"
#: Kind -> what many of them are called, and what they are.
TEXTS: dict[str, tuple[LazyString, LazyString]] = {
    "supply_company": (
        _l("Supply companies"),
        _l("Who supplies gas, water or electricity; a branch belongs to another one."),
    ),
    "service_organization": (
        _l("Service organizations"),
        _l("Who looks after metering units for the supply companies."),
    ),
    "manufacturer": (_l("Manufacturers"), _l("Who makes the metering units.")),
    "consumer": (_l("Consumers"), _l("Whose consumption is metered.")),
}
FIELDS = ("name", "id", "parent", "supply_company", "category", "version")


@pages.page(f"/organizations/{KIND}", action="{kind}:list")
def list_page(kind: str) -> ResponseReturnValue:
    """Those that this person may see."""
    desk, asked = present().desk, queried("q", "after", "before")
    found = organizations.page(
        desk, kind, Wanted(text=asked["q"]), after=asked["after"], before=asked["before"]
    )
    return render_template(
        "organizations.html",
        kind=kind,
        title=TEXTS[kind][0],
        lead=TEXTS[kind][1],
        form=asked,
        found=found,
        above=_above(kind),
        may_add=organizations.may_make(present().desk, kind),
    )


@pages.page(f"/organizations/{KIND}/add", action="{kind}:list")
def add_form(kind: str) -> ResponseReturnValue:
    """The empty form, for who may make one somewhere."""
    organizations.require_making(present().desk, kind)
    return _form(kind, Form(), None)


@pages.page(f"/organizations/{KIND}/add", methods=["POST"], action="{kind}:list")
def add(kind: str) -> ResponseReturnValue:
    """A new one. Whether it may be made depends on what it belongs to."""
    typed = posted(*FIELDS)
    try:
        made = organizations.create(
            present().desk,
            kind,
            name=typed["name"],
            id=typed["id"].strip(),
            parent=typed["parent"] or None,
            supply_company=typed["supply_company"] or None,
            category=typed["category"] or None,
        )
    except (InvalidChange, Conflict) as exc:
        return _form(kind, typed.refused(exc, "id"), None), status_of(exc)
    flash(_("%(name)s was added.", name=made.name), "allow")
    return go(url_for("organizations.list_page", kind=kind))


@pages.page(f"/organizations/{KIND}/<id>/edit", action="{kind}:update", on="{kind}")
def edit_form(kind: str, id: str) -> ResponseReturnValue:
    """The form with what is there."""
    thing = organizations.find(present().desk, kind, id)
    names = ("name", "parent", "supply_company", "category")
    values = {name: getattr(thing, name) or "" for name in names}
    return _form(kind, Form(values | {"version": versions.of(thing)}), thing)


@pages.page(
    f"/organizations/{KIND}/<id>/edit",
    methods=["POST"],
    action="{kind}:update",
    on="{kind}",
)
def edit(kind: str, id: str) -> ResponseReturnValue:
    """Another name, or another place in the tree."""
    desk, typed = present().desk, posted(*FIELDS)
    thing = organizations.find(desk, kind, id)
    try:
        saved = organizations.edit(
            desk,
            kind,
            id,
            name=typed["name"],
            above=typed[ABOVE[kind]] or None if kind in ABOVE else None,
            version=typed["version"],
        )
    except (InvalidChange, Conflict) as exc:
        return _form(kind, typed.refused(exc), thing), status_of(exc)
    flash(_("%(name)s was saved.", name=saved.name), "allow")
    return go(url_for("organizations.list_page", kind=kind))


@pages.page(
    f"/organizations/{KIND}/<id>/delete",
    action="{kind}:delete",
    on="{kind}",
    confirmed=True,
)
def delete_form(kind: str, id: str) -> ResponseReturnValue:
    """The question before it."""
    thing = organizations.find(present().desk, kind, id)
    return _delete(kind, thing)


@pages.page(
    f"/organizations/{KIND}/<id>/delete",
    methods=["POST"],
    action="{kind}:delete",
    on="{kind}",
    confirmed=True,
)
def delete(kind: str, id: str) -> ResponseReturnValue:
    """It is gone, unless somebody needs it."""
    desk, typed = present().desk, posted("version", "sure")
    thing = organizations.find(desk, kind, id)
    if typed["sure"] != "yes":
        return go(url_for("organizations.delete_form", kind=kind, id=id))
    try:
        organizations.delete(desk, kind, id, version=typed["version"])
    except Conflict as exc:
        return _delete(kind, thing, sentence(exc)), 409
    flash(_("%(name)s was deleted.", name=thing.name), "allow")
    return go(url_for("organizations.list_page", kind=kind))


def _form(kind: str, form: Form, thing: Organization | None) -> str:
    return render_template(
        "organization_form.html",
        kind=kind,
        title=TEXTS[kind][0],
        form=form,
        thing=thing,
        field=ABOVE.get(kind),
        above=_above(kind),
        categories=CATEGORIES if kind == "consumer" and thing is None else (),
    )


def _delete(kind: str, thing: Organization, refused: str = "") -> str:
    return render_template(
        "organization_delete.html",
        kind=kind,
        title=TEXTS[kind][0],
        thing=thing,
        version=versions.of(thing),
        refused=refused,
    )


def _above(kind: str) -> dict[str, str]:
    """Id -> name of the supply companies that it may belong to."""
    desk = present().desk
    if kind not in ABOVE:
        return {}
    found: tuple[Any, ...] = things.all_of(desk, "supply_company")
    return {one.id: one.name for one in found}
