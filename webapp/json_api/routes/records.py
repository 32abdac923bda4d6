"""Things that are merely recorded and guarded: customers, assets, tickets, tariffs and the
like, each type by the same routes.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from authz.administration import records, versions
from authz.administration.noted import FIELDS
from authz.administration.things import Things
from authz.storage.resources import Resource
from authz.storage.things import Wanted
from webapp.json_api.answers import DONE, Done
from webapp.json_api.bodies import Body
from webapp.json_api.declared import Routes
from webapp.json_api.listing import ListQuery, narrowed
from webapp.json_api.parts import Present
from webapp.json_api.shapes import VersionQuery

#: Daily work has a list; what a form of the field app needs is read by all; the rest is for
#: those who may change it.
DAILY = ("customer", "asset", "ticket", "payment", "transaction", "agent")
READ = ("tariff", "connection_group", "connection_type")
CHANGED = ("target", "commission_type")
#: What lies in a cluster is made there, so the cluster is asked about.
LOCATED = ("customer", "asset", "ticket")
#: Apps register it with their key; no person adds one.
BY_APPS = ("transaction",)
IN_CLUSTER = "`attributes.cluster` says where it lies; who may add it there may do so."
EDITED = ("customer", "asset", "agent", *READ, *CHANGED)


class RecordQuery(ListQuery, frozen=True):
    """A page of recorded things."""

    cluster: str | None = None
    status: str | None = None
    customer: str | None = None


class Record(Struct, frozen=True):
    """One recorded thing: what rules read of it, and what people note of it."""

    type: str
    id: str
    attributes: dict[str, Any]
    details: dict[str, Any]
    version: str


class ListedRecord(Struct, frozen=True):
    """A thing in a list, with the actions that are open to the reader."""

    record: Record
    marks: list[str]


class Records(Struct, frozen=True):
    """A page of things; `next` and `previous` are what to ask `after` and `before`."""

    records: list[ListedRecord]
    next: str | None
    previous: str | None


class NewRecord(Body, frozen=True):
    """A thing to be added; without an id it gets one that is made of its name."""

    details: dict[str, str]
    attributes: dict[str, Any] = {}
    id: str = ""


class RecordChange(Body, frozen=True):
    """What is to change; attributes or details that are left out stay."""

    details: dict[str, str] | None = None
    attributes: dict[str, Any] | None = None
    version: str | None = None


class RecordNote(Body, frozen=True):
    """What is noted of it."""

    note: str = ""
    version: str | None = None


class RecordCustomer(Body, frozen=True):
    """Whose it is; null: nobody's."""

    customer: str | None
    version: str | None = None


def list_(who: Present, kind: str, query: RecordQuery) -> Records:
    """Those that the person may see."""
    values = narrowed(cluster=query.cluster, status=query.status, customer=query.customer)
    found: Things = records.page(
        who.desk,
        kind,
        Wanted(query.q, values),
        after=query.after,
        before=query.before,
        limit=query.limit,
    )
    listed = [ListedRecord(_shown(one.thing), sorted(one.marks)) for one in found.listed]
    return Records(listed, found.next, found.previous)


def add(who: Present, kind: str, body: NewRecord) -> Record:
    """A new thing."""
    made = records.create(
        who.desk, kind, id=body.id, attributes=body.attributes, details=body.details
    )
    return _shown(made)


def read(who: Present, kind: str, id: str) -> Record:
    """One thing."""
    return _shown(records.find(who.desk, kind, id))


def edit(who: Present, kind: str, id: str, body: RecordChange) -> Record:
    """The thing with other attributes or details."""
    saved = records.update(
        who.desk,
        kind,
        id,
        attributes=body.attributes,
        details=body.details,
        version=body.version,
    )
    return _shown(saved)


def delete(who: Present, kind: str, id: str, query: VersionQuery) -> Done:
    """It is gone."""
    records.delete(who.desk, kind, id, version=query.version)
    return DONE


def listing(kind: str) -> str:
    """The action that a list of the type needs."""
    return f"{kind}:{'list' if kind in DAILY else 'read' if kind in READ else 'update'}"


def _declare(routes: Routes, kind: str) -> None:
    """The routes of a type. WHY each its own: what they need differs from type to type."""
    one, at = kind.replace("_", " "), f"/records/{kind}"
    routes.route_of(
        "GET",
        at,
        f"List things of the type `{kind}`",
        query=RecordQuery,
        answer=Records,
        action=listing(kind),
    )(_of(kind, list_))
    if kind not in BY_APPS:
        routes.route_of(
            "POST",
            at,
            f"Add: {one}",
            about=IN_CLUSTER if kind in LOCATED else "",
            body=NewRecord,
            answer=Record,
            status=201,
            action=f"{kind}:{'list' if kind in LOCATED else 'create'}",
        )(_of(kind, add))
    routes.route_of(
        "GET",
        f"{at}/<id>",
        f"Read: {one}",
        answer=Record,
        action=f"{kind}:{'update' if kind in CHANGED else 'read'}",
        on=kind,
    )(_of(kind, read))
    if kind in EDITED:
        routes.route_of(
            "PATCH",
            f"{at}/<id>",
            f"Change: {one}",
            body=RecordChange,
            answer=Record,
            action=f"{kind}:update",
            on=kind,
        )(_of(kind, edit))
        routes.route_of(
            "DELETE",
            f"{at}/<id>",
            f"Delete: {one}",
            query=VersionQuery,
            action=f"{kind}:delete",
            on=kind,
            confirmed=True,
        )(_of(kind, delete))


def _of(kind: str, view: Callable[..., object]) -> Callable[..., object]:
    """The view for one type, with a name of its own."""

    def called(who: Present, **given: object) -> object:
        return view(who, kind, **given)

    called.__name__ = f"{view.__name__.rstrip('_')}_{kind}"
    called.__doc__ = view.__doc__
    return called


def _declared() -> Routes:
    """The routes that every type has."""
    made = Routes("records", __name__, group="Recorded things")
    for kind in FIELDS:
        _declare(made, kind)
    return made


routes = _declared()


@routes.route_of(
    "POST",
    "/records/ticket/<id>/<any(comment, close):verb>",
    "Comment or close a ticket",
    body=RecordNote,
    answer=Record,
    action="ticket:{verb}",
    on="ticket",
)
def act_on_ticket(who: Present, id: str, verb: str, body: RecordNote) -> Record:
    """The ticket with a comment more, or closed."""
    return _act(who, "ticket", id, verb, body)


@routes.route_of(
    "POST",
    "/records/transaction/<id>/refund",
    "Refund a transaction",
    body=RecordNote,
    answer=Record,
    action="transaction:refund",
    on="transaction",
)
def refund(who: Present, id: str, body: RecordNote) -> Record:
    """The transaction as paid back."""
    return _act(who, "transaction", id, "refund", body)


@routes.route_of(
    "PUT",
    "/records/asset/<id>/customer",
    "Give an asset to a customer",
    body=RecordCustomer,
    answer=Record,
    action=records.ASSIGN,
    on="asset",
)
def assign(who: Present, id: str, body: RecordCustomer) -> Record:
    """The asset as that of another customer."""
    return _shown(records.assign(who.desk, id, body.customer or "", version=body.version))


def _act(who: Present, kind: str, id: str, verb: str, body: RecordNote) -> Record:
    saved = records.act(
        who.desk, f"{kind}:{verb}", kind, id, body.note, version=body.version
    )
    return _shown(saved)


def _shown(one: Resource) -> Record:
    return Record(
        one.type, one.id, dict(one.attributes), dict(one.details), versions.of(one)
    )
