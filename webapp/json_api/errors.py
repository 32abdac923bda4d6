"""Errors on the wire: the one table from error to status and code, and the one shape.

    {"error": {"code", "message", "where", "request_id"}}

An error that nobody expected is logged and answered as 500, with nothing of its text.
"""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Flask, Response, g

from authz import errors
from authz.accounts.credentials import SecondFactorNeeded, WrongLogin
from authz.accounts.own import ConfirmationNeeded, WrongPassword
from authz.accounts.throttle import Throttled
from authz.accounts.tokens import WrongToken
from authz.administration.desk import Refused
from authz.administration.locks import locked
from authz.engine.polar import EvaluationFailed
from webapp.decision_api.answers import Error, ErrorAnswer
from webapp.decision_api.errors import (
    REALM,
    BodyTooLarge,
    Unauthenticated,
    WrongEncoding,
    WrongHost,
    WrongMethod,
)
from webapp.json_api.parts import Present

_log = logging.getLogger(__name__)

JSON = "application/json"


class WrongMediaType(errors.AuthzError):
    """A body of another type than JSON."""


class PagesLocked(errors.AuthzError):
    """It is behind the Protected Pages Password, which must be given first."""

    def __init__(self) -> None:
        super().__init__(
            "this is behind the password of the protected pages: "
            "send it to /api/v1/profile/unlock first"
        )


#: Error -> status and code. WHY in order: the first that fits counts.
STATUSES: Mapping[type[Exception], tuple[int, str]] = {
    errors.RequestError: (400, "bad_request"),
    WrongLogin: (401, "wrong_login"),
    SecondFactorNeeded: (401, "second_factor_needed"),
    WrongToken: (401, "unauthenticated"),
    Unauthenticated: (401, "unauthenticated"),
    PagesLocked: (403, "pages_locked"),
    ConfirmationNeeded: (403, "confirmation_needed"),
    WrongPassword: (403, "wrong_password"),
    errors.Forbidden: (403, "forbidden"),
    errors.NotFound: (404, "not_found"),
    WrongMethod: (405, "method_not_allowed"),
    errors.Conflict: (409, "conflict"),
    BodyTooLarge: (413, "body_too_large"),
    WrongEncoding: (415, "unsupported_encoding"),
    WrongMediaType: (415, "unsupported_media_type"),
    WrongHost: (421, "wrong_host"),
    errors.InvalidChange: (422, "invalid"),
    Throttled: (429, "throttled"),
    errors.Unavailable: (503, "unavailable"),
    EvaluationFailed: (503, "unavailable"),
}
INTERNAL = (500, "internal_error")
#: What callers are told whatever the cause was; the log has the cause.
TOLD = {
    404: "there is no such thing here, or it is not yours to see",
    500: "an internal error; the server's log has it under this request id",
    503: "nothing can be decided or changed now; try again soon",
}
#: What Flask says no to, before anything of ours does.
BY_STATUS: Mapping[int, Exception] = {
    400: errors.RequestError("the request cannot be understood"),
    404: errors.NotFound("no such path"),
    413: BodyTooLarge("the body is too large"),
}
HINTS: Mapping[type[Exception], str] = {
    ConfirmationNeeded: ": send it to /api/v1/profile/confirm first",
    SecondFactorNeeded: ": send it as `code`",
}


def install(app: Flask) -> None:
    """Has errors answered in JSON."""

    def wrong_method(error: Any) -> Response:
        allow = ", ".join(sorted(error.valid_methods or ()))
        return answer(WrongMethod(f"this path takes {allow}", allow=allow))

    def by_status(error: Any) -> Response:
        return answer(BY_STATUS[error.code])

    app.register_error_handler(errors.AuthzError, answer)
    app.register_error_handler(EvaluationFailed, answer)
    app.register_error_handler(405, wrong_method)
    for status in BY_STATUS:
        app.register_error_handler(status, by_status)
    app.register_error_handler(Exception, answer)


def answer(exc: Exception) -> Response:
    """The answer to a request that met this error."""
    exc = _as_told(exc)
    status, code = next((of for k, of in STATUSES.items() if isinstance(exc, k)), INTERNAL)
    if status >= 500:
        logged = exc if status == 500 else None
        _log.error("request %r: %s", g.request_id, exc, exc_info=logged)
    where = getattr(exc, "where", "") or getattr(exc, "field", "")
    message = TOLD.get(status, str(exc) + HINTS.get(type(exc), ""))
    told = ErrorAnswer(Error(code, message, where, g.request_id))
    response = Response(msgspec.json.encode(told), status, content_type=JSON)
    if status == 401:
        response.headers["WWW-Authenticate"] = f'Bearer realm="{REALM}"'
    if isinstance(exc, WrongMethod):
        response.headers["Allow"] = exc.allow
    if isinstance(exc, Throttled):
        response.headers["Retry-After"] = str(exc.retry_after_seconds)
    return response


def _as_told(exc: Exception) -> Exception:
    """The same, or that the pages are locked, where only that was in the way."""
    present = g.get("visit")
    if not (isinstance(exc, Refused) and isinstance(present, Present)):
        return exc
    answer = present.desk.answer(exc.action, *exc.about)
    return PagesLocked() if locked(answer) else exc
