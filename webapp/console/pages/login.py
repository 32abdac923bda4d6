"""Logging in, with a second step where there is one, and logging out."""

from typing import Any

from flask import (
    Response,
    current_app,
    flash,
    g,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from authz.accounts import login
from authz.accounts.login import LoggedIn, SecondFactorNeeded, WrongLogin
from authz.accounts.throttle import Throttled
from webapp.console.answers import go
from webapp.console.asked import Form, posted, queried
from webapp.console.cookies import SESSION, Cookies
from webapp.console.gate import is_local
from webapp.console.needs import Pages
from webapp.console.parts import Console, console_of
from webapp.console.state import begin_visit
from webapp.console.visitor import present, visitor

pages = Pages("login", __name__)

CHANNEL = "web"


@pages.page("/login", public=True)
def form() -> ResponseReturnValue:
    """The form; the first page for who is logged in already."""
    if visitor() is not None:
        return go(url_for("home.page"))
    return render_template("login.html", form=queried("next"))


@pages.page("/login", methods=["POST"], public=True)
def enter() -> ResponseReturnValue:
    """A session for the right e-mail and password."""
    typed, console = posted("email", "password", "next"), console_of(current_app)
    try:
        found = login.log_in(
            console.database,
            console.hasher,
            email=typed["email"],
            password=typed["password"],
            clock=console.clock,
            **_from_here(),
        )
    except SecondFactorNeeded as needed:
        asked = Form({"ticket": needed.ticket, "next": typed["next"]})
        return render_template("login_code.html", form=asked)
    except (WrongLogin, Throttled) as exc:
        return _refused("login.html", typed, exc)
    return _inside(console, found, typed["next"])


@pages.page("/login/code", methods=["POST"], public=True)
def code() -> ResponseReturnValue:
    """A session for the right code of the second factor."""
    typed, console = posted("ticket", "code", "next"), console_of(current_app)
    try:
        found = login.log_in_by_ticket(
            console.database,
            ticket=typed["ticket"],
            code=typed["code"],
            clock=console.clock,
            **_from_here(),
        )
    except (WrongLogin, Throttled) as exc:
        return _refused("login_code.html", typed, exc)
    return _inside(console, found, typed["next"])


@pages.page("/logout", methods=["POST"], personal=True)
def leave() -> ResponseReturnValue:
    """The session ends, here and on the server."""
    console, who = console_of(current_app), present()
    login.log_out(console.database, who.person)
    who.has_left = True
    flash(_("You are logged out. Your session has ended on this server."), "allow")
    response = go(url_for("login.form"))
    _cookies(console).end(response, SESSION)
    begin_visit(request)
    return response


def _from_here() -> dict[str, Any]:
    """Through what, and from where, somebody logs in."""
    return {
        "channel": CHANNEL,
        "address": request.remote_addr,
        "user_agent": request.headers.get("User-Agent"),
        "request_id": g.request_id,
    }


def _inside(console: Console, found: LoggedIn, next: str) -> Response:
    before = visitor()
    if before is not None:
        login.log_out(console.database, before.person)
        before.has_left = True
    response = go(next if is_local(next) else url_for("home.page"))
    _cookies(console).set(response, SESSION, found.session.id)
    begin_visit(request)
    return response


def _refused(
    template: str, typed: Form, error: WrongLogin | Throttled
) -> tuple[str, int, dict[str, str]]:
    """The form again, with one sentence for every cause."""
    if isinstance(error, Throttled):
        seconds = error.retry_after_seconds
        minutes = -(-seconds // 60)
        said = ngettext(
            "Too many failed attempts. Try again in %(num)d minute.",
            "Too many failed attempts. Try again in %(num)d minutes.",
            minutes,
        )
        status, headers = 429, {"Retry-After": str(seconds)}
    else:
        is_code = template == "login_code.html"
        said = _("The code is wrong, or too late. Try the next one, or log in again.")
        said = said if is_code else _("E-mail or password is wrong.")
        status, headers = 401, {}
    kept = Form({name: typed[name] for name in ("email", "ticket", "next")})
    kept.errors = {"": said}
    return render_template(template, form=kept), status, headers


def _cookies(console: Console) -> Cookies:
    return Cookies(secure=console.door.is_secure)
