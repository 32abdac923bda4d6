"""What a person can choose from in a form, and the words for what was chosen."""

from collections.abc import Iterable
from functools import cache
from zoneinfo import available_timezones

from authz.administration import people
from authz.administration.access import rules_of
from authz.administration.preview import Difference
from authz.storage.held import BOUND
from authz.storage.names import names as names_of
from authz.storage.people import Account
from webapp.console import labels
from webapp.console.visitor import Visitor

#: People who are offered to choose from.
PEOPLE_MAX = 100
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
    """Kind and id -> name, of everything that these people are bound to, gone or not."""
    bound = (account.bindings.items() for account in accounts)
    return names(who, ((kind, id) for one in bound for kind, ids in one for id in ids))


def names(who: Visitor, things: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Type and id -> name, of those of the company's things that have one."""
    return names_of(who.desk.database, who.person.tenant, things)


def names_of_differences(
    who: Visitor, differences: Iterable[Difference]
) -> dict[tuple[str, str], str]:
    """The same of everything that is gained and lost."""
    return names(who, ((one.type, id) for one in differences for id in one.ids))


def people_of(who: Visitor) -> list[tuple[str, str]]:
    """E-mail and name of the first people whom this person may see, to choose from."""
    desk = who.desk
    if not desk.may("user:list", "tenant", desk.tenant):
        return []
    found = people.page(desk, limit=PEOPLE_MAX)
    return [(one.account.email, one.account.name) for one in found.listed]


def names_of_given(who: Visitor, account: str) -> dict[tuple[str, str], str]:
    """Attribute and value -> name, of the roles, options and bindings of a person."""
    given = who.desk.parts.provenance(who.person.tenant, account)
    bound = [one for one in given if one.attribute in BOUND]
    known = names(who, ((BOUND[one.attribute], one.value) for one in bound))
    words = {"roles": labels.role, "options": labels.option}
    return {
        (one.attribute, one.value): words[one.attribute](one.value)
        if one.attribute in words
        else known.get((BOUND[one.attribute], one.value), one.value)
        for one in given
    }


def titles(who: Visitor) -> dict[str, str]:
    """Id -> title of the policies, in the reader's language."""
    policies = who.desk.policies.policies
    return {id: labels.policy(policy.entry) for id, policy in policies.items()}
