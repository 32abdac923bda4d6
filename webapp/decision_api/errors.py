"""Errors on the wire: the one table from error class to status, and the one shape.

    {"error": {"code", "message", "where", "request_id"}}

These tell of the request, never of the outcome of a decision: a deny is an answer with
status 200.
"""

import json

from authz.errors import (
    AuthzError,
    Forbidden,
    InterpretedOnly,
    NotFound,
    RequestError,
    Unavailable,
)
from webapp.decision_api.messages import Headers, HttpResponse

REALM = "gatehouse"


class Unauthenticated(AuthzError):
    """No key, or none that is in force."""


class WrongMethod(AuthzError):
    """A path that is asked with another method."""

    def __init__(self, message: str, *, allow: str):
        super().__init__(message)
        #: The methods that the path takes, as the header `Allow` lists them.
        self.allow = allow


class WrongHost(AuthzError):
    """A request for a name that we do not answer to."""


class BodyTooLarge(AuthzError):
    """More than the limit."""


class TargetTooLong(AuthzError):
    """A request line above the limit."""


class HeadTooLarge(AuthzError):
    """Headers above the limit."""


class TooSlow(AuthzError):
    """A request that did not come in time."""


class WrongEncoding(AuthzError):
    """A compressed body."""


STATUSES: dict[type[AuthzError], tuple[int, str]] = {
    RequestError: (400, "bad_request"),
    Unauthenticated: (401, "unauthenticated"),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "not_found"),
    WrongMethod: (405, "method_not_allowed"),
    TooSlow: (408, "request_timeout"),
    BodyTooLarge: (413, "body_too_large"),
    TargetTooLong: (414, "target_too_long"),
    WrongEncoding: (415, "unsupported_encoding"),
    WrongHost: (421, "wrong_host"),
    HeadTooLarge: (431, "headers_too_large"),
    InterpretedOnly: (501, "not_searchable"),
    Unavailable: (503, "unavailable"),
}
#: What callers are told where the cause is ours; the log has the cause.
OUR_FAULT = {
    500: "an internal error; the server's log has it under this request id",
    503: "no decision can be made now; ask /readyz for the reason",
}


def code_of(exc: Exception) -> str:
    """How that error is named on the wire."""
    return STATUSES.get(type(exc), (500, "internal_error"))[1]  # type: ignore[arg-type]


def error_response(exc: Exception, request_id: str) -> HttpResponse:
    """The answer to a request that met this error; 500 for one that no one foresaw."""
    status, code = STATUSES.get(type(exc), (500, "internal_error"))  # type: ignore[arg-type]
    error = {
        "code": code,
        "message": OUR_FAULT.get(status, str(exc)),
        "where": exc.where if isinstance(exc, RequestError) else "",
        "request_id": request_id,
    }
    headers = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
    ]
    if isinstance(exc, Unauthenticated):
        headers.append(("WWW-Authenticate", f'Bearer realm="{REALM}"'))
    if isinstance(exc, WrongMethod):
        headers.append(("Allow", exc.allow))
    body = json.dumps({"error": error}).encode()
    return HttpResponse(status, Headers(tuple(headers)), request_id, body)
