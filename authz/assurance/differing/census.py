"""Everybody and everything that is stored of one tenant, as both sets see it."""

from authz.assurance.differing.columns import Things
from authz.assurance.differing.people import Pair
from authz.decisions.ports import Stored
from authz.engine.schema import Schema, TypeSchema
from authz.storage.database import Database
from authz.storage.everything import all_stored, names
from authz.storage.tenants import list_tenants


class Census:
    """One tenant; each type is read when it is first asked for.

    It is used inside one `Database.reading`.
    """

    def __init__(self, database: Database, tenant: str, old: Schema, new: Schema):
        self.tenant = tenant
        self._database = database
        self._schemas = old, new
        self._now = database.now()
        self._pairs: dict[str, Pair] = {}
        self._names: dict[str, dict[str, str]] = {}

    def pair(self, type_name: str) -> Pair:
        """The things of that type, which at least one of the sets declares."""
        found = self._pairs.get(type_name)
        if found is None:
            found = self._pairs[type_name] = self._read(type_name)
        return found

    def name(self, type_name: str, id: str) -> str:
        """What people call somebody; the id of what has no name."""
        if type_name not in self._names:
            of = next(s.types[type_name] for s in self._schemas if type_name in s.types)
            self._names[type_name] = names(self._database, self.tenant, of)
        return self._names[type_name].get(id, id)

    def _read(self, type_name: str) -> Pair:
        old, new = (schema.types.get(type_name) for schema in self._schemas)
        either = new or old
        assert either is not None
        rows = self._stored(either)
        if old is None or new is None or _reads_alike(old, new):
            ids = sorted(rows)
            things = Things(either, self.tenant, ids, [rows[id] for id in ids])
            return Pair(things, things)
        before = self._stored(old)
        ids = sorted(rows.keys() | before.keys())
        return Pair(
            Things(old, self.tenant, ids, [before.get(id) for id in ids]),
            Things(new, self.tenant, ids, [rows.get(id) for id in ids]),
        )

    def _stored(self, kind: TypeSchema) -> dict[str, Stored]:
        found = all_stored(self._database, kind, self.tenant, self._now)
        return {one.id: one for one in found}


def _reads_alike(old: TypeSchema, new: TypeSchema) -> bool:
    """Whether the same is read of the same rows, and means the same."""
    return old.facts == new.facts and old.attributes == new.attributes


def tenants(database: Database) -> list[str]:
    """Every tenant. Order: by slug."""
    return [tenant.slug for tenant in list_tenants(database)]
