"""The own password once more, before something that cannot be undone."""

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from authz.accounts import own
from authz.accounts.own import WrongPassword
from authz.accounts.throttle import Throttled
from webapp.console.answers import go
from webapp.console.asked import posted, queried
from webapp.console.gate import is_local
from webapp.console.needs import Pages
from webapp.console.parts import console_of
from webapp.console.visitor import present

pages = Pages("confirm", __name__)


@pages.page("/confirm", personal=True)
def form() -> ResponseReturnValue:
    """The question."""
    return render_template("confirm.html", form=queried("next"))


@pages.page("/confirm", methods=["POST"], personal=True)
def confirm() -> ResponseReturnValue:
    """Back to where it was asked for, once the password is right."""
    typed, console = posted("password", "next"), console_of(current_app)
    try:
        own.confirm(console.database, console.hasher, present().person, typed["password"])
    except (WrongPassword, Throttled) as exc:
        status = 429 if isinstance(exc, Throttled) else 422
        asked = typed.refused(exc, "password")
        return render_template("confirm.html", form=asked), status
    return go(typed["next"] if is_local(typed["next"]) else url_for("home.page"))
