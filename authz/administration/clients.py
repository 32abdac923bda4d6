"""API clients: the apps of a company, each with a key that is shown once."""

from collections.abc import Collection
from dataclasses import replace

from authz.accounts.keys import Key
from authz.administration.access import check_end
from authz.administration.desk import Desk
from authz.storage import clients
from authz.storage.clients import ApiClient


def listed(desk: Desk) -> list[ApiClient]:
    """The clients of the company, revoked ones too, by name. Raises: Refused."""
    desk.require("api_client:list", "tenant", desk.tenant)
    return clients.list_clients(desk.database, desk.tenant)


def create(
    desk: Desk,
    *,
    name: str,
    scopes: Collection[str],
    channel: str | None = None,
    expires_at: float | None = None,
) -> tuple[ApiClient, Key]:
    """A new client and its key, which is not stored and cannot be shown again.

    Raises: Refused; Conflict when a live one has the name; InvalidChange with the field.
    """
    with desk.deciding():
        actor = desk.require("api_client:create", "tenant", desk.tenant)
        check_end(expires_at, desk.clock())
        return clients.create(
            desk.database,
            desk.tenant,
            name,
            scopes,
            actor=actor,
            channel=channel or None,
            expires_at=expires_at,
        )


def revoke(desk: Desk, id: str) -> None:
    """Make the key of a client worthless. Raises: Refused, NotFound."""
    with desk.deciding():
        actor = desk.require("api_client:revoke", "api_client", id)
        clients.revoke(desk.database, desk.tenant, id, actor=actor)


def rotate(
    desk: Desk, id: str, *, expires_at: float | None = None
) -> tuple[ApiClient, Key]:
    """A new key in place of the old one, which is worthless from now on.

    Raises: Refused, NotFound; InvalidChange with the field.
    """
    with desk.deciding():
        actor = desk.require("api_client:revoke", "api_client", id)
        desk.require("api_client:create", "tenant", desk.tenant)
        check_end(expires_at, desk.clock())
        # WHY without a revision: these are two changes, and nobody else's comes between.
        actor = replace(actor, decided_at=None)
        return clients.rotate(
            desk.database, desk.tenant, id, actor=actor, expires_at=expires_at
        )
