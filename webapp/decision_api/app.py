"""The decision API: a request in, a response out, and nothing else happens.

In order: is it meant for us, is there such a path, does it take this method, who asks, and
only then what is asked. Under any fault the answer has no decision; what no one foresaw is
logged and answered with 500, and the next request is served.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from msgspec import Struct

from authz.decision_log import About, Record
from authz.decisions.ports import Clock
from authz.decisions.snapshot import Snapshot
from authz.errors import AuthzError, Unavailable
from webapp.decision_api import access, strictjson
from webapp.decision_api.admission import KNOWN_MAX, Admission, Door, Turn
from webapp.decision_api.endpoint import POST, Answered, Asked, Endpoints, Limits
from webapp.decision_api.errors import BodyTooLarge, code_of, error_response
from webapp.decision_api.messages import (
    Headers,
    HttpRequest,
    HttpResponse,
    is_echoable,
)
from webapp.decision_api.outcome import Tally
from webapp.decision_api.recording import Counts, Log, about_of

NO_STORE = ("Cache-Control", "no-store")
#: In a body, it asks for what takes long.
SLOW_OPTION = b'"full"'
#: How deep a plain body may be nested.
PLAIN_NESTING = 4
NOTHING_KNOWN: Mapping[Any, Any] = {}

_log = logging.getLogger(__name__)


class _Made(Struct, frozen=True, gc=False):
    """What was made of an answer, to be sent any number of times."""

    status: int
    headers: Headers
    body: bytes
    tallies: tuple[Tally, ...]
    #: None where nothing was decided.
    about: About | None


class DecisionApi:
    """Everything that answers requests. Many threads may ask at a time."""

    def __init__(
        self,
        endpoints: Endpoints,
        callers: access.Callers,
        moment: Callable[[], AbstractContextManager[None]],
        basis: Callable[[str], Snapshot],
        limits: Limits,
        new_request_id: Callable[[], str],
        log: Log | None,
        counts: Counts,
        clock: Clock,
        timer: Clock,
    ):
        """`moment`: what is asked inside shares one look at the facts. basis: what
        decisions of a tenant rest on now; raises an AuthzError. clock: epoch seconds.
        timer: seconds since any moment, as `HttpRequest.started`.
        """
        self._endpoints = endpoints
        self._door = Door(endpoints, callers, limits.hosts)
        self._moment = moment
        self._basis = basis
        self.limits = limits
        self._new_request_id = new_request_id
        self._decision_log = log
        self._counts = counts
        self._clock = clock
        self._timer = timer
        #: Set before a stop: the service says that it is not ready, and still answers.
        self.draining = False
        self._writing = threading.Lock()
        #: Headers of answers but for the request id, by what they are made from.
        self._headers: dict[tuple[object, ...], Headers] = {}

    def kept_answers(self) -> int:
        """How many answers are kept to be given again."""
        return self._door.kept()

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
                # WHY nothing is known of a slow one: facts may change under it.
                turn = Turn(self._clock(), None if slow else self._basis)
                made = [self._answer(request, turn) for request in requests]
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
            self._door.admitted(head, Turn(self._clock(), None))
        except AuthzError as exc:
            return self._error(head, exc)
        except Exception as exc:  # noqa: BLE001 - as in `respond_all`
            return self._error(head, exc)
        return None

    def _answer(
        self, request: HttpRequest, turn: Turn
    ) -> tuple[HttpResponse, Record | None]:
        started = request.started or self._timer()
        try:
            admission = self._door.admitted(request, turn)
            answers = admission.answers
            made = None if answers is None else answers.made.get(request.body)
            if made is None:
                turn.look_again()
                made = self._made(admission, request)
        except AuthzError as exc:
            return self._error(request, exc), None
        except Exception as exc:  # noqa: BLE001 - the worker lives, whatever happens to one request
            return self._error(request, exc), None
        request_id = admission.request_id or self._new_request_id()
        response = HttpResponse(made.status, made.headers, request_id, made.body)
        kind = admission.endpoint.kind
        if not kind:
            return response, None
        seconds = self._timer() - started
        self._counts.answered(kind, 200, made.tallies, seconds)
        if made.about is None or self._decision_log is None:
            return response, None
        return response, Record(request_id, int(seconds * 1e6), made.about)

    def _made(self, admission: Admission, request: HttpRequest) -> _Made:
        """Raises: AuthzError."""
        endpoint, answers = admission.endpoint, admission.answers
        asked = self._asked(admission, request)
        answered = endpoint.answer(asked)
        # WHY not of a GET: nobody has looked at what it may have for a body.
        text = request.body if endpoint.methods is POST else b""
        made = _Made(
            answered.status,
            self._headers_of(answered),
            answered.body,
            tuple([one.tally for one in answered.outcomes]),
            about_of(endpoint.kind, asked, text, answered),
        )
        if answers is not None and answered.basis is answers.basis is not None:
            answers.keep_made(request.body, made)
        return made

    def _asked(self, admission: Admission, request: HttpRequest) -> Asked:
        """Raises: RequestError, BodyTooLarge."""
        endpoint, client, answers = admission.endpoint, admission.client, admission.answers
        if endpoint.methods is not POST:
            return Asked(client, {})
        if len(request.body) > self.limits.body_bytes:
            raise BodyTooLarge(f"the body is larger than {self.limits.body_bytes} bytes")
        if endpoint.plain is not None and self.limits.nesting >= PLAIN_NESTING:
            known = NOTHING_KNOWN if answers is None else answers.told
            plain = endpoint.plain(request.body, known)
            if plain is not None:
                return Asked(client, {}, plain, answers)
        body = strictjson.parse(request.body, nesting_max=self.limits.nesting)
        return Asked(client, body)

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
            headers = self._headers[made_from] = Headers(_headers(answered))
        return headers

    def _may_be_told(self, records: Sequence[Record]) -> bool:
        """Whether the decisions are written down, or need not be."""
        if not records or self._decision_log is None:
            return True
        now = self._clock()
        for record in records:
            record.time = now
        with self._writing:
            written = self._decision_log.write(records)
        return written or not self._decision_log.required


def _headers(answered: Answered) -> tuple[tuple[str, str], ...]:
    headers = [("Content-Type", answered.content_type)]
    if not any(name == "Cache-Control" for name, _ in answered.headers):
        headers.append(NO_STORE)
    if answered.policy_revision:
        headers.append(("X-Policy-Revision", answered.policy_revision))
    if answered.data_revision is not None:
        headers.append(("X-Data-Revision", str(answered.data_revision)))
    return (*headers, *answered.headers)
