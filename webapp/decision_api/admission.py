"""Who is let in: all that follows from the head of a request."""

from collections.abc import Callable

from msgspec import Struct

from authz.decisions.snapshot import Snapshot
from authz.errors import AuthzError, NotFound, RequestError
from authz.storage.clients import ApiClient
from webapp.decision_api import access, strictjson
from webapp.decision_api.endpoint import JSON_TYPE, POST, Endpoint, Endpoints
from webapp.decision_api.errors import WrongEncoding, WrongHost, WrongMethod
from webapp.decision_api.kept import Answers, KeptAnswers
from webapp.decision_api.messages import HttpRequest, is_echoable

#: Hosts, methods and paths that are kept to be recognized.
KNOWN_MAX = 1_000


class Turn:
    """What requests that are answered together share."""

    __slots__ = ("_bases", "_find", "look", "now")

    def __init__(self, now: float, find: Callable[[str], Snapshot] | None):
        """`find`: what decisions of a tenant rest on in this moment; None outside one."""
        #: Epoch seconds.
        self.now = now
        self._find = find
        self._bases: dict[str, Snapshot | None] = {}
        #: Another one each time that something may have moved on.
        self.look = object()

    @property
    def is_moment(self) -> bool:
        """Whether facts are of one revision until somebody reads more of them."""
        return self._find is not None

    def basis(self, tenant: str) -> Snapshot | None:
        """What decisions of that tenant rest on now; None where nothing does."""
        try:
            return self._bases[tenant]
        except KeyError:
            pass
        basis = None
        if self._find is not None:
            try:
                basis = self._find(tenant)
            except AuthzError:
                # WHY: it is told by whoever needs it.
                basis = None
        self._bases[tenant] = basis
        return basis

    def look_again(self) -> None:
        """Forgets what was found: facts were read, and may be of another revision now."""
        self._bases.clear()
        self.look = object()


class Admission(Struct, frozen=True):
    """A head that was let in."""

    endpoint: Endpoint
    #: Whose key it came with; None where the endpoint takes none.
    client: ApiClient | None
    #: The identifier that the request has; empty where it has none.
    request_id: str
    #: What the client was answered before; None where that is not known.
    answers: Answers | None

    def holds(self, turn: Turn) -> bool:
        """Whether the same head is let in for the same reasons."""
        client, answers = self.client, self.answers
        if client is None:
            return True
        # WHY the basis: whatever is changed about a key gives the facts another revision.
        return (
            answers is not None
            and answers.basis is not None
            and answers.basis is turn.basis(client.tenant)
            and client.is_live(turn.now)
        )


class Door:
    """Lets requests in; threads may share it."""

    def __init__(
        self, endpoints: Endpoints, callers: access.Callers, hosts: frozenset[str]
    ):
        """`hosts`: lower case, without port."""
        self._endpoints = endpoints
        self._callers = callers
        self._hosts = hosts
        self._kept = KeptAnswers()
        #: Host, method and path -> what answers: of requests that were let in before.
        self._known: dict[tuple[str, str, str], Endpoint] = {}

    def admitted(self, request: HttpRequest, turn: Turn) -> Admission:
        """What follows from this head: looked up where it was seen before.

        Raises: AuthzError, as it is answered.
        """
        note = request.note
        if note is None or not turn.is_moment:
            return self._admission(request, turn)
        admission = note.admission
        if isinstance(admission, Admission) and (
            note.seen_in is turn.look or admission.holds(turn)
        ):
            note.seen_in = turn.look
            return admission
        note.admission = admission = self._admission(request, turn)
        return admission

    def kept(self) -> int:
        """How many answers are kept."""
        return len(self._kept)

    def _admission(self, request: HttpRequest, turn: Turn) -> Admission:
        request_id = _id_of(request)
        endpoint = self._endpoint(request)
        client = answers = None
        if endpoint.scope:
            client = self._callers.client_of(request.headers.get("authorization", ""))
            access.require(client, endpoint.scope)
            basis = turn.basis(client.tenant)
            if basis is not None:
                answers = self._kept.on(basis, client.id, endpoint.kind)
        if endpoint.methods is POST:
            _check_body_headers(request)
        return Admission(endpoint, client, request_id, answers)

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
        if _without_port(host) not in self._hosts:
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


def _id_of(request: HttpRequest) -> str:
    """Raises: RequestError for an identifier that no header may carry back."""
    sent = request.headers.get("x-request-id", "")
    if sent and not is_echoable(sent):
        raise RequestError("the header `X-Request-ID` holds control characters")
    return sent


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
