"""A company registers itself, where that is switched on."""

from flask import abort, current_app, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts.throttle import Throttled
from authz.administration import registration
from authz.administration.registration import Company, Owner
from authz.errors import Conflict, InvalidChange
from webapp.console import choices, words
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted
from webapp.console.needs import Pages
from webapp.console.parts import Console, console_of

pages = Pages("register", __name__)

FIELDS = (
    "company",
    "company_email",
    "name",
    "email",
    "password",
    "timezone",
    "protect",
    "pages_password",
)


@pages.page("/register", public=True)
def form() -> ResponseReturnValue:
    """The empty form."""
    _open()
    return _form(Form({"timezone": "UTC"}))


@pages.page("/register", methods=["POST"], public=True)
def register() -> ResponseReturnValue:
    """The company, its first owner and its protected pages, or nothing of it."""
    console, typed = _open(), posted(*FIELDS)
    try:
        made = registration.register(
            console.database,
            console.hasher,
            console.policies(),
            company=Company(typed["company"], typed["company_email"] or None),
            owner=Owner(
                typed["name"],
                typed["email"],
                typed["password"],
                typed["timezone"] or "UTC",
                words.language(),
            ),
            is_open=console.registration,
            pages_password=typed["pages_password"] if typed["protect"] else None,
            address=request.remote_addr,
            request_id=g.request_id,
        )
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc, "email")), status_of(exc)
    except Throttled as exc:
        refused = typed.refused(exc)
        return _form(refused), 429, {"Retry-After": str(exc.retry_after_seconds)}
    flash(
        _("%(name)s was registered. Log in as its owner.", name=made.tenant.name), "allow"
    )
    return go(url_for("login.form"))


def _open() -> Console:
    console = console_of(current_app)
    if not console.registration:
        abort(404)
    return console


def _form(form: Form) -> str:
    return render_template("register.html", form=form, zones=choices.zones())
