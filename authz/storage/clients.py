"""API clients: the apps that ask, each with a key bound to one tenant."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from authz.accounts.keys import CHANNELS, SCOPES, Key, digest, new_key
from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import said
from authz.storage import fields
from authz.storage.changes import change
from authz.storage.database import Database
from authz.storage.events import Actor
from authz.storage.tables import ApiClient as Row


@dataclass(frozen=True, slots=True)
class ApiClient:
    """An app that may ask."""

    tenant: str
    id: str
    name: str
    #: SHA-256 of the secret, in hex.
    key_hash: str
    scopes: frozenset[str]
    #: Through what its users act, whatever a request says; None: not fixed.
    channel: str | None
    #: Epoch seconds; None: never.
    expires_at: float | None
    revoked_at: float | None

    def is_live(self, now: float) -> bool:
        """Whether the key is good at that time. Units: epoch seconds."""
        return self.revoked_at is None and (
            self.expires_at is None or now < self.expires_at
        )


def create(
    database: Database,
    tenant: str,
    name: str,
    scopes: Collection[str],
    *,
    actor: Actor,
    channel: str | None = None,
    expires_at: float | None = None,
) -> tuple[ApiClient, Key]:
    """A new client and its key, which is not stored and cannot be shown again.

    Raises: Conflict when a live client of the tenant has the name; InvalidChange with the
    field.
    """
    for scope in scopes:
        fields.choice(scope, "scope", SCOPES)
    if not scopes:
        raise InvalidChange(said("a key without a scope opens nothing"), field="scope")
    if channel is not None:
        fields.choice(channel, "channel", CHANNELS)
    key = new_key()
    shown = {
        "name": fields.text(name, "name"),
        "channel": channel,
        "expires_at": expires_at,
    }
    row = shown | {"scopes": json.dumps(sorted(set(scopes)))}
    with database.transaction():
        named = (
            (Row.tenant == tenant) & (Row.name == shown["name"]) & Row.revoked_at.is_null()
        )
        if Row.select().where(named).exists(database.db):
            raise Conflict(said("there is a client `{name}` already", name=name))
        with change(
            database,
            tenant,
            actor=actor,
            action="api_client.created",
            about=("api_client", key.id),
            kind="created",
            label=name,
            after=shown | {"scopes": sorted(set(scopes))},
        ):
            Row.insert(
                **row,
                id=key.id,
                tenant=tenant,
                key_hash=digest(key.secret),
                created_at=database.now(),
                created_by=actor.id,
            ).execute(database.db)
        found = find(database, key.id)
        assert found is not None
        return found, key


def find(database: Database, key_id: str) -> ApiClient | None:
    """The client of that key, of any tenant, revoked or not; None for an unknown one."""
    with database.reading():
        row = Row.select().where(Row.id == key_id).first(database.db)
    return None if row is None else _client(row)


def list_clients(database: Database, tenant: str) -> list[ApiClient]:
    """The clients of the tenant, revoked ones too, by name."""
    chosen = Row.select().where(Row.tenant == tenant).order_by(Row.name, Row.created_at)
    with database.reading():
        return [_client(row) for row in chosen.execute(database.db)]


def revoke(database: Database, tenant: str, key_id: str, *, actor: Actor) -> None:
    """Make the key of a client worthless.

    Raises: NotFound when the tenant has no such live client.
    """
    live = (Row.tenant == tenant) & (Row.id == key_id) & Row.revoked_at.is_null()
    with database.transaction():
        row = Row.select().where(live).first(database.db)
        if row is None:
            raise NotFound(f"no client `{key_id}`")
        with change(
            database,
            tenant,
            actor=actor,
            action="api_client.revoked",
            about=("api_client", key_id),
            kind="deleted",
            label=row.name,
            before={"revoked": False},
            after={"revoked": True},
        ):
            Row.update(revoked_at=database.now()).where(live).execute(database.db)


def rotate(
    database: Database,
    tenant: str,
    key_id: str,
    *,
    actor: Actor,
    expires_at: float | None,
) -> tuple[ApiClient, Key]:
    """A new key for a client, in place of its old one, which is worthless from now on.

    Name, scopes and channel stay. Raises: NotFound when the tenant has no such live client.
    """
    with database.transaction():
        revoke(database, tenant, key_id, actor=actor)
        before = find(database, key_id)
        assert before is not None
        return create(
            database,
            tenant,
            before.name,
            before.scopes,
            actor=actor,
            channel=before.channel,
            expires_at=expires_at,
        )


def _client(row: Row) -> ApiClient:
    return ApiClient(
        tenant=row.tenant,
        id=row.id,
        name=row.name,
        key_hash=row.key_hash,
        scopes=frozenset(json.loads(row.scopes)),
        channel=row.channel,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
