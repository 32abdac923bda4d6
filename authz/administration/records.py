"""Things that are merely recorded and guarded: tariffs, targets, customers, assets,
tickets, payments and the like. One way for all of them, made of the policies' schema.

What rules read of a thing are its attributes; what people note of it are its details. A
thing that lies somewhere is made where it lies: who may do so in one cluster only, may do
so there.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict

from authz.administration import homes, things, versions
from authz.administration.desk import Desk
from authz.administration.noted import FIELDS, NOTE_MAX, noted_of, renoted
from authz.administration.organizations import made_id
from authz.administration.things import Things
from authz.engine.place import near_miss
from authz.engine.schema import TypeSchema
from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import said
from authz.storage import fields, resources
from authz.storage.events import Actor
from authz.storage.resources import Resource
from authz.storage.things import Wanted
from authz.terms import term

KEPT = "resources"
NOTHING: Mapping[str, str] = MappingProxyType({})
#: What is done to a thing, besides changing and deleting it -> what it is then; None: the
#: same as before.
ACTS: Mapping[str, str | None] = MappingProxyType(
    {"ticket:comment": None, "ticket:close": "closed", "transaction:refund": "refunded"}
)
COMMENT, COMMENTS_MAX = "ticket:comment", 200
ASSIGN, CUSTOMER = "asset:assign", "customer"


class Comment(Struct, frozen=True):
    """What somebody said of a thing."""

    #: Epoch seconds.
    at: float
    #: E-mail of who said it.
    by: str
    text: str


def types(desk: Desk) -> tuple[str, ...]:
    """The types of which the person may see a list."""
    return tuple(
        type
        for type in FIELDS
        if type in desk.policies.schema.types
        and desk.may(_listing(desk, type), "tenant", desk.tenant)
    )


def page(
    desk: Desk,
    type: str,
    wanted: Wanted = things.NOTHING,
    *,
    after: str = "",
    before: str = "",
    limit: int = 50,
) -> Things:
    """Those of the type that the person may see, by id. Raises: Refused, RequestError."""
    declared = _declared(desk, type)
    desk.require(_listing(desk, type), "tenant", desk.tenant)
    marked = tuple(
        action
        for action in declared.actions
        if action.startswith(f"{type}:") and action != f"{type}:read"
    )
    return things.page(
        desk,
        type,
        wanted,
        action=_reading(declared),
        marked=marked,
        after=after,
        before=before,
        limit=limit,
    )


def find(desk: Desk, type: str, id: str) -> Resource:
    """One thing. Raises: Refused, NotFound."""
    desk.require(_reading(_declared(desk, type)), type, id)
    return resources.find(desk.database, desk.tenant, type, id)


def create(
    desk: Desk,
    type: str,
    *,
    id: str = "",
    attributes: Mapping[str, object],
    details: Mapping[str, str] = NOTHING,
) -> Resource:
    """A new thing; without an id it gets one that is made of its name.

    Raises: Refused; Conflict when the id is taken; InvalidChange with the field.
    """
    declared = _declared(desk, type)
    with desk.deciding():
        actor = _may_make(desk, declared, attributes)
        noted = noted_of(type, details)
        id = id or made_id(str(noted["name"]))
        if _is_there(desk, type, id):
            raise Conflict(
                said("there is a {type} `{id}` already", type=term(type), id=id), field="id"
            )
        return _put(desk, type, id, attributes, noted, actor)


def update(
    desk: Desk,
    type: str,
    id: str,
    *,
    attributes: Mapping[str, object] | None = None,
    details: Mapping[str, str] | None = None,
    version: str | None = None,
) -> Resource:
    """The thing with these attributes and details; None keeps those that it has.

    To move it somewhere takes what making it there takes. Raises: Refused; NotFound;
    Conflict for an old version; InvalidChange with the field.
    """
    declared = _declared(desk, type)
    with desk.deciding():
        actor = desk.require(f"{type}:update", type, id)
        before = resources.find(desk.database, desk.tenant, type, id)
        versions.check(before, version)
        placed = before.attributes if attributes is None else dict(attributes)
        if placed != before.attributes:
            _may_make(desk, declared, placed)
        noted = dict(before.details) if details is None else renoted(before, details)
        if (placed, noted) == (before.attributes, before.details):
            return before
        return _put(desk, type, id, placed, noted, actor)


def act(
    desk: Desk,
    action: str,
    type: str,
    id: str,
    note: str = "",
    *,
    version: str | None = None,
) -> Resource:
    """The thing after one of its ACTS, with what is noted of it.

    Raises: Refused; NotFound; Conflict for an old version; InvalidChange with the field.
    """
    declared = _declared(desk, type)
    if action not in ACTS or action not in declared.actions:
        hint = near_miss(action, ACTS)
        raise InvalidChange(
            said("unknown action `{action}`{hint}", action=action, hint=hint)
        )
    with desk.deciding():
        actor = desk.require(action, type, id)
        before = resources.find(desk.database, desk.tenant, type, id)
        versions.check(before, version)
        noted = dict(before.details)
        if action == COMMENT:
            noted["comments"] = _commented(desk, before, note)
        elif note.strip():
            noted["note"] = fields.text(note, "note", NOTE_MAX)
        if (status := ACTS[action]) is not None:
            noted["status"] = status
        if noted == before.details:
            return before
        return _put(desk, type, id, before.attributes, noted, actor)


def assign(desk: Desk, id: str, customer: str, *, version: str | None = None) -> Resource:
    """The asset as that of another customer; empty: of none. Raises: as `act`."""
    with desk.deciding():
        actor = desk.require(ASSIGN, "asset", id)
        before = resources.find(desk.database, desk.tenant, "asset", id)
        versions.check(before, version)
        to = fields.optional_text(customer, CUSTOMER)
        # WHY one sentence: who may not see a customer is not told that there is one.
        if to is not None and not (
            desk.may(ASSIGN, CUSTOMER, to) and _is_there(desk, CUSTOMER, to)
        ):
            raise InvalidChange(
                said("no customer `{to}` to give it to", to=to), field=CUSTOMER
            )
        noted = {name: text for name, text in before.details.items() if name != CUSTOMER}
        if to is not None:
            noted[CUSTOMER] = to
        if noted == before.details:
            return before
        return _put(desk, "asset", id, before.attributes, noted, actor)


def comments(thing: Resource) -> tuple[Comment, ...]:
    """What was said of a thing, the first one first."""
    listed = thing.details.get("comments")
    # WHY a look at each: what an app registers may hold anything under that name.
    try:
        return convert(listed or (), tuple[Comment, ...])
    except ValidationError:
        return ()


def delete(desk: Desk, type: str, id: str, *, version: str | None = None) -> None:
    """Remove a thing. Raises: Refused; NotFound; Conflict for an old version."""
    _declared(desk, type)
    with desk.deciding():
        actor = desk.require(f"{type}:delete", type, id)
        versions.check(resources.find(desk.database, desk.tenant, type, id), version)
        schema = desk.policies.schema
        resources.delete(desk.database, schema, desk.tenant, type, id, actor=actor)


def _declared(desk: Desk, type: str) -> TypeSchema:
    known = desk.policies.schema.types
    if type not in FIELDS or type not in known or known[type].facts != KEPT:
        hint = near_miss(type, FIELDS)
        raise InvalidChange(
            said("unknown type `{type}`{hint}", type=type, hint=hint), field="type"
        )
    return known[type]


def _listing(desk: Desk, type: str) -> str:
    """What a list of the whole company needs: the least that there is."""
    of_tenant = desk.policies.schema.types["tenant"].actions
    return next(
        action
        for verb in ("list", "read", "update", "create")
        if (action := f"{type}:{verb}") in of_tenant
    )


def _reading(declared: TypeSchema) -> str:
    read = f"{declared.name}:read"
    return read if read in declared.actions else f"{declared.name}:update"


def _may_make(desk: Desk, declared: TypeSchema, attributes: Mapping[str, object]) -> Actor:
    """Asked of the place that it lies in, where the schema knows one. Raises: Refused."""
    action, name = f"{declared.name}:create", homes.place_of(desk, declared)
    if name is None:
        return desk.require(action, "tenant", desk.tenant)
    place = attributes.get(name)
    if not isinstance(place, str) or not place:
        # WHY first: who may make none at all is told that, and not what is missing.
        if not homes.may_make(desk, declared.name):
            desk.require(action, "tenant", desk.tenant)
        raise InvalidChange(said("`{field}` is missing", field=term(name)), field=name)
    return desk.require(action, name, place)


def _is_there(desk: Desk, type: str, id: str) -> bool:
    try:
        resources.find(desk.database, desk.tenant, type, id)
    except NotFound:
        return False
    return True


def _put(
    desk: Desk,
    type: str,
    id: str,
    attributes: Mapping[str, object],
    details: Mapping[str, object],
    actor: Actor,
) -> Resource:
    return resources.put(
        desk.database,
        desk.policies.schema,
        desk.tenant,
        type,
        id,
        attributes,
        details=details,
        actor=actor,
    )


def _commented(desk: Desk, before: Resource, text: str) -> list[object]:
    listed: list[object] = [asdict(one) for one in comments(before)]
    if len(listed) >= COMMENTS_MAX:
        raise InvalidChange(
            said("there are {most} comments already", most=COMMENTS_MAX), field="note"
        )
    written = fields.text(text, "note", NOTE_MAX)
    return [*listed, asdict(Comment(desk.clock(), desk.person.email, written))]
