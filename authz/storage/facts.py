"""The facts behind decisions, cached, and never older than the last commit.

SQLite counts the commits of everybody else for each connection (`PRAGMA data_version`). One
connection is kept for that alone, never inside a transaction; when its number moves, the
tenant's revision is read again, and only a new revision drops what is cached of that
tenant. What is loaded is read in one transaction with the revision it is filed under. When
the file at the path is no longer the one that was opened, or a revision goes back, the
facts cannot be trusted, and stay unavailable.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import peewee as pw

from authz.decisions.ports import Clock, Stored
from authz.engine.schema import TypeSchema
from authz.errors import NotFound, Unavailable
from authz.storage import sessions
from authz.storage.attributes import read
from authz.storage.database import (
    BUSY_TIMEOUT_SECONDS,
    Database,
    translated_errors,
    uri,
)
from authz.storage.fields import ID_MAX
from authz.storage.statement import Statement
from authz.storage.tables import Tenant

#: Things cached of one tenant; the oldest go first.
CACHED_MAX = 50_000


class _Cache:
    """What is known of one tenant at one revision."""

    __slots__ = ("entries", "revision", "version")

    def __init__(self, revision: int, version: int):
        self.revision = revision
        #: The last `data_version` at which the revision was seen to be this one.
        self.version = version
        #: (type, id) -> what is stored, and the declaration by which it was read.
        self.entries: dict[tuple[str, str], tuple[TypeSchema, Stored | None]] = {}


class StoredFacts:
    """The policy information point (PIP) on a database file, for many threads at a time.

    Raises: Unavailable from every method once the file cannot be trusted.
    """

    def __init__(self, database: Database, clock: Clock):
        self._clock = clock
        #: Held all through a `moment`. WHY others take it for turns of their own: with one
        #: more lock, two threads could each hold one and wait for the other's.
        self.turn = self._lock = threading.RLock()
        self._caches: dict[str, _Cache] = {}
        self._database = database
        self._reader = Database(database.path, clock, shared=True)
        with translated_errors():
            self._watcher = _watcher(database)
        #: Inside a `moment`: the `data_version` that it began with, once it was asked for.
        self._version: int | None = None
        self._in_moment = False
        database.check_file()

    def check(self) -> None:
        """Nothing, as long as decisions can rest on the file."""
        with self._lock, self._reader.reading():
            self._database.check_file()
            Tenant.select().count(self._reader.db)

    def revision(self, tenant: str) -> int:
        """The tenant's data revision now; what `find` says next is at least that fresh."""
        with self._lock:
            version = self._version
            if version is None:
                version = self._read_version()
            cache = self._caches.get(tenant)
            if cache is None or cache.version != version:
                cache = self._at_revision(tenant, self._read_revision(tenant), version)
            return cache.revision

    @contextmanager
    def moment(self) -> Iterator[None]:
        """What is asked inside shares one look at the file; other threads wait.

        WHY that is fresh enough: each question had come before the moment began, so a
        change that was committed before any of them was sent is seen by all.
        """
        with self._lock:
            self._in_moment = True
            try:
                yield
            finally:
                self._in_moment, self._version = False, None

    def cached(self) -> int:
        """How many things of all tenants are in memory."""
        with self._lock:
            return sum(len(cache.entries) for cache in self._caches.values())

    def held_revision(self, tenant: str) -> int | None:
        """The revision that the cached facts are of, without asking the file.

        When it is the same before and after several `find`, all of them are of that one
        revision.
        """
        cache = self._caches.get(tenant)
        return None if cache is None else cache.revision

    def find(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        """What is stored of one thing; None when the tenant has no such thing."""
        if self._database.distrusted is not None:
            raise Unavailable(self._database.distrusted)
        cache = self._caches.get(tenant)
        if cache is not None:
            try:
                read_by, found = cache.entries[kind.name, id]
            except KeyError:
                return self._load(tenant, kind, id)
            # WHY: while policies are reloaded, two schemas declare the same type.
            if read_by is kind and (
                found is None
                or found.valid_until is None
                or self._clock() < found.valid_until
            ):
                return found
        return self._load(tenant, kind, id)

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        """Whether that live session of that user has the protected pages unlocked now."""
        with self._lock:
            self._database.check_file()
            found = sessions.find(self._reader, tenant, session)
        if found is None or found.account != user:
            return False
        return found.has_pages_unlocked(self._clock())

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._caches = {}
            self._watcher.close()
            self._reader.close()

    def _read_version(self) -> int:
        self._database.check_file()
        try:
            version: int = self._watcher.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as exc:
            raise Unavailable(f"the database cannot be used: {exc}") from exc
        if self._in_moment:
            self._version = version
        return version

    def _load(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        with self._lock:
            self._database.check_file()
            if not _can_be_stored(id):
                return None
            with self._reader.reading():
                revision = self._read_revision(tenant)
                found = read(self._reader, kind, tenant, id, self._clock())
            cache = self._at_revision(tenant, revision)
            if len(cache.entries) >= CACHED_MAX:
                del cache.entries[next(iter(cache.entries))]
            cache.entries[kind.name, id] = (kind, found)
            return found

    def _read_revision(self, tenant: str) -> int:
        with translated_errors():
            rows = _revision(self._reader, tenant)
        if not rows:
            self._caches.pop(tenant, None)
            raise NotFound(f"unknown tenant `{tenant}`")
        revision: int = rows[0][0]
        return revision

    def _at_revision(self, tenant: str, revision: int, version: int = -1) -> _Cache:
        """The tenant's cache, empty when the revision is a new one."""
        cache = self._caches.get(tenant)
        if cache is None or cache.revision < revision:
            cache = self._caches[tenant] = _Cache(revision, version)
        elif cache.revision > revision:
            back = f"from {cache.revision} to {revision}"
            self._database.distrusted = f"the revision of `{tenant}` went back {back}"
            raise Unavailable(self._database.distrusted)
        elif version >= 0:
            cache.version = version
        return cache


@Statement
def _revision(tenant: Any) -> pw.Query:
    return Tenant.select(Tenant.revision).where(Tenant.slug == tenant)


def _watcher(database: Database) -> sqlite3.Connection:
    """A connection that has read the file once and will begin no transaction."""
    connection = sqlite3.connect(
        uri(database.path),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_SECONDS,
    )
    connection.execute("PRAGMA data_version").fetchone()
    return connection


def _can_be_stored(id: str) -> bool:
    """Whether anything can have that id; what nothing can have is not even cached."""
    try:
        return len(id) <= ID_MAX and bool(id.encode())
    except UnicodeEncodeError:
        return False
