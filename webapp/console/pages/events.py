"""The Events Log: who changed what, and who was refused."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import events
from authz.storage.event_pages import Wanted
from authz.storage.events import Entry
from webapp.console import log
from webapp.console.answers import go
from webapp.console.asked import Form, number, queried
from webapp.console.needs import Pages
from webapp.console.visitor import present
from webapp.console.words import zone

pages = Pages("events", __name__)

FIELDS = ("q", "action", "type", "id", "actor", "result", "from", "to")


@pages.page("/events", action="event:list")
def list_page() -> ResponseReturnValue:
    """The latest that fit."""
    desk, asked = present().desk, queried(*FIELDS, "older", "newer")
    found = events.page(
        desk,
        _wanted(asked),
        older_than=number(asked, "older"),
        newer_than=number(asked, "newer"),
    )
    return render_template(
        "events.html",
        form=asked,
        found=found,
        days=log.days(present(), found.entries),
        names=events.names(desk),
        chips=_chips(asked),
        narrowed=_narrowed(asked, found.entries),
        link=lambda **new: _address("events.list_page", asked, new),
        export=lambda page: _address(page, asked, {}),
    )


@pages.page("/events.csv", action="event:list")
def as_csv() -> ResponseReturnValue:
    """All that fit, for a spreadsheet."""
    text = events.as_csv(present().desk, _wanted(queried(*FIELDS)))
    return _file(text, "text/csv; charset=utf-8", "events.csv")


@pages.page("/events.jsonl", action="event:list")
def as_json() -> ResponseReturnValue:
    """All that fit, each as a line of JSON."""
    lines = events.as_json(present().desk, _wanted(queried(*FIELDS)))
    return _file("".join(lines), "application/jsonl; charset=utf-8", "events.jsonl")


@pages.page("/events/verify", methods=["POST"], action="event:list")
def verify() -> ResponseReturnValue:
    """Whether the chain is whole."""
    found = events.verify(present().desk)
    if found.first_bad is None:
        flash(_("Chain verified, %(num)s events.", num=found.entries), "allow")
    else:
        said = _(
            "The chain is broken at event %(num)s: it was changed or taken out after it "
            "was written.",
            num=found.first_bad,
        )
        flash(said, "deny")
    return go(url_for("events.list_page"))


def _wanted(asked: Form) -> Wanted:
    """Raises: RequestError for a day that is none."""
    since, until = events.days(asked["from"], asked["to"], str(zone()))
    return Wanted(
        actor=asked["actor"] or None,
        text=asked["q"],
        action=asked["action"] or None,
        object_type=asked["type"] or None,
        object_id=asked["id"] or None,
        result=asked["result"] or None,
        since=since,
        until=until,
    )


def _chips(asked: Form) -> list[tuple[str, dict[str, str], bool]]:
    """Word, what it narrows to, and whether it is chosen, of the ready-made filters."""
    ready: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Refused attempts"), {"result": "refused"}),
        (_("Access changes"), {"action": "user.access_set"}),
        (_("Log-ins"), {"action": "authorization"}),
        (_("By me"), {"actor": present().person.account}),
    ]
    empty = dict.fromkeys(FIELDS, "")
    here = {name: asked[name] for name in FIELDS}
    return [(word, empty | only, here == empty | only) for word, only in ready]


def _narrowed(asked: Form, entries: Sequence[Entry]) -> list[tuple[str, str, str]]:
    """Word, value and field of the filters that are set and have no field to see."""
    who = {one.actor_id: one.actor_label for one in entries}
    words = {
        "actor": (_("Who"), who.get(asked["actor"]) or asked["actor"]),
        "id": (_("Object"), asked["id"]),
        "result": (_("Result"), _("Refused") if asked["result"] == "refused" else _("OK")),
    }
    return [(word, value, name) for name, (word, value) in words.items() if asked[name]]


def _address(endpoint: str, asked: Form, new: dict[str, str]) -> str:
    """The address of the same entries with something else; it begins at the latest."""
    known = {name: asked[name] for name in FIELDS} | new
    values: dict[str, Any] = {name: value for name, value in known.items() if value}
    return url_for(endpoint, **values)


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
