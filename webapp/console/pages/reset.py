"""A forgotten password, the own one or that of the protected pages: a link by mail, and a
new one by that.
"""

from flask import current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts import resets
from authz.accounts.resets import WrongLink
from authz.accounts.throttle import Throttled
from authz.administration import locks
from authz.errors import InvalidChange
from webapp.console import letters
from webapp.console.answers import go
from webapp.console.asked import Form, check_same_twice, posted
from webapp.console.needs import Pages
from webapp.console.parts import console_of
from webapp.console.visitor import present

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
            letters.login_password,
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
        check_same_twice(typed)
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


@pages.page("/reset/pages/<token>", personal=True)
def pages_link(token: str) -> ResponseReturnValue:
    """What the link for the protected pages leads to."""
    return _pages_form(Form(), token)


@pages.page("/reset/pages/<token>", methods=["POST"], personal=True)
def use_pages(token: str) -> ResponseReturnValue:
    """Another Protected Pages Password; the link is used, and every unlock ends."""
    typed = posted("password", "password_again")
    try:
        check_same_twice(typed)
        locks.use_link(present().desk, token, typed["password"])
    except InvalidChange as exc:
        return _pages_form(typed.refused(exc), token)
    except WrongLink:
        return _pages_form(Form(), token)
    flash(_("The Protected Pages Password was changed. Every unlock has ended."), "allow")
    return go(url_for("unlock.form"))


def _pages_form(form: Form, token: str) -> ResponseReturnValue:
    good = locks.is_good(present().desk, token)
    page = render_template("reset_pages.html", form=form, is_good=good)
    return page, 404 if not good else 422 if form.errors else 200
