"""A forgotten password: a link by mail, and a new one by that."""

from flask import current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from authz.accounts import resets
from authz.accounts.mail import Mail
from authz.accounts.resets import WrongLink
from authz.accounts.throttle import Throttled
from authz.errors import InvalidChange
from authz.storage.people import Account
from webapp.console.answers import go
from webapp.console.asked import Form, posted
from webapp.console.needs import Pages
from webapp.console.parts import console_of

pages = Pages("reset", __name__)


@pages.page("/reset", public=True)
def form() -> ResponseReturnValue:
    """The question for the e-mail."""
    return render_template("reset.html", form=Form())


@pages.page("/reset", methods=["POST"], public=True)
def ask() -> ResponseReturnValue:
    """The same answer for everybody, whether there is such a person or not."""
    typed, console = posted("email"), console_of(current_app)
    try:
        resets.request(
            console.database,
            console.mailer,
            _letter,
            email=typed["email"],
            address=request.remote_addr,
            request_id=g.request_id,
        )
    except Throttled as exc:
        headers = {"Retry-After": str(exc.retry_after_seconds)}
        refused = Form({"email": typed["email"]})
        refused.errors = {"": _("Too many attempts. Try again in a few minutes.")}
        return render_template("reset.html", form=refused), 429, headers
    flash(_("If somebody has an account with that e-mail, a link is on its way."), "allow")
    return go(url_for("login.form"))


@pages.page("/reset/<token>", public=True)
def link(token: str) -> ResponseReturnValue:
    """What the link leads to; looking at it does not use it."""
    good = resets.is_good(console_of(current_app).database, token)
    page = render_template("reset_password.html", form=Form(), is_good=good)
    return page, 200 if good else 404


@pages.page("/reset/<token>", methods=["POST"], public=True)
def use(token: str) -> ResponseReturnValue:
    """The new password; the link is used."""
    typed, console = posted("password", "password_again"), console_of(current_app)
    try:
        if typed["password"] != typed["password_again"]:
            raise InvalidChange("it is not the same twice", field="password_again")
        resets.set_password(
            console.database,
            console.hasher,
            token,
            typed["password"],
            address=request.remote_addr,
            request_id=g.request_id,
        )
    except InvalidChange as exc:
        shown = typed.refused(exc)
        return render_template("reset_password.html", form=shown, is_good=True), 422
    except WrongLink:
        return render_template("reset_password.html", form=Form(), is_good=False), 404
    flash(_("Your password was changed. Log in with it."), "allow")
    return go(url_for("login.form"))


def _letter(token: str, account: Account) -> Mail:
    """The mail, in the language of whom it is for."""
    door = console_of(current_app).door
    # WHY not from the request alone: who asks must not choose where the link leads.
    address = (
        f"{door.origin or f'http://{request.host}'}{url_for('reset.link', token=token)}"
    )
    with force_locale(account.language):
        lines = (
            _("Hello %(name)s,", name=account.name),
            _("somebody, we hope you, asked for a new password for your account."),
            _("This link makes one. It is good for an hour, and once:"),
            address,
            _("If it was not you, nothing has changed: you need not do anything."),
        )
        subject = str(_("A new password for Gatehouse"))
        return Mail(account.email, subject, "\n\n".join(map(str, lines)) + "\n")
