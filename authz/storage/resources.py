"""Registered resources: the things of every type that has no table of its own.

Their attributes are those of the schema, checked when they are saved, as rules will read
them. `details` is a note for people (a name, an address) that no rule reads.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import peewee as pw

from authz.engine.place import near_miss
from authz.engine.schema import AttributeProblem, Schema, TypeSchema
from authz.errors import InvalidChange, NotFound
from authz.said import message, said
from authz.storage import fields
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.tables import Resource as Row

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Resource:
    """One registered resource."""

    tenant: str
    type: str
    id: str
    #: What rules read, as plain JSON values.
    attributes: Mapping[str, object]
    details: Mapping[str, object]


def put(
    database: Database,
    schema: Schema,
    tenant: str,
    type: str,
    id: str,
    attributes: Mapping[str, object],
    *,
    actor: Actor,
    details: Mapping[str, object] = NOTHING,
) -> Resource:
    """The resource with exactly these attributes and details, new or replaced.

    Raises: InvalidChange with the field for an unknown type or attribute, or a value of the
    wrong type.
    """
    declared = _type(schema, type)
    fields.identifier(id)
    new = {"attributes": checked(declared, attributes), "details": dict(details)}
    text = {part: json.dumps(value, sort_keys=True) for part, value in new.items()}
    with database.transaction():
        row = _row(database, tenant, type, id)
        with change(
            database,
            tenant,
            actor=actor,
            action=f"{type}.saved",
            about=(type, id),
            kind="updated" if row else "created",
            before=_told(resource_of(row)) if row else None,
            after=new,
        ):
            Row.insert(
                **text, tenant=tenant, type=type, id=id, updated_at=database.now()
            ).on_conflict_replace().execute(database.db)
    return Resource(tenant, type, id, **new)


def delete(
    database: Database, schema: Schema, tenant: str, type: str, id: str, *, actor: Actor
) -> None:
    """Remove a resource.

    Raises: NotFound; InvalidChange for a type that is not kept here.
    """
    _type(schema, type)
    with database.transaction():
        before = find(database, tenant, type, id)
        with change(
            database,
            tenant,
            actor=actor,
            action=f"{type}.deleted",
            about=(type, id),
            kind="deleted",
            before=_told(before),
        ):
            Row.delete().where(_named(tenant, type, id)).execute(database.db)


def find(database: Database, tenant: str, type: str, id: str) -> Resource:
    """The resource of that type and id. Raises: NotFound."""
    with database.reading():
        row = _row(database, tenant, type, id)
    if row is None:
        raise NotFound(f"no {type} `{id}`")
    return resource_of(row)


def list_resources(database: Database, tenant: str, type: str) -> list[Resource]:
    """The resources of a type, by id."""
    chosen = (
        Row.select().where((Row.tenant == tenant) & (Row.type == type)).order_by(Row.id)
    )
    with database.reading():
        return [resource_of(row) for row in chosen.execute(database.db)]


def checked(declared: TypeSchema, attributes: Mapping[str, object]) -> dict[str, object]:
    """The attributes as they are stored. Raises: InvalidChange with the field."""
    found: dict[str, object] = {}
    for name, value in attributes.items():
        attribute = declared.attributes.get(name)
        if attribute is None:
            hint = near_miss(str(name), declared.attributes)
            raise InvalidChange(
                said(
                    "unknown attribute `{name}` of the type `{type}`{hint}",
                    name=name,
                    type=declared.name,
                    hint=hint,
                ),
                field=str(name),
            )
        if attribute.source == "request":
            raise InvalidChange(
                said("`{name}` is only sent with a request", name=name), field=name
            )
        try:
            frozen = attribute.check(value)
        except AttributeProblem as exc:
            raise InvalidChange(message(exc), field=name) from exc
        if frozen is not None:
            found[name] = _plain(frozen)
    return found


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [dict(item) if isinstance(item, Mapping) else item for item in value]
    return value


def _type(schema: Schema, type: str) -> TypeSchema:
    declared = schema.types.get(type)
    if declared is None:
        raise InvalidChange(
            said(
                "unknown type `{type}`{hint}", type=type, hint=near_miss(type, schema.types)
            ),
            field="type",
        )
    if declared.facts != "resources":
        raise InvalidChange(
            said("the type `{type}` is kept in `{facts}`", type=type, facts=declared.facts),
            field="type",
        )
    return declared


def _named(tenant: str, type: str, id: str) -> pw.Expression:
    return (Row.tenant == tenant) & (Row.type == type) & (Row.id == id)


def _row(database: Database, tenant: str, type: str, id: str) -> Row | None:
    found: Row | None = Row.select().where(_named(tenant, type, id)).first(database.db)
    return found


def _told(resource: Resource) -> Mapping[str, object]:
    """What an event says of it."""
    return {"attributes": resource.attributes, "details": resource.details}


def resource_of(row: Row) -> Resource:
    """The resource of a row."""
    attributes, details = json.loads(row.attributes), json.loads(row.details)
    return Resource(row.tenant, row.type, row.id, attributes, details)
