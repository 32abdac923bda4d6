"""Questions about others: can this person do that, who can, and what does it take."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from authz.administration.desk import PERSON, Desk
from authz.decisions.full import full
from authz.decisions.search import PAGE
from authz.decisions.tree import ALWAYS
from authz.engine.catalogue import FALLBACK_LANGUAGE
from authz.model import NOTHING, Action, Caller, Entity, Request
from authz.storage.names import names
from authz.storage.search import StoredSearch, emails

EXPLAIN = "access:explain"
#: Things of a type that are offered to ask about.
THINGS_MAX = 25


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
    admin_language: str = FALLBACK_LANGUAGE,
) -> Explained:
    """Whether a person of the company can do that, and why. Raises: Refused.

    admin_language: of what is for whoever asks; programs read English.
    """
    desk.require(EXPLAIN, "tenant", desk.tenant)
    asked = Request(Entity(PERSON, who), Action(action, properties), Entity(type, id))
    answer = desk.pdp.evaluate(asked, Caller(desk.tenant, channel))
    why = full(
        answer,
        desk.parts.provenance,
        language=desk.person.language,
        for_admin=True,
        admin_language=admin_language,
    )
    return Explained(
        answer.decision.allowed, why, answer.policy_revision, answer.data_revision
    )


def things(desk: Desk, action: str = "") -> dict[tuple[str, str], str]:
    """Type and id -> name, of the first things of each type that the action may be asked
    of; of every type, where it is no action. Raises: Refused.
    """
    desk.require(EXPLAIN, "tenant", desk.tenant)
    types = desk.policies.schema.types
    asked = [kind for kind in types.values() if action in kind.actions] or types.values()
    search = StoredSearch(desk.database)
    found = [
        (kind.name, id)
        for kind in asked
        for id in search.matching(desk.tenant, kind, ALWAYS, after="", limit=THINGS_MAX).ids
    ]
    known = names(desk.database, desk.tenant, found)
    return {thing: known.get(thing, "") for thing in found}


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
