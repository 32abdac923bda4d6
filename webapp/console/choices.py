"""What a person can choose from in a form, and the words for what was chosen."""

from collections.abc import Iterable
from functools import cache
from zoneinfo import available_timezones

from authz.administration.access import rules_of
from authz.storage import organizations, places
from authz.storage.people import Account
from webapp.console import labels
from webapp.console.visitor import Visitor

#: Names of zones that are no places.
NO_PLACES = ("Etc/", "SystemV/", "US/", "posix", "right/")


def roles(who: Visitor) -> list[tuple[str, str]]:
    """Id and word of the roles that there are in this kind of company."""
    return [(role, labels.role(role)) for role in rules_of(who.desk).roles]


def languages() -> list[tuple[str, str]]:
    """Code and name of the languages that pages are in."""
    return list(labels.LANGUAGE_NAMES.items())


@cache
def zones() -> tuple[str, ...]:
    """The time zones, UTC first."""
    known = {zone for zone in available_timezones() if "/" in zone}
    return ("UTC", *sorted(zone for zone in known if not zone.startswith(NO_PLACES)))


def names_of_bindings(
    who: Visitor, accounts: Iterable[Account]
) -> dict[tuple[str, str], str]:
    """Kind and id -> name, of everything that these people are bound to."""
    found: dict[tuple[str, str], str] = {}
    database, tenant = who.desk.database, who.person.tenant
    for kind in sorted({kind for account in accounts for kind in account.bindings}):
        if kind == "cluster":
            things = [(p.id, p.name) for p in places.list_places(database, tenant, kind)]
        else:
            listed = organizations.list_organizations(database, tenant, kind)
            things = [(o.id, o.name) for o in listed]
        found |= {(kind, id): name for id, name in things}
    return found
