"""Facts that a test asks for by the name of a type."""

from authz.decisions.ports import Clock, Stored
from authz.engine.schema import Schema, TypeSchema
from authz.storage.database import Database
from authz.storage.facts import StoredFacts


class NamedFacts(StoredFacts):
    """Stored facts with a schema, which knows the types."""

    def __init__(self, database: Database, schema: Schema, clock: Clock):
        super().__init__(database, clock)
        self.schema = schema

    def find(self, tenant: str, kind: TypeSchema | str, id: str) -> Stored | None:
        declared = self.schema.types.get(kind) if isinstance(kind, str) else kind
        return None if declared is None else super().find(tenant, declared, id)
