"""What a person is shown when a page cannot be: what happened, why, and what to do.

The one place where an error becomes a status. An error that nobody expected is logged and
shown as 500, with the id of the request and nothing of its text.
"""

import logging
from typing import Any

from flask import Flask, Response, g, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from authz import errors
from authz.accounts.own import ConfirmationNeeded
from authz.administration.desk import Refused
from authz.administration.locks import LOCK
from authz.engine.polar import EvaluationFailed
from webapp.console.answers import go
from webapp.console.asked import sentence
from webapp.console.visitor import UNASKED

_log = logging.getLogger(__name__)

STATUSES: dict[type[errors.AuthzError], int] = {
    errors.RequestError: 400,
    Refused: 403,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.InvalidChange: 422,
    errors.Unavailable: 503,
}
#: Status -> what happened, and what to do.
TEXTS: dict[int, tuple[LazyString, LazyString]] = {
    400: (
        _l("This could not be understood"),
        _l(
            "The form is too old, or it was not made here; nothing was changed. Go back, "
            "load the page again and send it once more."
        ),
    ),
    403: (
        _l("You may not do this"),
        _l("Nothing was changed. Who looks after accounts here can give you access."),
    ),
    404: (
        _l("There is no such page"),
        _l("It was never here, it is gone, or it is not yours to see. Check the address."),
    ),
    405: (
        _l("Not in this way"),
        _l("This address takes a form, or only shows a page. Start from the menu."),
    ),
    409: (
        _l("Somebody else was first"),
        _l(
            "Nothing of yours was saved. Load the page again and look at what is there now."
        ),
    ),
    413: (
        _l("That is too much"),
        _l("Nothing was changed. Send less at a time."),
    ),
    421: (
        _l("Nobody here has that name"),
        _l("Use the address that your administrator gave you."),
    ),
    422: (
        _l("This cannot be saved as it is"),
        _l("Nothing was changed. Go back and correct it."),
    ),
    429: (
        _l("Too many attempts"),
        _l("Wait a little, then try again."),
    ),
    500: (
        _l("This went wrong, and it is our fault"),
        _l(
            "It was written down. Try again; if it stays, give your administrator the "
            "number of the request."
        ),
    ),
    503: (
        _l("Not now"),
        _l("The facts cannot be reached, so nothing is shown or changed. Try again soon."),
    ),
}


def install(app: Flask) -> None:
    """Has errors shown as pages."""

    def known(error: errors.AuthzError) -> tuple[str, int] | Response:
        if isinstance(error, Refused) and error.policies == (LOCK,):
            return go(url_for("unlock.form", next=request.path))
        if isinstance(error, ConfirmationNeeded):
            return go(url_for("confirm.form", next=request.path))
        status = next((STATUSES[c] for c in type(error).__mro__ if c in STATUSES), 500)
        if status >= 500:
            _log.error("a page could not be shown: %s", error)
        return page(status, _said(error)), status

    def by_status(error: Any) -> tuple[str, int]:
        status = error.code if error.code in TEXTS else 500
        return page(status), status

    def out_of_time(error: EvaluationFailed) -> tuple[str, int]:
        _log.error("the policies could not be asked: %s", error)
        return page(503), 503

    app.register_error_handler(errors.AuthzError, known)
    app.register_error_handler(EvaluationFailed, out_of_time)
    for status in TEXTS:
        if status != 421:
            app.register_error_handler(status, by_status)


def _said(error: errors.AuthzError) -> str:
    """Why it was refused, of what says it to people: the policies, or what must stay so."""
    if isinstance(error, Refused):
        return str(error)
    return sentence(error) if isinstance(error, errors.InvalidChange) else ""


def page(status: int, said: str = "") -> str:
    """The page of an error. said: why, in the reader's language."""
    if status >= 500:
        setattr(g, UNASKED, True)
    title, advice = TEXTS[status]
    return render_template(
        "error.html", status=status, title=title, said=said, advice=advice
    )
