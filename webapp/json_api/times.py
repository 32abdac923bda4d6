"""Times on the wire: RFC 3339, in UTC; inside they are epoch seconds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta

#: A time that says its zone.
Moment = Annotated[datetime, Meta(tz=True)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: float | None) -> datetime | None:
    """The time as it is sent; None for none. Units: epoch seconds."""
    return None if at is None else EPOCH + timedelta(seconds=at)


def epoch(at: datetime | None) -> float | None:
    """The time as it is kept; None for none. Units: epoch seconds."""
    return None if at is None else (at - EPOCH).total_seconds()
