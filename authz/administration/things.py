"""Lists of organizations, places and metering units: what the person at the desk may see,
by the filter of the policies, and which actions are open on each.
"""

from typing import Any

from msgspec import Struct

from authz.administration.cursors import cursor, place
from authz.administration.desk import Desk
from authz.errors import RequestError
from authz.storage import things
from authz.storage.things import Found, Wanted

PAGE_MAX = 1000
NOTHING = Wanted()


class Things(Struct, frozen=True):
    """A page of things."""

    listed: tuple[Found[Any], ...]
    #: What to ask `before` and `after` for the pages beside this one; None: there is none.
    previous: str | None
    next: str | None


def page(
    desk: Desk,
    type: str,
    wanted: Wanted = NOTHING,
    *,
    action: str | None = None,
    marked: tuple[str, ...] = (),
    after: str = "",
    before: str = "",
    limit: int = 50,
) -> Things:
    """Those of the wanted that the person may see, or may do the action to.

    Raises: RequestError for a filter, a limit or a cursor that there is not.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise RequestError(f"`limit` must be from 1 to {PAGE_MAX}", where="limit")
    start, end = place(after, "after"), place(before, "before")
    seen = desk.filter(action or f"{type}:read", type)
    listed, more = things.page(
        desk.database,
        desk.tenant,
        seen.kind,
        seen.tree,
        wanted=wanted,
        marks={name: desk.filter(name, type).tree for name in marked},
        after=end or start,
        backwards=end is not None,
        limit=limit,
    )
    goes_back, goes_on = (more, True) if end else (start is not None, more)
    return Things(
        tuple(listed),
        cursor(listed[0].place) if listed and goes_back else None,
        cursor(listed[-1].place) if listed and goes_on else None,
    )


def all_of(
    desk: Desk, type: str, action: str | None = None, wanted: Wanted = NOTHING
) -> tuple[Any, ...]:
    """All of the wanted that the person may see, or may do the action to, by name."""
    found: list[Any] = []
    after = ""
    while True:
        one = page(desk, type, wanted, action=action, after=after, limit=PAGE_MAX)
        found += [listed.thing for listed in one.listed]
        if one.next is None:
            return tuple(found)
        after = one.next
