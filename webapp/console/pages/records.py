"""Recorded things: customers, tickets, tariffs and the like, each type by the same pages.

Daily work is open to whoever may list it. What the older system kept behind the Protected
Pages Password is opened by the right to change it, so that the lock is asked for first
(R21); in the field it is read through apps (R13).
"""

from typing import Any

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import exports, homes, places, records, things, versions
from authz.administration.noted import FIELDS
from authz.errors import Conflict, InvalidChange
from authz.storage.resources import Resource
from authz.storage.things import OPEN, Wanted
from webapp.console import recorded
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried
from webapp.console.choices import names
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("records", __name__)

DAILY = "<any(customer, asset, ticket, payment, transaction, agent):kind>"
GUARDED = f"<any({', '.join(recorded.GUARDED)}):kind>"
#: What a list can be narrowed to, besides the words.
NARROWING = ("cluster", "status", "customer")
COLUMNS_MAX = 3


@pages.page(f"/records/{DAILY}", action="{kind}:list")
def list_page(kind: str) -> ResponseReturnValue:
    """Those that this person may see."""
    return _list(kind)


@pages.page(f"/records/{GUARDED}", action="{kind}:update")
def guarded_page(kind: str) -> ResponseReturnValue:
    """Those of the company, for who may change them."""
    return _list(kind)


@pages.page(f"/records/{DAILY}.csv", action="{kind}:list")
def as_csv(kind: str) -> ResponseReturnValue:
    """All that the list shows, for a spreadsheet."""
    text = exports.text(present().desk, kind, "csv", wanted=_wanted(_asked()))
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={kind}s.csv"
    return response


@pages.page(f"/records/{DAILY}/<id>", action="{kind}:read", on="{kind}")
def page(kind: str, id: str) -> ResponseReturnValue:
    """One thing, with what may be done to it."""
    return _page(records.find(present().desk, kind, id), Form())


@pages.page(
    "/records/<any(ticket):kind>/<id>/<any(comment, close):verb>",
    methods=["POST"],
    action="{kind}:{verb}",
    on="{kind}",
)
def act(kind: str, id: str, verb: str) -> ResponseReturnValue:
    """A ticket is commented or closed."""
    return _act(kind, id, verb)


@pages.page(
    "/records/<any(transaction):kind>/<id>/<any(refund):verb>",
    methods=["POST"],
    action="{kind}:{verb}",
    on="{kind}",
)
def refund(kind: str, id: str, verb: str) -> ResponseReturnValue:
    """A transaction was paid back."""
    return _act(kind, id, verb)


@pages.page(
    "/records/<any(asset):kind>/<id>/assign",
    methods=["POST"],
    action="{kind}:assign",
    on="{kind}",
)
def assign(kind: str, id: str) -> ResponseReturnValue:
    """The asset as that of a customer, or of none."""
    desk, typed = present().desk, posted("customer", "version")
    try:
        thing = records.assign(desk, id, typed["customer"], version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        found = records.find(desk, kind, id)
        return _page(found, typed.refused(exc), "assign"), status_of(exc)
    return _saved(thing)


def _list(kind: str) -> str:
    desk, asked = present().desk, _asked()
    found = records.page(
        desk, kind, _wanted(asked), after=asked["after"], before=asked["before"]
    )
    declared = desk.policies.schema.types[kind]
    clusters = things.all_of(desk, "cluster", places.READ) if _lies(kind) else ()
    shown = [name for name in FIELDS[kind] if name not in ("name", "note")]
    acts = {records.ACTS.get(action) for action in declared.actions} - {None}
    return render_template(
        "records.html",
        **recorded.words(kind),
        form=asked,
        is_narrowed=any(asked[name] for name in ("q", *NARROWING)),
        found=found,
        columns=shown[:COLUMNS_MAX],
        clusters={one.id: one.name for one in clusters},
        statuses=[OPEN, *sorted(filter(None, acts))] if acts else [],
        add_address=_add_address(kind),
        is_daily=kind not in recorded.GUARDED,
        export_address=_export_address(kind, asked),
        changes={f"{kind}:update", f"{kind}:delete"} & set(declared.actions),
        open=OPEN,
        link=lambda **new: recorded.address(kind, **_kept(asked) | new),
    )


def _page(thing: Resource, form: Form, refused: str = "") -> str:
    """One thing. refused: the verb of the form that was not saved."""
    desk, kind = present().desk, thing.type
    actions = desk.policies.schema.types[kind].actions
    open_ = [a for a in actions if desk.may(a, kind, thing.id)]
    return render_template(
        "record.html",
        **recorded.words(kind),
        thing=thing,
        form=form,
        nothing=Form(),
        refused=refused,
        version=versions.of(thing),
        fields=[name for name in FIELDS[kind] if name != "name"],
        comments=records.comments(thing),
        acts=[
            a.partition(":")[2] for a in records.ACTS if a in open_ and _is_due(a, thing)
        ],
        places=names(present(), ((n, str(v)) for n, v in thing.attributes.items())),
        act_page="records.refund" if kind == "transaction" else "records.act",
        act_words=recorded.ACTS,
        may={verb for a in open_ for noun, _, verb in [a.partition(":")] if noun == kind},
        open=OPEN,
    )


def _act(kind: str, id: str, verb: str) -> ResponseReturnValue:
    """Something is done to a thing, and noted with it."""
    desk, typed = present().desk, posted("note", "version")
    action, seen = f"{kind}:{verb}", typed["version"]
    try:
        thing = records.act(desk, action, kind, id, typed["note"], version=seen)
    except (InvalidChange, Conflict) as exc:
        found = records.find(desk, kind, id)
        return _page(found, typed.refused(exc), verb), status_of(exc)
    return _saved(thing)


def _is_due(action: str, thing: Resource) -> bool:
    """Whether it would change something: what is closed is not closed again."""
    then = records.ACTS[action]
    return then is None or then != thing.details.get("status")


def _saved(thing: Resource) -> ResponseReturnValue:
    flash(_("%(name)s was saved.", name=recorded.name(thing)), "allow")
    return go(url_for("records.page", kind=thing.type, id=thing.id))


def _asked() -> Form:
    return queried("q", *NARROWING, "after", "before")


def _wanted(asked: Form) -> Wanted:
    values = tuple((name, asked[name]) for name in NARROWING if asked[name])
    return Wanted(text=asked["q"], values=values)


def _kept(asked: Form) -> dict[str, Any]:
    """What goes on narrowing the list; it begins at its first page."""
    return {name: asked[name] for name in ("q", *NARROWING) if asked[name]}


def _export_address(kind: str, asked: Form) -> str:
    """Where the list is as a file; empty for who may not take it out."""
    if kind in recorded.GUARDED or not exports.may(present().desk, kind):
        return ""
    return url_for("records.as_csv", kind=kind, **_kept(asked))


def _lies(kind: str) -> bool:
    return "cluster" in present().desk.policies.schema.types[kind].attributes


def _add_address(kind: str) -> str:
    """Where one is added; empty for who may add none."""
    if not homes.may_make(present().desk, kind):
        return ""
    view = "add_form" if _lies(kind) else "new_form"
    return url_for(f"record_forms.{view}", kind=kind)
