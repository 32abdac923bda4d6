"""What is kept of one request, before it becomes a line of the log."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from authz.model import Caller

NOBODY: Mapping[str, str] = MappingProxyType({})


class About(Struct, gc=False):
    """A question and its answer, whoever asks it when; a batch is one of these."""

    tenant: str
    #: Id of the API key, never its secret.
    client: str
    #: What was asked: `evaluation`, `evaluations`, `search_subject`, `filter` and so on.
    kind: str
    #: The JSON object that was sent.
    #: None where it can be had of the text.
    body: Mapping[str, object] | None
    #: For whom it was decided; its session is not written down.
    caller: Caller
    #: As `line.verdict` gives them: one, or one for each item of a batch; empty for a
    #: search.
    verdicts: tuple[bytes, ...]
    #: Ids or names that a search found; None where nothing was searched for.
    found: tuple[str, ...] | None
    policy_revision: str
    #: Revision of the tenant's facts.
    data_revision: int
    #: E-mail by which the request names an account -> the opaque id of that account.
    accounts: Mapping[str, str] = field(default_factory=lambda: NOBODY)
    #: The valid JSON that `body` was read from; empty where that is not known.
    text: bytes = b""
    #: The parts of its lines, once there was one; see `line.parts`.
    parts: tuple[bytes, bytes] | None = None


class Record(Struct, gc=False):
    """One request with its answer."""

    request_id: str
    #: Microseconds from the whole request to the answer.
    micros: int
    about: About
    #: Epoch seconds, when the answer was made.
    time: float = 0.0
