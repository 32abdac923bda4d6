"""The decision API as a plain WSGI application (PEP 3333).

WSGI text is Latin-1 that stands for bytes.  A length that the client states is an upper
bound and never trusted: what is read is what came, at most one byte past the limit.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from authz.errors import RequestError
from webapp.decision_api.errors import error_response
from webapp.decision_api.messages import Answers, HttpRequest, HttpResponse
from webapp.decision_api.turns import new_id

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

#: The headers that the API looks at, by their names in a WSGI environment.
HEADERS = {
    "HTTP_HOST": "host",
    "HTTP_AUTHORIZATION": "authorization",
    "HTTP_X_REQUEST_ID": "x-request-id",
    "HTTP_CONTENT_ENCODING": "content-encoding",
    "CONTENT_TYPE": "content-type",
}


def application(api: Answers) -> "WSGIApplication":
    """The WSGI application that answers by this API."""

    def answer(
        environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = HttpRequest(
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", ""),
            headers={name: environ[key] for key, name in HEADERS.items() if key in environ},
        )
        # WHY first: whoever has no key does not keep a thread waiting for a body.
        response = api.refusal(request)
        if response is None:
            response = _answer(api, request, environ)
        status = HTTPStatus(response.status)
        length = ("Content-Length", str(len(response.body)))
        start_response(f"{status.value} {status.phrase}", [*response.headers, length])
        return [] if request.method == "HEAD" else [response.body]

    return answer


def _answer(api: Answers, request: HttpRequest, environ: "WSGIEnvironment") -> HttpResponse:
    try:
        body = _read(environ, api.limits.body_bytes + 1)
    except RequestError as exc:
        sent = request.headers.get("x-request-id", "")
        is_plain = sent.isascii() and sent.isprintable()
        return error_response(exc, (sent if is_plain else "") or new_id())
    return api.respond(msgspec.structs.replace(request, body=body))


def _read(environ: "WSGIEnvironment", at_most: int) -> bytes:
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated:
        if not (stated.isascii() and stated.isdigit()):
            raise RequestError("the header `Content-Length` is not a number")
        if len(stated) < 12:
            at_most = min(at_most, int(stated))
    elif not environ.get("wsgi.input_terminated"):
        return b""
    stream: InputStream = environ["wsgi.input"]
    parts: list[bytes] = []
    while at_most > 0:
        part = stream.read(at_most)
        if not part:
            break
        parts.append(part)
        at_most -= len(part)
    return b"".join(parts)
