"""Questions about others: can this person do that, who can, and what does it take."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from authz.administration.desk import PERSON, Desk
from authz.decisions.full import full
from authz.decisions.search import PAGE
from authz.model import NOTHING, Action, Caller, Entity, Request
from authz.storage.search import emails

EXPLAIN = "access:explain"


class Explained(Struct, frozen=True):
    """A decision with all that led to it."""

    allowed: bool
    #: As docs/explanations.md says.
    why: dict[str, Any]
    policy_revision: str
    data_revision: int


class People(Struct, frozen=True):
    """A page of those who can."""

    #: Id -> e-mail. Order: by id.
    people: Mapping[str, str]
    #: What to ask `after` for the next page; None: there is none.
    next: str | None


def explain(
    desk: Desk,
    who: str,
    action: str,
    type: str,
    id: str,
    *,
    channel: str | None = "web",
    properties: Mapping[str, object] = NOTHING,
) -> Explained:
    """Whether a person of the company can do that, and why. Raises: Refused."""
    desk.require(EXPLAIN, "tenant", desk.tenant)
    asked = Request(Entity(PERSON, who), Action(action, properties), Entity(type, id))
    answer = desk.pdp.evaluate(asked, Caller(desk.tenant, channel))
    why = full(answer, desk.parts.provenance, language=desk.person.language, for_admin=True)
    return Explained(
        answer.decision.allowed, why, answer.policy_revision, answer.data_revision
    )


def who_can(
    desk: Desk,
    action: str,
    type: str,
    id: str,
    *,
    channel: str | None = "web",
    after: str = "",
    limit: int = PAGE,
) -> People:
    """The people who can do that, with the protected pages locked. Raises: Refused."""
    desk.require(EXPLAIN, "tenant", desk.tenant)
    page = desk.parts.searches.subjects(
        PERSON,
        Action(action),
        Entity(type, id),
        Caller(desk.tenant, channel),
        after=after,
        limit=limit,
    )
    named = emails(desk.database, desk.tenant, page.ids)
    return People({id: named.get(id, id) for id in page.ids}, page.next)
