"""Language, time zone and look of a page: those of the reader.

Times are kept in UTC and shown where the reader is; a word such as "3 hours ago" stands for
a time of the last seven days only, and the whole time with its zone is always there.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_babel import (
    Babel,
    format_datetime,
    format_decimal,
    format_timedelta,
    get_timezone,
)
from flask_babel import gettext as _

from authz.decisions.languages import LANGUAGES
from authz.decisions.ports import Clock
from authz.errors import InvalidChange
from webapp.console.catalogues import Catalogues
from webapp.console.cookies import LOOK, Cookies
from webapp.console.visitor import visitor

#: What a person may choose; the first one leaves it to the system.
THEMES = ("system", "light", "dark")
#: A word of the cookie that switches the keys off.
NO_KEYS = "no-keys"
RELATIVE_DAYS = 7
#: The times that are times in every zone: from the year 2 to the year 9998. Units: epoch
#: seconds.
FIRST, LAST = -62_104_060_800, 253_370_764_799
#: Characters of a list of languages that is looked at. WHY: nobody reads so many, and it is
#: gone through before anybody is known.
ACCEPTED_MAX = 500


def install(app: Flask, clock: Clock, cookies: Cookies) -> None:
    """Has pages speak the reader's language."""
    babel = Babel(app, locale_selector=language, timezone_selector=zone)
    babel.domain_instance = Catalogues()
    app.jinja_env.filters["exactly"] = exactly
    app.jinja_env.filters["utc"] = utc
    app.jinja_env.filters["number"] = format_decimal
    app.jinja_env.filters["ago"] = lambda at: ago(at, clock())
    app.jinja_env.globals["look"] = lambda: Look(cookies.read(request, LOOK))


class Look:
    """What a person chose for this browser."""

    def __init__(self, said: str):
        words = said.split(".")
        #: `light` or `dark`; None: as the system has it.
        self.theme = next((word for word in words if word in THEMES[1:]), None)
        self.has_keys = NO_KEYS not in words

    def __str__(self) -> str:
        words = [self.theme or "", "" if self.has_keys else NO_KEYS]
        return ".".join(word for word in words if word)


def language() -> str:
    """That of the account; before the login what the browser asks for."""
    present = visitor()
    if present is not None and present.account.language in LANGUAGES:
        return present.account.language
    if len(request.headers.get("Accept-Language", "")) > ACCEPTED_MAX:
        return LANGUAGES[0]
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def zone() -> ZoneInfo:
    """That of the account; before the login, and where nobody knows that zone, UTC."""
    present = visitor()
    try:
        return ZoneInfo("UTC" if present is None else present.account.timezone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def utc(at: float | str) -> str:
    """The time as machines read it: ISO 8601. Units: epoch seconds, or ISO 8601."""
    return _moment(at).isoformat(timespec="seconds")


def exactly(at: float | str) -> str:
    """Day and time where the reader is, with the zone."""
    return f"{format_datetime(_moment(at), 'medium')} {get_timezone()}"


def ago(at: float | str, now: float) -> str:
    """How long ago, or in how long; the day and the time where that is far off."""
    moment = _moment(at)
    distance = moment - datetime.fromtimestamp(now, UTC)
    if abs(distance) >= timedelta(days=RELATIVE_DAYS):
        return str(format_datetime(moment, "medium"))
    if abs(distance) < timedelta(minutes=1):
        return str(_("now"))
    return str(format_timedelta(distance, add_direction=True, threshold=1.2))


def typed_time(text: str, field: str) -> float | None:
    """A time as a person types it where the reader is; None for none. Units: epoch seconds.

    Raises: InvalidChange with the field.
    """
    if not text.strip():
        return None
    try:
        typed = datetime.fromisoformat(text.strip())
    except ValueError as exc:
        said = _("`%(text)s` is no day and time, as 2026-12-31T23:59", text=text)
        raise InvalidChange(said, field=field) from exc
    return (typed if typed.tzinfo else typed.replace(tzinfo=zone())).timestamp()


def for_typing(at: float | None) -> str:
    """The same the other way round, to the minute. Units: epoch seconds."""
    if at is None:
        return ""
    return local(at).strftime("%Y-%m-%dT%H:%M")


def local(at: float | str) -> datetime:
    """The time where the reader is. Units: as `utc`."""
    return _moment(at).astimezone(zone())


def _moment(at: float | str) -> datetime:
    if isinstance(at, str):
        return datetime.fromisoformat(at)
    return datetime.fromtimestamp(min(max(at, FIRST), LAST), UTC)
