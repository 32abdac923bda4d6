"""What an endpoint is: who may ask it, and the function that answers.

The door (`app.DecisionApi`) has looked at host, path, method, key, scope and body before;
it adds the headers, writes the decision log and counts, whatever the endpoint is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from authz.model import Caller
from authz.storage.clients import ApiClient
from webapp.decision_api.kept import Answers
from webapp.decision_api.outcome import Outcome

NO_ACCOUNTS: Mapping[str, str] = MappingProxyType({})
JSON_TYPE = "application/json"
READ_METHODS = ("GET", "HEAD")
POST = ("POST",)


class Asked(Struct, frozen=True):
    """A request that was let in."""

    #: Whose key it came with; None where an endpoint takes none.
    client: ApiClient | None
    #: The JSON object that was sent; empty for a request without a body, and where `plain`
    #: says what was asked.
    body: Mapping[str, object]
    #: What `Endpoint.plain` read of the body, which is empty here then.
    plain: Any = None
    #: What this client was answered before, on the present basis; None where that is not
    #: known.
    answers: Answers | None = None


class Answered(Struct, frozen=True):
    """What an endpoint says."""

    body: bytes
    content_type: str = JSON_TYPE
    status: int = 200
    #: More headers, or others than `Cache-Control: no-store`.
    headers: tuple[tuple[str, str], ...] = ()
    #: Revisions that the answer was made from; empty where it rests on none.
    policy_revision: str = ""
    #: Revision of the tenant's facts.
    data_revision: int | None = None
    #: What was decided: one for an evaluation, in order those of a batch, none otherwise.
    outcomes: Sequence[Outcome] = ()
    #: For whom it was decided: what the key fixes.
    caller: Caller | None = None
    #: E-mail by which a person was named -> opaque id; logs hold the id.
    accounts: Mapping[str, str] = field(default_factory=lambda: NO_ACCOUNTS)
    #: What a search found: ids or names; None where nothing was searched for.
    found: tuple[str, ...] | None = None
    #: On which basis the same question gets the same answer; None: on none.
    basis: object | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the API."""

    answer: Callable[[Asked], Answered]
    methods: tuple[str, ...] = POST
    #: The scope that a key needs; empty: it is answered without a key.
    scope: str = ""
    #: Whether an answer may take long, so that it must not hold up quick ones.
    is_slow: bool = False
    #: Reads a body that asks nothing unusual in one step, beside what was answered before
    #: (`Answers.told`); None for all others.
    plain: Callable[[bytes, Mapping[Any, Any]], Any] | None = None
    #: How it is named in the decision log and in metrics; empty: it appears in neither.
    kind: str = ""


#: Path -> what answers there.
Endpoints = Mapping[str, Endpoint]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may be."""

    body_bytes: int
    nesting: int
    #: Lower case, without port.
    hosts: frozenset[str]
    batch_items: int = 1_000
