"""Adding, changing and deleting recorded things, each type by the same forms.

What a form asks for is what is noted of the type, and where it lies; the places offered are
those in which the policies let the person make one.
"""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import homes, records, versions
from authz.administration.noted import FIELDS
from authz.errors import Conflict, InvalidChange
from authz.storage.resources import Resource
from webapp.console import recorded
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("record_forms", __name__)

GUARDED = ", ".join(recorded.GUARDED)
#: Who may make one in one cluster only, has no right to it in the whole company.
PLACED = "<any(customer, asset, ticket):kind>"
UNPLACED = f"<any(payment, agent, {GUARDED}):kind>"
CHANGED = f"<any(customer, asset, agent, {GUARDED}):kind>"


@pages.page(f"/records/{PLACED}/add", action="{kind}:list")
def add_form(kind: str) -> ResponseReturnValue:
    """The empty form. Whether one may be made depends on where it lies."""
    return _form(kind, Form(), None)


@pages.page(f"/records/{PLACED}/add", methods=["POST"], action="{kind}:list")
def add(kind: str) -> ResponseReturnValue:
    """A new one, where the person may make it."""
    return _add(kind)


@pages.page(f"/records/{UNPLACED}/add", action="{kind}:create")
def new_form(kind: str) -> ResponseReturnValue:
    """The empty form of what lies nowhere."""
    return _form(kind, Form(), None)


@pages.page(f"/records/{UNPLACED}/add", methods=["POST"], action="{kind}:create")
def new(kind: str) -> ResponseReturnValue:
    """A new one."""
    return _add(kind)


@pages.page(f"/records/{CHANGED}/<id>/edit", action="{kind}:update", on="{kind}")
def edit_form(kind: str, id: str) -> ResponseReturnValue:
    """The form with what is there."""
    thing = records.find(present().desk, kind, id)
    values = {**thing.attributes, **thing.details, "version": versions.of(thing)}
    return _form(kind, Form({name: str(value) for name, value in values.items()}), thing)


@pages.page(
    f"/records/{CHANGED}/<id>/edit", methods=["POST"], action="{kind}:update", on="{kind}"
)
def edit(kind: str, id: str) -> ResponseReturnValue:
    """Other fields, or another place."""
    desk, typed = present().desk, _typed(kind)
    thing = records.find(desk, kind, id)
    try:
        saved = records.update(
            desk,
            kind,
            id,
            attributes={**thing.attributes, **_lying(kind, typed)},
            details={name: typed[name] for name in FIELDS[kind]},
            version=typed["version"],
        )
    except (InvalidChange, Conflict) as exc:
        return _form(kind, typed.refused(exc), thing), status_of(exc)
    flash(_("%(name)s was saved.", name=recorded.name(saved)), "allow")
    return go(recorded.address(kind))


@pages.page(
    f"/records/{CHANGED}/<id>/delete",
    action="{kind}:delete",
    on="{kind}",
    confirmed=True,
)
def delete_form(kind: str, id: str) -> ResponseReturnValue:
    """The question before it."""
    thing = records.find(present().desk, kind, id)
    return render_template(
        "record_delete.html",
        **recorded.words(kind),
        thing=thing,
        version=versions.of(thing),
    )


@pages.page(
    f"/records/{CHANGED}/<id>/delete",
    methods=["POST"],
    action="{kind}:delete",
    on="{kind}",
    confirmed=True,
)
def delete(kind: str, id: str) -> ResponseReturnValue:
    """It is gone; its events stay."""
    desk, typed = present().desk, posted("version", "sure")
    if typed["sure"] != "yes":
        return go(url_for("record_forms.delete_form", kind=kind, id=id))
    thing = records.find(desk, kind, id)
    records.delete(desk, kind, id, version=typed["version"])
    flash(_("%(name)s was deleted.", name=recorded.name(thing)), "allow")
    return go(recorded.address(kind))


def _add(kind: str) -> ResponseReturnValue:
    typed = _typed(kind)
    try:
        made = records.create(
            present().desk,
            kind,
            id=typed["id"].strip(),
            attributes=_lying(kind, typed),
            details={name: typed[name] for name in FIELDS[kind]},
        )
    except (InvalidChange, Conflict) as exc:
        return _form(kind, typed.refused(exc), None), status_of(exc)
    flash(_("%(name)s was added.", name=recorded.name(made)), "allow")
    return go(recorded.address(kind))


def _form(kind: str, form: Form, thing: Resource | None) -> str:
    desk = present().desk
    found = homes.of_new(desk, kind) if thing is None else homes.of_moved(desk, thing)
    return render_template(
        "record_form.html",
        **recorded.words(kind),
        form=form,
        thing=thing,
        fields=FIELDS[kind],
        hints=recorded.HINTS,
        homes={
            name: [(place.id, place.name) for place in places]
            for name, places in found.items()
        },
    )


def _typed(kind: str) -> Form:
    return posted("id", "version", *FIELDS[kind], *_attributes(kind))


def _lying(kind: str, typed: Form) -> dict[str, str]:
    """Where it lies, as far as the form said so."""
    return {name: typed[name] for name in _attributes(kind) if typed[name]}


def _attributes(kind: str) -> tuple[str, ...]:
    return tuple(present().desk.policies.schema.types[kind].attributes)
