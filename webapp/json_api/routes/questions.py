"""Questions about others: can this person do that on this, why, and who can."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from authz.administration import questions
from authz.decisions.search import PAGE
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.parts import Present

routes = Routes("questions", __name__, group="Who can do what")

AskedChannel = Literal["web", "android", "api"]


class Question(Body, frozen=True):
    """Can this person do that on this?"""

    #: Id or e-mail.
    who: str
    action: str
    type: str
    id: str
    channel: AskedChannel = "web"
    #: Those of the action, as the role that is given.
    properties: dict[str, Any] = {}


class Explained(Struct, frozen=True):
    """The decision, with all that led to it."""

    allowed: bool
    why: dict[str, Any]
    policy_revision: str
    data_revision: int


class WhoCanQuery(Body, frozen=True):
    """Who can do that on this?"""

    action: str
    type: str
    id: str
    channel: AskedChannel = "web"
    after: str = ""
    limit: Annotated[int, Meta(ge=1, le=PAGE)] = PAGE


class Able(Struct, frozen=True):
    """A person who can."""

    id: str
    email: str


class WhoCan(Struct, frozen=True):
    """A page of those who can, by id; `next` is what to ask `after`."""

    people: list[Able]
    next: str | None


@routes.route_of(
    "POST",
    "/explain",
    "Explain a decision",
    about="`why` is as the full explanation of the decision API.",
    body=Question,
    answer=Explained,
    action="access:explain",
)
def explain(who: Present, body: Question) -> Explained:
    """Whether, and why."""
    found = questions.explain(
        who.desk,
        body.who,
        body.action,
        body.type,
        body.id,
        channel=body.channel,
        properties=body.properties,
    )
    return Explained(found.allowed, found.why, found.policy_revision, found.data_revision)


@routes.route_of(
    "GET",
    "/who-can",
    "Who can",
    query=WhoCanQuery,
    answer=WhoCan,
    action="access:explain",
)
def who_can(who: Present, query: WhoCanQuery) -> WhoCan:
    """The people who can do that, with the protected pages locked."""
    found = questions.who_can(
        who.desk,
        query.action,
        query.type,
        query.id,
        channel=query.channel,
        after=query.after,
        limit=query.limit,
    )
    people = [Able(id, email) for id, email in found.people.items()]
    return WhoCan(people, found.next)
