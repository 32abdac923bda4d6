"""Every path of the API in words: what the OpenAPI document says that no type does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from webapp.decision_api.answers import Evaluation, EvaluationsAnswer, Liveness, Standing
from webapp.decision_api.endpoint import JSON_TYPE
from webapp.decision_api.filtering import FilterRequest, FilterResponse
from webapp.decision_api.metadata import WELL_KNOWN, Metadata
from webapp.decision_api.policy_state import PolicyState
from webapp.decision_api.search_types import (
    ActionSearch,
    ActionSearchResponse,
    EntitySearchResponse,
    ResourceSearch,
    SubjectSearch,
)
from webapp.decision_api.types import EvaluationRequest, EvaluationsRequest

Example = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One path."""

    id: str
    #: Under which heading it stands.
    group: str
    summary: str
    about: str
    #: Any of these shapes; none: the answer is a text, of `content_type`.
    answers: tuple[type[Struct], ...]
    request: type[Struct] | None = None
    #: Whether the request takes `options.explain`, though its type does not have it.
    explains: bool = False
    example: Example | None = None
    example_answer: Example | None = None
    content_type: str = JSON_TYPE
    #: Statuses that not every request can get.
    statuses: tuple[int, ...] = ()
    #: What it means when the answer comes with status 503.
    without_decisions: str = ""


DECISIONS, SEARCHES, SERVICE = "Decisions", "Searches and filters", "The service"
SUBJECT = {"type": "user", "id": "finance@pwani.example"}
RESOURCE = {"type": "tenant", "id": "pwani"}
QUESTION: Example = {
    "subject": SUBJECT,
    "action": {"name": "transaction:read"},
    "resource": RESOURCE,
    "context": {"channel": "web"},
}
FOUND_PAGE: Example = {"next_token": "", "count": 1}

OPERATIONS: Mapping[str, Operation] = {
    "/access/v1/evaluation": Operation(
        "evaluate",
        DECISIONS,
        "One decision",
        "May this subject do this action on this resource? A deny is an answer with status "
        "200. With `options.explain` the answer says why.",
        (Evaluation,),
        request=EvaluationRequest,
        explains=True,
        example=QUESTION,
        example_answer={"decision": True},
    ),
    "/access/v1/evaluations": Operation(
        "evaluateMany",
        DECISIONS,
        "Several decisions",
        "Top-level members are defaults for the items; what an item holds itself replaces "
        "the default whole. All answers rest on the same policies and facts. An item that "
        "asks nothing sound is denied in its place, with `context.error`. Without items it "
        "is one decision, answered as such.",
        (EvaluationsAnswer, Evaluation),
        request=EvaluationsRequest,
        example={
            **QUESTION,
            "evaluations": [{}, {"action": {"name": "user:delete"}}],
            "options": {"evaluations_semantic": "execute_all"},
        },
        example_answer={"evaluations": [{"decision": True}, {"decision": False}]},
    ),
    "/access/v1/search/subject": Operation(
        "searchSubjects",
        SEARCHES,
        "Who can",
        "The subjects of a type that may do this action on this resource.",
        (EntitySearchResponse,),
        request=SubjectSearch,
        statuses=(501,),
        explains=True,
        example={**QUESTION, "subject": {"type": "user"}, "page": {"limit": 50}},
        example_answer={"page": FOUND_PAGE, "results": [{"type": "user", "id": "u_5f0c"}]},
    ),
    "/access/v1/search/resource": Operation(
        "searchResources",
        SEARCHES,
        "What can be reached",
        "The resources of a type on which this subject may do this action.",
        (EntitySearchResponse,),
        request=ResourceSearch,
        statuses=(501,),
        explains=True,
        example={
            **QUESTION,
            "action": {"name": "customer:read"},
            "resource": {"type": "customer"},
        },
        example_answer={
            "page": FOUND_PAGE,
            "results": [{"type": "customer", "id": "cust-1"}],
        },
    ),
    "/access/v1/search/action": Operation(
        "searchActions",
        SEARCHES,
        "Which actions are open",
        "The actions that this subject may do on this resource.",
        (ActionSearchResponse,),
        request=ActionSearch,
        statuses=(501,),
        explains=True,
        example={"subject": SUBJECT, "resource": RESOURCE, "context": {"channel": "web"}},
        example_answer={"page": FOUND_PAGE, "results": [{"name": "transaction:read"}]},
    ),
    "/v1/filter": Operation(
        "filter",
        SEARCHES,
        "The condition for a query of your own",
        "Under which condition the subject may do the action on things of the type, as a "
        "tree and, with `columns`, as SQL with bound parameters.",
        (FilterResponse,),
        request=FilterRequest,
        statuses=(501,),
        example={
            **QUESTION,
            "action": {"name": "customer:read"},
            "resource": {"type": "customer"},
            "columns": {"cluster": "customers.cluster"},
        },
    ),
    "/v1/policy": Operation(
        "readPolicy",
        SERVICE,
        "The policies that decide",
        "Their revision, whether the files on disk are the same, and each policy's title.",
        (PolicyState,),
    ),
    WELL_KNOWN: Operation(
        "readMetadata",
        SERVICE,
        "Where the endpoints are",
        "The metadata document of AuthZEN, for the configured identifier of this service.",
        (Metadata,),
        statuses=(404,),
    ),
    "/healthz": Operation(
        "isAlive",
        SERVICE,
        "Whether the process lives",
        "It says nothing more.",
        (Liveness,),
    ),
    "/readyz": Operation(
        "isReady",
        SERVICE,
        "Whether decisions are made",
        "`degraded`: by an earlier policy set than the one on disk, or unlogged; `reason` "
        "says why.",
        (Standing,),
        without_decisions="No decisions are made now.",
    ),
    "/openapi.json": Operation(
        "readDocument", SERVICE, "This document", "OpenAPI 3.1, as JSON.", ()
    ),
    "/docs/api": Operation(
        "readPage",
        SERVICE,
        "This document as a page",
        "HTML that needs no script.",
        (),
        content_type="text/html; charset=utf-8",
    ),
    "/docs/api.css": Operation(
        "readStyle",
        SERVICE,
        "The look of that page",
        "A stylesheet.",
        (),
        content_type="text/css; charset=utf-8",
    ),
}


def operation(path: str) -> Operation:
    """What is said of a path; the metadata of an identifier with a path is at a longer one.

    Raises: KeyError.
    """
    place = WELL_KNOWN if path.startswith(f"{WELL_KNOWN}/") else path
    return OPERATIONS[place]
