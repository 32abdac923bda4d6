"""By whom the keys of a company are made: a person, or the user of the machine.

A company of which nobody has an account yet, as that of a program alone, needs keys too: so
whoever holds the database may name it by `--tenant`, and act for no person.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from authz.accounts.keys import Key
from authz.administration import clients as decided
from authz.administration.desk import Desk
from authz.cli.acting import Acting, at_desk, machine_user
from authz.cli.question import plain
from authz.cli.setup import opened
from authz.errors import RequestError
from authz.storage import clients as stored
from authz.storage.clients import ApiClient
from authz.storage.database import Database
from authz.storage.tenants import find_tenant


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one company, in the hands of a person, or of the user of the machine."""

    database: Database
    tenant: str
    #: None: it is done for no person.
    desk: Desk | None

    def listed(self) -> list[ApiClient]:
        """The clients, revoked ones too, by name."""
        if self.desk is not None:
            return decided.listed(self.desk)
        return stored.list_clients(self.database, self.tenant)

    def create(
        self,
        name: str,
        scopes: Collection[str],
        channel: str | None,
        expires_at: float | None,
    ) -> tuple[ApiClient, Key]:
        """A new client and its key. Raises: Conflict, InvalidChange, Refused."""
        if self.desk is not None:
            return decided.create(
                self.desk, name=name, scopes=scopes, channel=channel, expires_at=expires_at
            )
        return stored.create(
            self.database,
            self.tenant,
            name,
            scopes,
            actor=machine_user(),
            channel=channel,
            expires_at=expires_at,
        )

    def rotate(self, id: str, expires_at: float | None) -> tuple[ApiClient, Key]:
        """A new key in place of the old one. Raises: NotFound, Refused."""
        if self.desk is not None:
            return decided.rotate(self.desk, id, expires_at=expires_at)
        return stored.rotate(
            self.database, self.tenant, id, actor=machine_user(), expires_at=expires_at
        )

    def revoke(self, id: str) -> None:
        """Make a key worthless. Raises: NotFound, Refused."""
        if self.desk is not None:
            decided.revoke(self.desk, id)
        else:
            stored.revoke(self.database, self.tenant, id, actor=machine_user())


@contextmanager
def keys_of(acting: Acting, tenant: str | None) -> Iterator[Keys]:
    """The keys of the company of whom it is done for, or of the one that is named.

    Raises: RequestError where neither is, and where the two differ; NotFound.
    """
    if tenant is not None and acting.who is None:
        plain(tenant, "--tenant")
        with opened(acting.setup.config().store.path) as database:
            find_tenant(database, tenant)
            yield Keys(database, tenant, None)
        return
    if tenant is None and acting.person is None:
        raise RequestError(
            "name for whom it is done by `--as`, or the company by `--tenant`"
        )
    with at_desk(acting) as desk:
        if tenant not in (None, desk.tenant):
            raise RequestError(f"`{acting.who}` is no person of the tenant `{tenant}`")
        yield Keys(desk.database, desk.tenant, desk)
