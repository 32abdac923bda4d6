"""The shapes of searches and of what they answer, as `types` has those of evaluations.

The searched entity has a type alone: an id that is sent is an unknown member, and so is the
action of an action search. Source: AuthZEN 1.0, section 8.
"""

from collections.abc import Iterable
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from authz.engine.conditions import Signature
from authz.engine.schema import Schema
from webapp.decision_api.types import Action, Members, Resource, Subject


class SearchedType(Struct, frozen=True):
    """What is searched for: all things of a type."""

    type: str
    #: Not looked at: results are judged by what is stored of them.
    properties: Members | None = None


class PageRequest(Struct, frozen=True):
    """Which part of the results is asked for."""

    #: The `next_token` of the page before; absent or empty for the first page.
    token: str | None = None
    #: Results on a page at most; more than 1,000 are never given.
    limit: Annotated[int, Meta(ge=0)] | None = None
    #: Not looked at.
    properties: Members | None = None


class SubjectSearch(Struct, frozen=True):
    """Which subjects of a type may do this action on this resource?"""

    subject: SearchedType
    action: Action
    resource: Resource
    context: Members | None = None
    page: PageRequest | None = None

    def response(
        self, page: "FoundPage", ids: Iterable[str], context: "Context"
    ) -> "EntitySearchResponse":
        """How what was found is told."""
        results = [FoundEntity(self.subject.type, id) for id in ids]
        return EntitySearchResponse(page, results, context)

    def named(self) -> tuple[Subject | Resource, ...]:
        """The entities that it names by id."""
        return (self.resource,)

    def signatures(self, _schema: Schema) -> list[Signature]:
        """What kinds of requests it is about."""
        return [Signature(self.subject.type, self.action.name, self.resource.type)]


class ResourceSearch(Struct, frozen=True):
    """On which resources of a type may this subject do this action?"""

    subject: Subject
    action: Action
    resource: SearchedType
    context: Members | None = None
    page: PageRequest | None = None

    def response(
        self, page: "FoundPage", ids: Iterable[str], context: "Context"
    ) -> "EntitySearchResponse":
        """How what was found is told."""
        results = [FoundEntity(self.resource.type, id) for id in ids]
        return EntitySearchResponse(page, results, context)

    def named(self) -> tuple[Subject | Resource, ...]:
        """The entities that it names by id."""
        return (self.subject,)

    def signatures(self, _schema: Schema) -> list[Signature]:
        """What kinds of requests it is about."""
        return [Signature(self.subject.type, self.action.name, self.resource.type)]


class ActionSearch(Struct, frozen=True):
    """Which actions may this subject do on this resource?"""

    subject: Subject
    resource: Resource
    context: Members | None = None
    page: PageRequest | None = None

    def response(
        self, page: "FoundPage", ids: Iterable[str], context: "Context"
    ) -> "ActionSearchResponse":
        """How what was found is told."""
        results = [FoundAction(id) for id in ids]
        return ActionSearchResponse(page, results, context)

    def named(self) -> tuple[Subject | Resource, ...]:
        """The entities that it names by id."""
        return (self.subject, self.resource)

    def signatures(self, schema: Schema) -> list[Signature]:
        """What kinds of requests it is about."""
        kind = schema.types.get(self.resource.type)
        names = sorted(kind.actions) if kind else []
        return [Signature(self.subject.type, name, self.resource.type) for name in names]


class FoundEntity(Struct, frozen=True):
    """A subject or resource that was found."""

    # WHY this order: others compare the text of an answer.
    type: str
    id: str


class FoundAction(Struct, frozen=True):
    """An action that is open."""

    name: str


class FoundPage(Struct, frozen=True):
    """How the results go on."""

    #: What to send as `page.token`; empty when nothing follows.
    next_token: str
    #: Results in this answer.
    count: int


class Considered(Struct, frozen=True):
    """The policies that can speak on one action between these types."""

    action: str
    permits: list[str]
    forbids: list[str]


class SearchContext(Struct, frozen=True):
    """What is told with `options.explain`."""

    considered: list[Considered]


Context = SearchContext | UnsetType


class EntitySearchResponse(Struct, frozen=True):
    """The answer of a subject or resource search."""

    # WHY in this order: others read `page` first.
    page: FoundPage
    results: list[FoundEntity]
    context: Context = UNSET


class ActionSearchResponse(Struct, frozen=True):
    """The answer of an action search."""

    page: FoundPage
    results: list[FoundAction]
    context: Context = UNSET


Search = SubjectSearch | ResourceSearch | ActionSearch
