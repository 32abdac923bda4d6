"""Time zones and languages that a person can have."""

from functools import cache
from zoneinfo import available_timezones

from authz.decisions.languages import LANGUAGES
from authz.engine.place import near_miss
from authz.errors import InvalidChange
from authz.said import said


def check_place(timezone: str | None, language: str | None) -> None:
    """Nothing, if there is such a time zone and such a language.

    Raises: InvalidChange with the field.
    """
    if timezone is not None and timezone not in _zones():
        hint = near_miss(timezone, _zones())
        raise InvalidChange(
            said("unknown time zone `{timezone}`{hint}", timezone=timezone, hint=hint),
            field="timezone",
        )
    if language is not None and language not in LANGUAGES:
        raise InvalidChange(
            said(
                "unknown language `{language}`: one of {known}",
                language=language,
                known=", ".join(LANGUAGES),
            ),
            field="language",
        )


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
