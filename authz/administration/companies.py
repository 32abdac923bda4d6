"""The companies of this server, as operators look after them: who there is, a new one, and
one that is suspended or works again.

An operator sees no more of a company than this. What is done to one is an event of its own
log, and of the log of the operators.
"""

from dataclasses import replace

from msgspec import Struct

from authz.administration import founding
from authz.administration.cursors import cursor, place
from authz.administration.desk import Desk
from authz.administration.founding import Company, Founded, Owner
from authz.errors import Conflict, NotFound, RequestError
from authz.said import said
from authz.storage import companies, events, fields, tenants
from authz.storage.companies import Company as Listed
from authz.storage.events import Actor

LIST, READ, CREATE, SUSPEND = (
    f"tenant:{verb}" for verb in ("list", "read", "create", "suspend")
)
#: What a company can be; that of the operators is there from the beginning, and one.
KINDS = ("minigrid", "metering")
PAGE_MAX = 200


class Companies(Struct, frozen=True):
    """A page of companies."""

    listed: tuple[Listed, ...]
    #: What to ask `before` and `after` for the pages beside this one; None: there is none.
    previous: str | None
    next: str | None


def page(
    desk: Desk, text: str = "", *, after: str = "", before: str = "", limit: int = 50
) -> Companies:
    """The companies, by name; text: a part of the name or the slug.

    Raises: Refused; RequestError for a limit or a cursor that there is not.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise RequestError(f"`limit` must be from 1 to {PAGE_MAX}", where="limit")
    start, end = place(after, "after"), place(before, "before")
    desk.require(LIST, "tenant", desk.tenant)
    listed, more = companies.page(
        desk.database, text=text, after=end or start, backwards=end is not None, limit=limit
    )
    goes_back, goes_on = (more, True) if end else (start is not None, more)
    return Companies(
        tuple(listed),
        cursor(listed[0].place) if listed and goes_back else None,
        cursor(listed[-1].place) if listed and goes_on else None,
    )


def find(desk: Desk, slug: str) -> Listed:
    """One company. Raises: Refused, NotFound."""
    desk.require(READ, "tenant", desk.tenant)
    return companies.find(desk.database, slug)


def add(
    desk: Desk,
    *,
    kind: str,
    company: Company,
    owner: Owner,
    slug: str = "",
    pages_password: str | None = None,
) -> Founded:
    """A new company with its first person; without a slug it gets one made of its name.

    Raises: Refused; Conflict and InvalidChange with the field: `slug`, `kind`, or as
    `founding.check`.
    """
    desk.require(CREATE, "tenant", desk.tenant)
    fields.choice(kind, "kind", KINDS)
    slug = fields.slug(slug or founding.made_slug(company.name))
    founding.check(company, owner, pages_password)
    secrets = founding.hashed(desk.hasher, owner, pages_password)
    with desk.deciding():
        actor = _elsewhere(desk.require(CREATE, "tenant", desk.tenant))
        if _is_there(desk, slug):
            raise Conflict(
                said("there is a company of this short name already"), field="slug"
            )
        made = founding.found(
            desk.database,
            desk.policies,
            slug,
            kind,
            company=company,
            owner=owner,
            secrets=secrets,
            actor=actor,
        )
        after = {"name": made.tenant.name, "kind": kind, "first": made.owner.email}
        _record(desk, "tenant.created", slug, made.tenant.name, None, after, actor)
        return made


def suspend(desk: Desk, slug: str) -> Listed:
    """Nobody of the company can log in or is allowed anything, until it is resumed.

    Raises: Refused; NotFound; Conflict for the company of the operators.
    """
    return _set_status(desk, slug, "suspended")


def resume(desk: Desk, slug: str) -> Listed:
    """The company works again, with everything as it was. Raises: as `suspend`."""
    return _set_status(desk, slug, "active")


def _set_status(desk: Desk, slug: str, status: str) -> Listed:
    with desk.deciding():
        actor = _elsewhere(desk.require(SUSPEND, "tenant", desk.tenant))
        found = companies.find(desk.database, slug)
        if slug == desk.tenant:
            raise Conflict(said("the company of the operators itself cannot be suspended"))
        before = found.tenant.status
        if before != status:
            tenants.set_status(desk.database, slug, status, actor=actor)
            changed = {"status": before}, {"status": status}
            _record(desk, "tenant.status_set", slug, found.tenant.name, *changed, actor)
        return companies.find(desk.database, slug)


def _elsewhere(actor: Actor) -> Actor:
    """WHY: the right was decided by the facts of the operators, and is used elsewhere."""
    return replace(actor, decided_at=None)


def _is_there(desk: Desk, slug: str) -> bool:
    try:
        companies.find(desk.database, slug)
    except NotFound:
        return False
    return True


def _record(
    desk: Desk,
    action: str,
    slug: str,
    name: str,
    before: dict[str, str] | None,
    after: dict[str, str],
    actor: Actor,
) -> None:
    """The same in the log of the operators."""
    events.record(
        desk.database,
        desk.tenant,
        actor=actor,
        action=action,
        about=("tenant", slug),
        label=name,
        before=before,
        after=after,
    )
