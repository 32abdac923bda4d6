"""Times as they are typed: how long from now or ago, or a moment."""

import math
import re
from datetime import UTC, datetime, timedelta

from authz.errors import RequestError

UNITS = {"h": "hours", "d": "days"}


def end_of(text: str, now: float, option: str) -> float:
    """The whole epoch second that an option says. Raises: RequestError."""
    seconds = _seconds(text)
    if seconds is not None:
        return math.ceil(now) + seconds
    until = _moment(text, option)
    if until <= now:
        raise RequestError(f"`{option}` is in the past: `{text}`")
    return until


def past(text: str, now: float, option: str) -> float:
    """The epoch second that an option says: so long ago, or a time.

    Raises: RequestError.
    """
    seconds = _seconds(text)
    return now - seconds if seconds is not None else _moment(text, option)


def _seconds(text: str) -> float | None:
    """How long so many hours or days are."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})([hd])", text)
    if found is None:
        return None
    return timedelta(**{UNITS[found[2]]: int(found[1])}).total_seconds()


def _moment(text: str, option: str) -> float:
    """The epoch second of a time with its zone. Raises: RequestError."""
    try:
        given = datetime.fromisoformat(text)
        at = given.astimezone(UTC) if given.tzinfo else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise RequestError(
            f"`{option}` is hours, days or a time with its zone, as `12h`, `90d` or"
            f" `2027-01-31T12:00Z`, not `{text}`"
        )
    return at.timestamp()
