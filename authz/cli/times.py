"""Times as they are typed: how long from now, or until when."""

import math
import re
from datetime import UTC, datetime, timedelta

from authz.errors import RequestError

UNITS = {"h": "hours", "d": "days"}


def end_of(text: str, now: float, option: str) -> float:
    """The whole epoch second that an option says. Raises: RequestError."""
    if found := re.fullmatch(r"([1-9][0-9]{0,4})([hd])", text):
        return (
            math.ceil(now) + timedelta(**{UNITS[found[2]]: int(found[1])}).total_seconds()
        )
    try:
        given = datetime.fromisoformat(text)
        until = given.astimezone(UTC) if given.tzinfo else None
    except (ValueError, OverflowError):
        until = None
    if until is None:
        raise RequestError(
            f"`{option}` is hours, days or a time with its zone, as `12h`, `90d` or"
            f" `2027-01-31T12:00Z`, not `{text}`"
        )
    if until.timestamp() <= now:
        raise RequestError(f"`{option}` is in the past: `{text}`")
    return until.timestamp()
