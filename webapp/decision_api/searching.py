"""`POST /access/v1/search/{subject,resource,action}`: who can, what can be reached, which
actions are open, a page at a time.

A page is given as large as it was asked for, up to `PAGE_MAX`; what follows has a token.
What is not known finds nothing. Source: AuthZEN 1.0, section 8.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec
from msgspec import UNSET

from authz.decisions.search import PAGE, Page, Searches
from authz.engine.conditions import Condition
from authz.engine.policyset import PolicySet
from authz.errors import RequestError
from authz.model import Caller
from webapp.decision_api import access
from webapp.decision_api.endpoint import Answered, Asked, Endpoint, Endpoints
from webapp.decision_api.page_tokens import PageTokens, Window, query_of
from webapp.decision_api.search_types import (
    ActionSearch,
    Considered,
    FoundPage,
    PageRequest,
    ResourceSearch,
    Search,
    SearchContext,
    SubjectSearch,
)
from webapp.decision_api.types import (
    Resource,
    Subject,
    action,
    decoded,
    entity,
    options_of,
)

SUBJECT, RESOURCE, ACTION = PATHS = (
    "/access/v1/search/subject",
    "/access/v1/search/resource",
    "/access/v1/search/action",
)
#: Results on one page at most.
PAGE_MAX = 1_000

S = TypeVar("S", SubjectSearch, ResourceSearch, ActionSearch)
#: What a search finds in that window.
Find = Callable[[S, Caller, Window], Page]


def endpoints(searches: Searches, tokens: PageTokens) -> Endpoints:
    """The three of them."""

    def subjects(asked: SubjectSearch, caller: Caller, window: Window) -> Page:
        return searches.subjects(
            asked.subject.type,
            action(asked.action),
            entity(asked.resource),
            caller,
            context=asked.context or {},
            after=window.after,
            limit=window.limit,
        )

    def resources(asked: ResourceSearch, caller: Caller, window: Window) -> Page:
        return searches.resources(
            entity(asked.subject),
            action(asked.action),
            asked.resource.type,
            caller,
            context=asked.context or {},
            after=window.after,
            limit=window.limit,
        )

    def actions(asked: ActionSearch, caller: Caller, window: Window) -> Page:
        return searches.actions(
            entity(asked.subject),
            entity(asked.resource),
            caller,
            context=asked.context or {},
            after=window.after,
            limit=window.limit,
        )

    return {
        SUBJECT: _endpoint("search_subject", SubjectSearch, subjects, searches, tokens),
        RESOURCE: _endpoint("search_resource", ResourceSearch, resources, searches, tokens),
        ACTION: _endpoint("search_action", ActionSearch, actions, searches, tokens),
    }


def accounts_of(
    searches: Searches, tenant: str, named: Iterable[Subject | Resource]
) -> Mapping[str, str]:
    """Name -> id of what is stored under another id than it was named by."""
    ids = {one.id: searches.id_of(entity(one), tenant) for one in named}
    return {name: id for name, id in ids.items() if id != name}


def _endpoint(
    kind: str, shape: type[S], find: Find[S], searches: Searches, tokens: PageTokens
) -> Endpoint:
    def answer(asked: Asked) -> Answered:
        assert asked.client is not None
        search = decoded(shape, asked.body)
        explain = options_of(asked.body).explain
        caller = access.caller(asked.client, search.context or {})
        query = query_of(caller.tenant, kind, asked.body)
        window = _window(search.page or PageRequest(), query, tokens)
        page = find(search, caller, window)
        more = (
            "" if page.next is None else tokens.text(query, Window(page.next, window.limit))
        )
        context = _context(search, page.policies) if explain else UNSET
        told = search.response(FoundPage(more, len(page.ids)), page.ids, context)
        return Answered(
            body=msgspec.json.encode(told),
            policy_revision=page.policy_revision,
            data_revision=page.data_revision,
            caller=caller,
            accounts=accounts_of(searches, caller.tenant, search.named()),
            found=page.ids,
        )

    return Endpoint(answer, scope=access.SEARCH, is_slow=True, kind=kind)


def _window(page: PageRequest, query: bytes, tokens: PageTokens) -> Window:
    """Where the page begins and how long it is. Raises: RequestError."""
    limit = None if page.limit is None else min(page.limit, PAGE_MAX)
    if not page.token:
        return Window("", PAGE if limit is None else limit)
    window = tokens.window(query, page.token)
    if limit not in (None, window.limit):
        raise RequestError(
            "`page.limit` is another one than that of the page before: leave it out, or "
            "begin without a token",
            where="page.limit",
        )
    return window


def _context(search: Search, policies: PolicySet) -> SearchContext:
    """The policies that can speak on what was asked, whatever was found."""
    considered = []
    for signature in search.signatures(policies.schema):
        ways = policies.ways(signature)
        permits, forbids = _ids(ways.permits), _ids(ways.forbids)
        considered.append(Considered(signature.action, permits, forbids))
    return SearchContext(considered)


def _ids(conditions: tuple[Condition, ...]) -> list[str]:
    return sorted({id for condition in conditions for id in condition.policies})
