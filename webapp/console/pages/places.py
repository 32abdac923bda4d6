"""Locations of a mini-grid company: clusters, mini-grids in them, villages in those."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.administration import places, things, versions
from authz.errors import Conflict, InvalidChange
from authz.storage.places import PARENTS, Place
from authz.storage.things import Wanted
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried, sentence
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("places", __name__)

KIND = "<any(cluster, minigrid, village):kind>"
#: Kind -> what many of them are called, and what they are.
TEXTS: dict[str, tuple[LazyString, LazyString]] = {
    "cluster": (_l("Clusters"), _l("A region with one or more mini-grids.")),
    "minigrid": (_l("Mini-grids"), _l("A plant and its grid, in a cluster.")),
    "village": (_l("Villages"), _l("Where the customers of a mini-grid are.")),
}
FIELDS = ("name", "id", "parent", "version")


@pages.page(f"/locations/{KIND}", action="location:read")
def list_page(kind: str) -> ResponseReturnValue:
    """Those that this person may see."""
    desk, asked = present().desk, queried("q", "after", "before")
    found = places.page(
        desk, kind, Wanted(text=asked["q"]), after=asked["after"], before=asked["before"]
    )
    return render_template(
        "places.html",
        kind=kind,
        kinds=TEXTS,
        title=TEXTS[kind][0],
        lead=TEXTS[kind][1],
        form=asked,
        found=found,
        above=_above(kind),
        may_add=desk.may(f"{kind}:create", "tenant", desk.tenant),
    )


@pages.page(f"/locations/{KIND}/add", action="{kind}:create")
def add_form(kind: str) -> ResponseReturnValue:
    """The empty form."""
    return _form(kind, Form(), None)


@pages.page(f"/locations/{KIND}/add", methods=["POST"], action="{kind}:create")
def add(kind: str) -> ResponseReturnValue:
    """A new place in the one above it."""
    typed = posted(*FIELDS)
    try:
        made = places.create(
            present().desk,
            kind,
            name=typed["name"],
            id=typed["id"].strip(),
            parent=typed["parent"] or None,
        )
    except (InvalidChange, Conflict) as exc:
        return _form(kind, typed.refused(exc, "id"), None), status_of(exc)
    flash(_("%(name)s was added.", name=made.name), "allow")
    return go(url_for("places.list_page", kind=kind))


@pages.page(f"/locations/{KIND}/<id>/edit", action="{kind}:update", on="{kind}")
def edit_form(kind: str, id: str) -> ResponseReturnValue:
    """The form with what is there."""
    thing = places.find(present().desk, kind, id)
    return _form(kind, Form({"name": thing.name, "version": versions.of(thing)}), thing)


@pages.page(
    f"/locations/{KIND}/<id>/edit", methods=["POST"], action="{kind}:update", on="{kind}"
)
def edit(kind: str, id: str) -> ResponseReturnValue:
    """Another name."""
    desk, typed = present().desk, posted(*FIELDS)
    thing = places.find(desk, kind, id)
    try:
        saved = places.rename(desk, kind, id, typed["name"], version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        return _form(kind, typed.refused(exc), thing), status_of(exc)
    flash(_("%(name)s was saved.", name=saved.name), "allow")
    return go(url_for("places.list_page", kind=kind))


@pages.page(
    f"/locations/{KIND}/<id>/delete", action="{kind}:delete", on="{kind}", confirmed=True
)
def delete_form(kind: str, id: str) -> ResponseReturnValue:
    """The question before it."""
    return _delete(kind, places.find(present().desk, kind, id))


@pages.page(
    f"/locations/{KIND}/<id>/delete",
    methods=["POST"],
    action="{kind}:delete",
    on="{kind}",
    confirmed=True,
)
def delete(kind: str, id: str) -> ResponseReturnValue:
    """It is gone, unless something lies in it."""
    desk, typed = present().desk, posted("version", "sure")
    thing = places.find(desk, kind, id)
    if typed["sure"] != "yes":
        return go(url_for("places.delete_form", kind=kind, id=id))
    try:
        places.delete(desk, kind, id, version=typed["version"])
    except Conflict as exc:
        return _delete(kind, thing, sentence(exc)), 409
    flash(_("%(name)s was deleted.", name=thing.name), "allow")
    return go(url_for("places.list_page", kind=kind))


def _form(kind: str, form: Form, thing: Place | None) -> str:
    return render_template(
        "place_form.html",
        kind=kind,
        title=TEXTS[kind][0],
        form=form,
        thing=thing,
        above=_above(kind) if thing is None else {},
    )


def _delete(kind: str, thing: Place, refused: str = "") -> str:
    return render_template(
        "place_delete.html",
        kind=kind,
        title=TEXTS[kind][0],
        thing=thing,
        version=versions.of(thing),
        refused=refused,
    )


def _above(kind: str) -> dict[str, str]:
    """Id -> name of the places that it may lie in."""
    above = PARENTS[kind]
    if above is None:
        return {}
    found = things.all_of(present().desk, above, places.READ)
    return {one.id: one.name for one in found}
