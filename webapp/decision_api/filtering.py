"""`POST /v1/filter`: the condition under which a subject may do an action on the things of
a type, as JSON and as SQL over the caller's own columns.

Our extension: AuthZEN has searches of what the service knows; an app lists what only it
knows. Values never stand in the SQL, and names only where they are plain identifiers.
"""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from authz.decisions.search import Filter, Searches
from authz.decisions.tree import as_json
from authz.errors import NotFound, RequestError
from authz.storage.columns import named
from authz.storage.dialects import DIALECTS
from authz.storage.sql import text
from webapp.decision_api import access
from webapp.decision_api.endpoint import Answered, Asked, Endpoint, Endpoints
from webapp.decision_api.search_types import SearchedType
from webapp.decision_api.searching import accounts_of
from webapp.decision_api.types import Action, Members, Subject, action, decoded, entity

PATH = "/v1/filter"
SQLITE = "sqlite"


class FilterRequest(Struct, frozen=True):
    """On which things of a type may this subject do this action?"""

    subject: Subject
    action: Action
    resource: SearchedType
    context: Members | None = None
    #: Attribute -> `column`, `table.column`, or for a set
    #: `{"table", "owner", "value", "key"?}`; absent: no SQL is wanted. An attribute that is
    #: not named is in the column of its own name.
    columns: dict[str, str | dict[str, str]] | None = None
    #: What the things are in; absent: called as the type.
    table: str | None = None
    dialect: Literal["sqlite", "postgres"] | None = None


class FilterSql(Struct, frozen=True):
    """A condition for `WHERE`, true or false for every row."""

    where: str
    #: Bound parameters in order; for PostgreSQL, lists among them are arrays.
    params: list[str | int | bool | list[str | int | bool]]


class FilterResponse(Struct, frozen=True):
    """The condition, as it is with these policies and these facts."""

    #: `true`, `false` or an object: docs/searches-and-filters.md.
    condition: bool | Members
    policy_revision: str
    data_revision: int
    sql: FilterSql | UnsetType = UNSET


def endpoints(searches: Searches) -> Endpoints:
    """The one of them."""

    def answer(asked: Asked) -> Answered:
        assert asked.client is not None
        request = decoded(FilterRequest, asked.body)
        caller = access.caller(asked.client, request.context or {})
        try:
            found = searches.filter(
                entity(request.subject),
                action(request.action),
                request.resource.type,
                caller,
                context=request.context or {},
                tenant_is_column="tenant" in (request.columns or ()),
            )
        except NotFound as exc:
            raise RequestError(str(exc), where="resource.type") from exc
        told = FilterResponse(
            as_json(found.tree),
            found.policy_revision,
            found.data_revision,
            _sql(request, found),
        )
        return Answered(
            body=msgspec.json.encode(told),
            policy_revision=found.policy_revision,
            data_revision=found.data_revision,
            caller=caller,
            accounts=accounts_of(searches, caller.tenant, (request.subject,)),
        )

    return {PATH: Endpoint(answer, scope=access.SEARCH, is_slow=True, kind="filter")}


def _sql(request: FilterRequest, found: Filter) -> FilterSql | UnsetType:
    if request.columns is None:
        return UNSET
    table = request.resource.type if request.table is None else request.table
    try:
        columns = named(found.kind, table, request.columns)
        where, params = text(
            found.tree, found.kind, columns, DIALECTS[request.dialect or SQLITE]
        )
    except RequestError as exc:
        raise RequestError(str(exc), where="columns") from exc
    return FilterSql(where, params)
