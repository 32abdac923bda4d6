"""Who is calling: an API key to a client, and a client to the caller of a decision.

A key is believed as long as its row says so: the row is kept only while the tenant's
revision is the one it was read at, so a revoked key is refused by the very next request, on
every worker.  A refusal writes nothing.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache

from authz.accounts import keys
from authz.errors import Forbidden, NotFound
from authz.model import Caller
from authz.storage.clients import ApiClient
from webapp.decision_api.errors import Unauthenticated

CHECK = "decision:check"
SEARCH = "decision:search"
BATCH = "decision:batch"
EXPLAIN = "decision:explain"
CHANNEL_ASSERT = "channel:assert"
SESSION_ASSERT = "session:assert"
#: What a secret is compared with when there is no such key. WHY no more is done to hide
#: whether there is one: an id is 64 bits of chance.
NO_DIGEST = "0" * 64
#: Headers with good keys that are recognized quickly.
SEEN_MAX = 10_000
NOT_SEEN: tuple[int, ApiClient | None] = (0, None)


class Callers:
    """The clients that keys belong to."""

    def __init__(
        self,
        find: Callable[[str], ApiClient | None],
        revision: Callable[[str], int],
        clock: Callable[[], float],
    ):
        self._find = find
        self._revision = revision
        self._clock = clock
        #: Key id -> revision of the tenant's facts, and the client as it was at it.
        self._known: dict[str, tuple[int, ApiClient]] = {}
        #: SHA-256 of a header with a good key -> the same.
        self._seen: dict[bytes, tuple[int, ApiClient]] = {}

    def client_of(self, authorization: str) -> ApiClient:
        """The client whose key this header holds.

        Raises: Unauthenticated; Unavailable when the facts cannot be reached or trusted.
        """
        digest = hashlib.sha256(authorization.encode()).digest()
        revision, client = self._seen.get(digest, NOT_SEEN)
        if client is not None:
            # WHY again: the key may have been revoked since, and expire at any moment.
            fresh = self._revision_or_none(client.tenant) == revision
            if fresh and client.is_live(self._clock()):
                return client
            self._seen.pop(digest, None)
        client = self._verified(authorization)
        known = self._known.get(client.id)
        if known is not None:
            if len(self._seen) >= SEEN_MAX:
                # WHY: one caller can send many headers with one key, by their spaces.
                self._seen.clear()
            self._seen[digest] = known
        return client

    def _verified(self, authorization: str) -> ApiClient:
        key = keys.parse(authorization)
        if key is None:
            raise Unauthenticated(
                "no API key: send `Authorization: Bearer gh_<id>_<secret>`"
            )
        client = self._current(key.id)
        matches = keys.matches(key.secret, client.key_hash if client else NO_DIGEST)
        if client is None or not matches or not client.is_live(self._clock()):
            raise Unauthenticated("the API key is unknown, expired or revoked")
        return client

    def _current(self, key_id: str) -> ApiClient | None:
        revision, client = self._known.get(key_id, (0, None))
        if client is not None and self._revision_or_none(client.tenant) == revision:
            return client
        self._known.pop(key_id, None)
        client = self._find(key_id)
        if client is None:
            return None
        before = self._revision_or_none(client.tenant)
        client = self._find(key_id)
        if before is not None and client is not None:
            self._known[key_id] = (before, client)
            return client
        return None

    def _revision_or_none(self, tenant: str) -> int | None:
        try:
            return self._revision(tenant)
        except NotFound:
            return None


def require(client: ApiClient, scope: str) -> None:
    """Raises: Forbidden when the client lacks the scope."""
    if scope not in client.scopes:
        raise Forbidden(f"the API key lacks the scope `{scope}`")


def caller(client: ApiClient, context: Mapping[str, object]) -> Caller:
    """The caller of a decision: what the key fixes, and what it is allowed to assert.

    A channel that is not one of ours is no channel, and so is not the web.
    """
    channel = client.channel
    if channel is None and CHANNEL_ASSERT in client.scopes:
        asserted = context.get("channel")
        if isinstance(asserted, str) and asserted in keys.CHANNELS:
            channel = asserted
    session = context.get("session")
    if isinstance(session, str) and SESSION_ASSERT in client.scopes:
        return Caller(client.tenant, channel, session)
    return _without_session(client.tenant, channel)


@lru_cache(maxsize=1_000)
def _without_session(tenant: str, channel: str | None) -> Caller:
    return Caller(tenant, channel)
