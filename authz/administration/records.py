"""Things that are merely recorded and guarded: tariffs, targets, customers, assets,
tickets, payments and the like. One way for all of them, made of the policies' schema.

What rules read of a thing are its attributes; what people note of it are its details, whose
fields stand here. A thing that lies somewhere is made where it lies: who may do so in one
cluster only, may do so there.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from authz.administration import things, versions
from authz.administration.desk import Desk
from authz.administration.organizations import made_id
from authz.administration.things import Things
from authz.engine.place import near_miss
from authz.engine.schema import TypeSchema
from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage import fields, resources
from authz.storage.events import Actor
from authz.storage.resources import Resource
from authz.storage.things import Wanted

KEPT = "resources"
#: Type -> what is noted of such a thing; the first is its name.
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "customer": ("name", "phone", "village", "note"),
        "asset": ("name", "serial", "customer", "note"),
        "ticket": ("name", "customer", "note", "status"),
        "payment": ("name", "amount", "currency", "customer", "note"),
        "transaction": ("name", "amount", "currency", "customer", "note"),
        "tariff": ("name", "price", "currency", "note"),
        "target": ("name", "period", "amount", "note"),
        "connection_group": ("name", "note"),
        "connection_type": ("name", "note"),
        "commission_type": ("name", "percent", "note"),
        "agent": ("name", "phone", "email", "note"),
    }
)
NUMBERS = frozenset({"amount", "price", "percent"})
NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
NOTE_MAX = 2000
NOTHING: Mapping[str, str] = MappingProxyType({})
#: What happens to a ticket -> what it is then.
STATUSES: Mapping[str, str] = MappingProxyType({"ticket:close": "closed"})


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
        noted = _noted(type, details)
        id = id or made_id(str(noted["name"]))
        if _is_there(desk, type, id):
            raise Conflict(f"there is a {type} `{id}` already", field="id")
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
        noted = before.details if details is None else _noted(type, details)
        if (placed, noted) == (before.attributes, before.details):
            return before
        return _put(desk, type, id, placed, noted, actor)


def act(desk: Desk, action: str, type: str, id: str, note: str = "") -> Resource:
    """The thing after one of its own actions, as `ticket:close`, with what is noted of it.

    Raises: Refused; NotFound; InvalidChange with the field.
    """
    _declared(desk, type)
    with desk.deciding():
        actor = desk.require(action, type, id)
        before = resources.find(desk.database, desk.tenant, type, id)
        noted = dict(before.details)
        if note.strip():
            noted["note"] = fields.text(note, "note", NOTE_MAX)
        if action in STATUSES:
            noted["status"] = STATUSES[action]
        return _put(desk, type, id, before.attributes, noted, actor)


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
        raise InvalidChange(f"unknown type `{type}`{near_miss(type, FIELDS)}", field="type")
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
    known, action = desk.policies.schema.types, f"{declared.name}:create"
    for name in declared.attributes:
        if name in known and action in known[name].actions:
            place = attributes.get(name)
            if not isinstance(place, str) or not place:
                # WHY first: who may make none at all is told that, and not what is missing.
                desk.require(action, "tenant", desk.tenant)
                raise InvalidChange(f"`{name}` is missing", field=name)
            return desk.require(action, name, place)
    return desk.require(action, "tenant", desk.tenant)


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


def _noted(type: str, details: Mapping[str, str]) -> dict[str, object]:
    known = FIELDS[type]
    noted: dict[str, object] = {}
    for field, text in details.items():
        if field not in known:
            hint = near_miss(field, known)
            raise InvalidChange(f"unknown field `{field}`{hint}", field=field)
        value = fields.optional_text(text, field, NOTE_MAX if field == "note" else 200)
        if value is None:
            continue
        if field in NUMBERS:
            _check_number(field, value)
        noted[field] = value
    if "name" not in noted:
        raise InvalidChange("`name` is missing", field="name")
    return noted


def _check_number(field: str, value: str) -> None:
    if not NUMBER.fullmatch(value):
        raise InvalidChange(f"`{field}` must be a number as `12.50`", field=field)
