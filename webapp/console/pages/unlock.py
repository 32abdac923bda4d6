"""The Protected Pages Password: a step more, in front of what a person may open anyway."""

from flask import current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts import protected_pages
from authz.accounts.own import WrongPassword
from authz.accounts.throttle import Throttled
from authz.administration import locks
from webapp.console.answers import go
from webapp.console.asked import posted, queried
from webapp.console.gate import is_local
from webapp.console.letters import pages_password
from webapp.console.needs import Pages
from webapp.console.parts import console_of
from webapp.console.visitor import present

pages = Pages("unlock", __name__)


@pages.page("/unlock", personal=True)
def form() -> ResponseReturnValue:
    """The prompt."""
    may_send = locks.may_send_link(present().desk)
    return render_template("unlock.html", form=queried("next"), may_send=may_send)


@pages.page("/unlock", methods=["POST"], personal=True)
def unlock() -> ResponseReturnValue:
    """The pages open for this session; a wrong password leads to the first page (R16)."""
    who, typed = present(), posted("password", "next")
    console = console_of(current_app)
    try:
        protected_pages.unlock(
            console.database,
            console.hasher,
            who.person,
            typed["password"],
            now=console.clock(),
        )
    except WrongPassword:
        flash(_("That is not the password of the protected pages."), "deny")
        return go(url_for("home.page"))
    except Throttled:
        flash(_("Too many failed attempts. Try again in a few minutes."), "deny")
        return go(url_for("home.page"))
    return go(typed["next"] if is_local(typed["next"]) else url_for("home.page"))


@pages.page("/unlock/forgotten", methods=["POST"], personal=True)
def forgotten() -> ResponseReturnValue:
    """A link by mail that makes a new one, for who may change it."""
    who, console = present(), console_of(current_app)
    try:
        locks.send_link(who.desk, console.mailer, pages_password)
    except Throttled:
        flash(_("Too many attempts. Try again in a few minutes."), "deny")
    else:
        flash(_("A link is on its way to %(email)s.", email=who.account.email), "allow")
    return go(url_for("home.page"))
