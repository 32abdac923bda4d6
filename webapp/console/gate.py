"""The gate in front of every page: it asks whether the request may come in.

In this order: the name that the host was called by, the page that a form was sent from, the
token of the form (Flask-WTF), who is there, and whether the policies allow that person what
the page declares.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request, url_for
from flask.typing import ResponseReturnValue

from authz.accounts import own
from authz.administration.locks import locked
from webapp.console.answers import go
from webapp.console.needs import Need, needs
from webapp.console.parts import Console, Door
from webapp.console.visitor import Visitor, visitor

SAFE = ("GET", "HEAD")
#: What `Sec-Fetch-Site` says of a form of our own.
OWN_SITE = "same-origin"
#: Characters of an address that is returned to after the login.
NEXT_MAX = 2_000


def install_outer(app: Flask, console: Console) -> None:
    """Has every request say by what name it came, and a form from which page."""

    def check() -> None:
        g.request_id = console.new_request_id()
        _check_host(console.door)
        if request.method not in SAFE:
            _check_origin(console.door)

    app.before_request(check)


def install_inner(app: Flask, console: Console) -> None:
    """Has the policies asked about every request."""

    def ask() -> ResponseReturnValue | None:
        need = needs(app).get(request.endpoint or "")
        if need is None or need.public:
            return None
        present = visitor()
        if present is None:
            return go(url_for("login.form", next=_here()))
        refused = _check_need(present, need)
        if refused is None and need.confirmed:
            return _check_confirmed(console, present)
        return refused

    app.before_request(ask)


def is_local(address: str) -> bool:
    """Whether it is a page of this console, whatever a browser makes of it."""
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        return False
    # WHY: browsers read a backslash as a slash, and drop tabs and line ends.
    if "\\" in address or any(ord(char) < 32 for char in address):
        return False
    return len(address) <= NEXT_MAX and not urlsplit(address).netloc


def _here() -> str | None:
    """Where to return to after the login; None where there is no page to see."""
    if request.method not in SAFE or request.path == "/":
        return None
    here = request.full_path.rstrip("?")
    return here if is_local(here) else None


def _check_host(door: Door) -> None:
    """WHY: a page of a strange name that leads here would be of the same origin as ours."""
    if not door.answers_to(request.host):
        abort(421)


def _check_origin(door: Door) -> None:
    """Refuses a form that another page sent. Source: Fetch Metadata; RFC 6454."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site != OWN_SITE:
        abort(403)
    if origin is not None and origin != (door.origin or f"http://{request.host}"):
        abort(403)


def _check_need(present: Visitor, need: Need) -> ResponseReturnValue | None:
    """Nothing, where the policies allow it; the prompt, where only the lock is in the way.

    Raises: Refused; NotFound for a thing that is not there.
    """
    question = need.question(present.person, request.view_args or {})
    if question is None:
        return None
    if locked(present.desk.answer(*question)):
        return go(url_for("unlock.form", next=_here() or _shown_here()))
    present.desk.require(*question)
    return None


def _check_confirmed(console: Console, present: Visitor) -> ResponseReturnValue | None:
    """Nothing, where the password was given lately; else the question for it.

    WHY after the policies: who may not do it is not asked for anything.
    """
    try:
        now = console.clock()
        own.require_confirmed(console.database, present.person, now=now)
    except own.ConfirmationNeeded:
        # WHY: what is shown at the same address asks for the form again; the form that was
        # sent is not kept.
        return go(url_for("confirm.form", next=_here() or _shown_here()))
    return None


def _shown_here() -> str | None:
    """The page at this address, where there is one to see."""
    rule = request.url_rule
    shown = {
        other.rule
        for other in current_app.url_map.iter_rules()
        if "GET" in (other.methods or ())
    }
    return request.path if rule and rule.rule in shown and is_local(request.path) else None
