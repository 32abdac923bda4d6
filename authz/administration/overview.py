"""What needs an eye at a glance: access that ends soon, people without any, and refused
attempts; each for who may see it anyway.
"""

from datetime import UTC, datetime

from msgspec import Struct

from authz.administration import events, people
from authz.administration.desk import Desk
from authz.administration.events import Log
from authz.administration.people import People
from authz.storage.directory import Wanted
from authz.storage.event_pages import Wanted as WantedEvents

DAY_SECONDS = 86_400
SOON_SECONDS = 30 * DAY_SECONDS
LIMIT = 5


class Overview(Struct, frozen=True):
    """The first of each; None for what the person may not see."""

    ends_soon: People | None
    without_access: People | None
    refused: Log | None


def overview(desk: Desk) -> Overview:
    """What there is to see for the person now."""
    now = desk.clock()
    sees_people = desk.may("user:list", "tenant", desk.tenant)
    refused = None
    if desk.may(events.LIST, "tenant", desk.tenant):
        since = datetime.fromtimestamp(now - DAY_SECONDS, UTC).isoformat()
        wanted = WantedEvents(result="refused", since=since)
        refused = events.page(desk, wanted, limit=LIMIT)
    if not sees_people:
        return Overview(None, None, refused)
    soon = Wanted(statuses=("active",), ends_before=now + SOON_SECONDS)
    without = Wanted(statuses=("active",), without_role=True)
    return Overview(
        people.page(desk, soon, limit=LIMIT),
        people.page(desk, without, limit=LIMIT),
        refused,
    )
