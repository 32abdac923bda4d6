"""The facts as the transaction under way has left them, for many changes that are kept
together: each is decided by what those before it have changed.

Nothing is cached, and nobody else writes meanwhile.
"""

from authz.decisions.ports import Stored
from authz.engine.schema import TypeSchema
from authz.storage import sessions
from authz.storage.attributes import read
from authz.storage.database import Database
from authz.storage.tenants import find_tenant


class FactsInside:
    """The policy information point (PIP) inside a transaction of the database."""

    def __init__(self, database: Database):
        self._database = database

    def revision(self, tenant: str) -> int:
        """The tenant's data revision, with the changes that are not yet kept."""
        return find_tenant(self._database, tenant).revision

    def held_revision(self, tenant: str) -> int | None:
        """The same: what `find` gives is never older."""
        return self.revision(tenant)

    def find(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        """What is stored of one thing; None when the tenant has no such thing."""
        with self._database.reading():
            return read(self._database, kind, tenant, id, self._database.now())

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        """Whether that live session of that user has the protected pages unlocked now."""
        found = sessions.find(self._database, tenant, session)
        if found is None or found.account != user:
            return False
        return found.has_pages_unlocked(self._database.now())
