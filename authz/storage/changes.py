"""The one way in which facts change.

A change is one transaction: it takes the next revision of its tenant, writes the rows, says
which things they belong to, and appends the event. As the revision is taken under the write
lock, commit order is revision order and no number is left out; and what is in the log has
happened, and the reverse.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from authz.errors import Conflict, NotFound
from authz.said import said
from authz.storage.database import Database
from authz.storage.events import Actor, record
from authz.storage.tables import Change, Tenant


class Revision:
    """A change under way."""

    def __init__(self, database: Database, tenant: str, number: int):
        self.number = number
        self._database = database
        self._tenant = tenant

    def touch(self, type: str, id: str, kind: str = "updated") -> None:
        """Say what the change did to a thing: `created`, `updated` or `deleted`."""
        row = {"tenant": self._tenant, "revision": self.number}
        row |= {"object_type": type, "object_id": id, "kind": kind}
        Change.insert(**row).on_conflict_ignore().execute(self._database.db)


@contextmanager
def change(
    database: Database,
    tenant: str,
    *,
    actor: Actor,
    action: str,
    about: tuple[str, str],
    kind: str = "updated",
    label: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> Iterator[Revision]:
    """A change of one thing, `about`, and of what `touch` adds.

    Raises: NotFound for an unknown tenant; Conflict when the facts changed since the
    actor's right was decided, or something must be unique and is not; InvalidChange for
    what a constraint refuses.
    """
    with database.transaction():
        number = _next_revision(database, tenant, actor)
        revision = Revision(database, tenant, number)
        revision.touch(*about, kind)
        yield revision
        record(
            database,
            tenant,
            actor=actor,
            action=action,
            about=about,
            label=label,
            before=before,
            after=after,
        )


def _next_revision(database: Database, tenant: str, actor: Actor) -> int:
    row = Tenant.select(Tenant.revision).where(Tenant.slug == tenant)
    current = row.scalar(database.db)
    if current is None:
        raise NotFound(f"unknown tenant `{tenant}`")
    if actor.decided_at not in (None, current):
        raise Conflict(said("the facts changed in the meantime: look again and repeat"))
    number = int(current) + 1
    Tenant.update(revision=number).where(Tenant.slug == tenant).execute(database.db)
    return number
