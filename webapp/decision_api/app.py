"""The decision API: a request in, a response out, and nothing else happens.

In order: is it meant for us, is there such a path, does it take this method, who asks, and
only then what is asked.  Under any fault the answer has no decision; what no one foresaw is
logged and answered with 500, and the next request is served.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from authz.decisions import explain, full
from authz.decisions.pdp import Answer
from authz.decisions.ports import Provenance
from authz.errors import AuthzError, NotFound, RequestError, Unavailable
from authz.model import Caller, Request
from authz.storage.clients import ApiClient
from webapp.decision_api import access, strictjson, wire
from webapp.decision_api.errors import (
    BodyTooLarge,
    WrongEncoding,
    WrongHost,
    WrongMethod,
    error_response,
)
from webapp.decision_api.messages import HttpRequest, HttpResponse
from webapp.decision_api.readiness import Readiness

JSON = ("Content-Type", "application/json")
NO_STORE = ("Cache-Control", "no-store")
READ_METHODS = ("GET", "HEAD")
ALLOWED, DENIED = b'{"decision":true}', b'{"decision":false}'

#: Bodies that are waited for at a time; WHY fewer than there are threads: health must be
#: answered whatever senders do.
BODIES_AT_ONCE = 24

Evaluate = Callable[[Request, Caller], Answer]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may be."""

    body_bytes: int
    nesting: int
    #: Lower case, without port.
    hosts: frozenset[str]


class DecisionApi:
    """Everything that answers requests, over one decision point."""

    def __init__(
        self,
        evaluate: Evaluate,
        callers: access.Callers,
        readiness: Callable[[], Readiness],
        provenance: Provenance,
        limits: Limits,
        new_request_id: Callable[[], str],
    ):
        self._evaluate = evaluate
        self._callers = callers
        self._readiness = readiness
        self._provenance = provenance
        self.limits = limits
        self._new_request_id = new_request_id
        #: WHY: a body is waited for in one of several threads; what follows is done by one
        #: at a time.
        self._turn = threading.Lock()
        self._bodies = threading.BoundedSemaphore(BODIES_AT_ONCE)
        self._routes = {
            "/access/v1/evaluation": (("POST",), self._evaluation),
            "/healthz": (READ_METHODS, self._alive),
            "/readyz": (READ_METHODS, self._ready),
        }

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to any request; never raises."""
        sent = request.headers.get("x-request-id", "")
        request_id = sent if _is_echoable(sent) else self._new_request_id()
        try:
            if sent and sent is not request_id:
                raise RequestError("the header `X-Request-ID` holds control characters")
            return self._route(request)(request, request_id)
        except AuthzError as exc:
            if isinstance(exc, Unavailable):
                _log.error("request %r: no decision: %s", request_id, exc)
            return error_response(exc, request_id)
        except Exception as exc:  # noqa: BLE001 - the worker lives, whatever happens to one request
            _log.exception("request %r failed", request_id)
            return error_response(exc, request_id)

    def _route(self, request: HttpRequest) -> Callable[[HttpRequest, str], HttpResponse]:
        host = request.headers.get("host", "")
        if _without_port(host) not in self.limits.hosts:
            raise WrongHost(
                f"the host {strictjson.shown(host)} is not one of `server.allowed_hosts`"
            )
        methods, answer = self._routes.get(request.path, (None, None))
        if methods is None or answer is None:
            raise NotFound(f"no such path: {strictjson.shown(request.path)}")
        if request.method not in methods:
            allow = ", ".join(methods)
            raise WrongMethod(f"this path takes {allow}", allow=allow)
        return answer

    def _evaluation(self, request: HttpRequest, request_id: str) -> HttpResponse:
        with self._turn:
            self._client(request)
        body = self._body(request)
        question, options = wire.request_of(body), wire.options_of(body)
        with self._turn:
            # WHY again: a body may take long to come, and a key be revoked meanwhile.
            client = self._client(request)
            answer = self._evaluate(question, access.caller(client, question.context))
            content = self._content(answer, options, client)
        headers = (
            JSON,
            NO_STORE,
            ("X-Request-ID", request_id),
            ("X-Policy-Revision", answer.policy_revision),
            ("X-Data-Revision", str(answer.data_revision)),
        )
        return HttpResponse(200, headers, content)

    def _content(self, answer: Answer, options: wire.Options, client: ApiClient) -> bytes:
        """The answer as the caller may have it."""
        if not options.explain:
            return ALLOWED if answer.decision.allowed else DENIED
        language, for_admin = options.language, access.EXPLAIN in client.scopes
        if options.explain == wire.FULL:
            said = full.full(
                answer, self._provenance, language=language, for_admin=for_admin
            )
        else:
            said = explain.reasons(answer, language=language, for_admin=for_admin)
        return json.dumps({"decision": answer.decision.allowed, "context": said}).encode()

    def _client(self, request: HttpRequest) -> ApiClient:
        client = self._callers.client_of(request.headers.get("authorization", ""))
        access.require(client, access.CHECK)
        return client

    def _body(self, request: HttpRequest) -> dict[str, object]:
        kind = request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise RequestError("the header `Content-Type` must be `application/json`")
        encoding = request.headers.get("content-encoding", "")
        if encoding.strip().lower() not in ("", "identity"):
            raise WrongEncoding(
                f"the body is encoded as {strictjson.shown(encoding)}: send it plain"
            )
        if not self._bodies.acquire(blocking=False):
            raise Unavailable(f"{BODIES_AT_ONCE} bodies are waited for already")
        try:
            body = request.read_body()
        finally:
            self._bodies.release()
        if len(body) > self.limits.body_bytes:
            raise BodyTooLarge(f"the body is larger than {self.limits.body_bytes} bytes")
        return strictjson.parse(body, nesting_max=self.limits.nesting)

    def _alive(self, _request: HttpRequest, request_id: str) -> HttpResponse:
        return _json_response(200, {"status": "alive"}, request_id)

    def _ready(self, _request: HttpRequest, request_id: str) -> HttpResponse:
        with self._turn:
            readiness = self._readiness()
        body = {"status": readiness.status, "policy_revision": readiness.policy_revision}
        if readiness.reason:
            body["reason"] = readiness.reason
        return _json_response(200 if readiness.is_ready else 503, body, request_id)


def _json_response(status: int, body: dict[str, str], request_id: str) -> HttpResponse:
    headers = (JSON, NO_STORE, ("X-Request-ID", request_id))
    return HttpResponse(status, headers, json.dumps(body).encode())


def _is_echoable(text: str) -> bool:
    """Whether a header may carry it back: any ASCII field value, however long."""
    return bool(text) and text.isascii() and text.replace("\t", " ").isprintable()


def _without_port(host: str) -> str:
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()
