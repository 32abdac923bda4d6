"""The Events Log: who changed what, and who was refused."""

import json
from typing import Any

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from authz.administration import events
from authz.storage.event_pages import Wanted
from authz.storage.events import Entry
from webapp.console.answers import go
from webapp.console.asked import Form, number, queried
from webapp.console.needs import Pages
from webapp.console.visitor import present
from webapp.console.words import local, zone

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
        days=_days(found.entries),
        names=events.names(desk),
        chips=_chips(asked),
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


def _days(entries: tuple[Entry, ...]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Day where the reader is -> its entries, as they are shown."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        day = str(format_date(local(entry.at), "full", rebase=False))
        shown = {"entry": entry, "rows": _rows(entry)}
        shown["time"] = local(entry.at).strftime("%H:%M:%S")
        found.setdefault(day, []).append(shown)
    return list(found.items())


def _rows(entry: Entry) -> list[tuple[str, str, str]]:
    """Field, value before and value after, of what differs."""
    before, after = (
        json.loads(part) if part else {} for part in (entry.before, entry.after)
    )
    names = [*before, *(name for name in after if name not in before)]
    return [(name, _text(before.get(name)), _text(after.get(name))) for name in names]


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return json.dumps(value, ensure_ascii=False)


def _address(endpoint: str, asked: Form, new: dict[str, str]) -> str:
    """The address of the same entries with something else; it begins at the latest."""
    known = {name: asked[name] for name in FIELDS} | new
    values: dict[str, Any] = {name: value for name, value in known.items() if value}
    return url_for(endpoint, **values)


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
