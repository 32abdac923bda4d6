"""Decisions as of a time in the past, on the facts of a database as they are now.

What ends by itself, as a role does, was still there before its end. Whatever else has
changed since cannot be had of a database: whoever asks compares the revisions.
"""

from collections.abc import Mapping
from math import inf

from authz.assurance.replaying.questions import UNLOCKED
from authz.decisions.pdp import PDP, Answer
from authz.decisions.ports import Stored
from authz.engine.policyset import PolicySet
from authz.engine.schema import TypeSchema
from authz.model import Caller, Request
from authz.storage.attributes import read
from authz.storage.database import Database

#: Things that are kept in memory; the oldest go first.
CACHED_MAX = 50_000


class PastFacts:
    """The `Facts` of a database at the time that `now` says: epoch seconds.

    For one schema, and within one `Database.reading`.
    """

    def __init__(self, database: Database, revisions: Mapping[str, int]):
        """revisions: of the tenants, in the same moment."""
        self.now = 0.0
        self._database = database
        self._revisions = revisions
        #: Tenant, type and id -> since when this is so, and what is stored.
        self._found: dict[tuple[str, str, str], tuple[float, Stored | None]] = {}

    def clock(self) -> float:
        """The time that counts."""
        return self.now

    def revision(self, tenant: str) -> int:
        """That of the moment. Raises: KeyError for an unknown tenant."""
        return self._revisions[tenant]

    def held_revision(self, tenant: str) -> int:
        """As `revision`."""
        return self._revisions[tenant]

    def find(self, tenant: str, kind: TypeSchema, id: str) -> Stored | None:
        """What is stored of one thing, as of that time."""
        key = (tenant, kind.name, id)
        since, found = self._found.get(key, (inf, None))
        until = inf if found is None or found.valid_until is None else found.valid_until
        if since <= self.now < until:
            return found
        found = read(self._database, kind, tenant, id, self.now)
        self._found.pop(key, None)
        if len(self._found) >= CACHED_MAX:
            del self._found[next(iter(self._found))]
        self._found[key] = (self.now, found)
        return found

    def pages_unlocked(self, tenant: str, session: str, user: str) -> bool:
        """What the name of the session says."""
        return session == UNLOCKED


class Past:
    """One policy set, asked as of any time."""

    def __init__(
        self, policies: PolicySet, database: Database, revisions: Mapping[str, int]
    ):
        self.policies = policies
        self._facts = PastFacts(database, revisions)
        self._pdp = self._fresh()

    def answer(self, request: Request, caller: Caller, at: float) -> Answer:
        """The answer at that time, epoch seconds, for a tenant that there is."""
        if at < self._facts.now:
            # WHY: what a decision point has prepared holds from then on, and not before.
            self._pdp = self._fresh()
        self._facts.now = at
        return self._pdp.evaluate(request, caller)

    def _fresh(self) -> PDP:
        return PDP(lambda: self.policies, self._facts, self._facts.clock)
