"""The decision API: a request in, a response out, and nothing else happens.

In order: is it meant for us, is there such a path, does it take this method, who asks, and
only then what is asked. Under any fault the answer has no decision; what no one foresaw is
logged and answered with 500, and the next request is served.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from authz.decision_log import Record
from authz.decisions.ports import Clock
from authz.errors import AuthzError, NotFound, RequestError, Unavailable
from authz.storage.clients import ApiClient
from webapp.decision_api import access, strictjson
from webapp.decision_api.endpoint import (
    JSON_TYPE,
    POST,
    Answered,
    Asked,
    Endpoint,
    Endpoints,
    Limits,
)
from webapp.decision_api.errors import (
    BodyTooLarge,
    WrongEncoding,
    WrongHost,
    WrongMethod,
    code_of,
    error_response,
)
from webapp.decision_api.messages import HttpRequest, HttpResponse, is_echoable
from webapp.decision_api.recording import Counts, Log, record_of

NO_STORE = ("Cache-Control", "no-store")
#: In a body, it asks for what takes long.
SLOW_OPTION = b'"full"'
#: How deep a plain body may be nested.
PLAIN_NESTING = 4
#: Requests and answers that are kept to be recognized.
KNOWN_MAX = 1_000

Headers = tuple[tuple[str, str], ...]

_log = logging.getLogger(__name__)


class DecisionApi:
    """Everything that answers requests. Many threads may ask at a time."""

    def __init__(
        self,
        endpoints: Endpoints,
        callers: access.Callers,
        moment: Callable[[], AbstractContextManager[None]],
        limits: Limits,
        new_request_id: Callable[[], str],
        log: Log | None,
        counts: Counts,
        clock: Clock,
        timer: Clock,
    ):
        """`moment`: what is asked inside shares one look at the facts. clock: epoch
        seconds. timer: seconds since any moment, as `HttpRequest.started`.
        """
        self._endpoints = endpoints
        self._callers = callers
        self._moment = moment
        self.limits = limits
        self._new_request_id = new_request_id
        self._decision_log = log
        self._counts = counts
        self._clock = clock
        self._timer = timer
        #: Set before a stop: the service says that it is not ready, and still answers.
        self.draining = False
        self._writing = threading.Lock()
        #: Host, method and path -> what answers: of requests that were let in before.
        self._known: dict[tuple[str, str, str], Endpoint] = {}
        #: Headers of answers but for the request id, by what they are made from.
        self._headers: dict[tuple[object, ...], Headers] = {}

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to any request; never raises."""
        return self.respond_all((request,))[0]

    def respond_all(self, requests: Sequence[HttpRequest]) -> list[HttpResponse]:
        """The answers to requests that wait at the same time; never raises.

        They share one look at the facts and one write of the decision log. One that is
        slow must come alone, to hold up nobody.
        """
        slow = len(requests) == 1 and self.is_slow(requests[0])
        try:
            with nullcontext() if slow else self._moment():
                made = [self._answer(request) for request in requests]
            if self._may_be_told([record for _, record in made if record]):
                return [response for response, _ in made]
        except Exception as exc:  # noqa: BLE001 - whatever happens, everybody gets an answer
            return [self._error(request, exc) for request in requests]
        lost = Unavailable("the decision log cannot be written")
        return [
            self._error(request, lost) if record else response
            for request, (response, record) in zip(requests, made, strict=True)
        ]

    def is_slow(self, request: HttpRequest) -> bool:
        """Whether the answer may take long, so that it should not hold up others."""
        endpoint = self._endpoints.get(request.path)
        return endpoint is not None and (endpoint.is_slow or SLOW_OPTION in request.body)

    def refusal(self, head: HttpRequest) -> HttpResponse | None:
        """The answer to a request whose body need not be waited for; None for all others.

        WHY: who has no key cannot keep a worker waiting for a body that never comes.
        """
        try:
            endpoint = self._endpoint(head)
            self._client(endpoint, head)
            if endpoint.methods is POST:
                _check_body_headers(head)
        except AuthzError as exc:
            return self._error(head, exc)
        except Exception as exc:  # noqa: BLE001 - as in `respond_all`
            return self._error(head, exc)
        return None

    def _answer(self, request: HttpRequest) -> tuple[HttpResponse, Record | None]:
        started = request.started or self._timer()
        try:
            request_id = self._id_of(request)
            endpoint = self._endpoint(request)
            client = self._client(endpoint, request)
            asked = self._asked(endpoint, client, request, request_id)
            answered = endpoint.answer(asked)
        except AuthzError as exc:
            return self._error(request, exc), None
        except Exception as exc:  # noqa: BLE001 - the worker lives, whatever happens to one request
            return self._error(request, exc), None
        headers = (*self._headers_of(answered), ("X-Request-ID", request_id))
        response = HttpResponse(answered.status, headers, answered.body)
        if not endpoint.kind:
            return response, None
        seconds = self._timer() - started
        self._counts.answered(endpoint.kind, 200, answered.decisions, seconds)
        if self._decision_log is None:
            return response, None
        # WHY not of a GET: nobody has looked at what it may have for a body.
        text = request.body if endpoint.methods is POST else b""
        now = self._clock()
        return response, record_of(endpoint.kind, asked, text, answered, now, seconds)

    def _endpoint(self, request: HttpRequest) -> Endpoint:
        asked = (request.headers.get("host", ""), request.method, request.path)
        endpoint = self._known.get(asked)
        if endpoint is None:
            endpoint = self._found(request)
            if len(self._known) < KNOWN_MAX:
                self._known[asked] = endpoint
        return endpoint

    def _found(self, request: HttpRequest) -> Endpoint:
        host = request.headers.get("host", "")
        if _without_port(host) not in self.limits.hosts:
            raise WrongHost(
                f"the host {strictjson.shown(host)} is not one of `server.allowed_hosts`"
            )
        endpoint = self._endpoints.get(request.path)
        if endpoint is None:
            raise NotFound(f"no such path: {strictjson.shown(request.path)}")
        if request.method not in endpoint.methods:
            allow = ", ".join(endpoint.methods)
            raise WrongMethod(f"this path takes {allow}", allow=allow)
        return endpoint

    def _client(self, endpoint: Endpoint, request: HttpRequest) -> ApiClient | None:
        if not endpoint.scope:
            return None
        client = self._callers.client_of(request.headers.get("authorization", ""))
        access.require(client, endpoint.scope)
        return client

    def _asked(
        self,
        endpoint: Endpoint,
        client: ApiClient | None,
        request: HttpRequest,
        request_id: str,
    ) -> Asked:
        """Raises: RequestError, BodyTooLarge, WrongEncoding."""
        if endpoint.methods is not POST:
            return Asked(client, {}, request_id)
        _check_body_headers(request)
        if len(request.body) > self.limits.body_bytes:
            raise BodyTooLarge(f"the body is larger than {self.limits.body_bytes} bytes")
        if endpoint.plain is not None and self.limits.nesting >= PLAIN_NESTING:
            plain = endpoint.plain(request.body)
            if plain is not None:
                return Asked(client, {}, request_id, plain)
        body = strictjson.parse(request.body, nesting_max=self.limits.nesting)
        return Asked(client, body, request_id)

    def _id_of(self, request: HttpRequest) -> str:
        """Raises: RequestError for an identifier that no header may carry back."""
        sent = request.headers.get("x-request-id", "")
        if not sent:
            return self._new_request_id()
        if not is_echoable(sent):
            raise RequestError("the header `X-Request-ID` holds control characters")
        return sent

    def _error(self, request: HttpRequest, exc: Exception) -> HttpResponse:
        sent = request.headers.get("x-request-id", "")
        request_id = sent if is_echoable(sent) else self._new_request_id()
        named = {"request_id": request_id}
        if isinstance(exc, Unavailable):
            _log.error("request %r: no decision: %s", request_id, exc, extra=named)
        elif not isinstance(exc, AuthzError):
            _log.error("request %r failed", request_id, exc_info=exc, extra=named)
        self._counts.refused(code_of(exc))
        return error_response(exc, request_id)

    def _headers_of(self, answered: Answered) -> Headers:
        made_from = (
            answered.content_type,
            answered.policy_revision,
            answered.data_revision,
            answered.headers,
        )
        headers = self._headers.get(made_from)
        if headers is None:
            if len(self._headers) >= KNOWN_MAX:
                self._headers.clear()
            headers = self._headers[made_from] = _headers(answered)
        return headers

    def _may_be_told(self, records: Sequence[Record]) -> bool:
        """Whether the decisions are written down, or need not be."""
        if not records or self._decision_log is None:
            return True
        with self._writing:
            written = self._decision_log.write(records)
        return written or not self._decision_log.required


def _headers(answered: Answered) -> Headers:
    headers = [("Content-Type", answered.content_type)]
    if not any(name == "Cache-Control" for name, _ in answered.headers):
        headers.append(NO_STORE)
    if answered.policy_revision:
        headers.append(("X-Policy-Revision", answered.policy_revision))
    if answered.data_revision is not None:
        headers.append(("X-Data-Revision", str(answered.data_revision)))
    return (*headers, *answered.headers)


def _check_body_headers(request: HttpRequest) -> None:
    kind = request.headers.get("content-type", "")
    if kind != JSON_TYPE and kind.partition(";")[0].strip().lower() != JSON_TYPE:
        raise RequestError("the header `Content-Type` must be `application/json`")
    encoding = request.headers.get("content-encoding", "")
    if encoding and encoding.strip().lower() not in ("", "identity"):
        raise WrongEncoding(
            f"the body is encoded as {strictjson.shown(encoding)}: send it plain"
        )


def _without_port(host: str) -> str:
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()
