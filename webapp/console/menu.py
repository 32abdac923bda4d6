"""The menu: the pages that this person may open, and no other."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from authz.administration.locks import locked
from webapp.console.needs import TENANT, needs
from webapp.console.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu."""

    word: LazyString
    endpoint: str
    #: The key that leads there, after `g`; empty for none.
    key: str = ""
    #: What stands for `kind` in the address; empty where there is no such part.
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The same, as it is shown to somebody."""

    word: LazyString
    address: str
    key: str
    is_here: bool


#: Heading -> its pages, in the order in which they are shown.
MENU: tuple[tuple[LazyString, tuple[Entry, ...]], ...] = (
    (
        _l("Server"),
        (Entry(_l("Companies"), "companies.list_page", "c"),),
    ),
    (
        _l("Policies"),
        (
            Entry(_l("Files"), "policies.page", "p"),
            Entry(_l("Change requests"), "changes.list_page"),
            Entry(_l("Revisions"), "policy_revisions.list_page"),
        ),
    ),
    (
        _l("Decisions"),
        (
            Entry(_l("Explain"), "explain.page", "x"),
            Entry(_l("Who can"), "explain.who_can"),
        ),
    ),
    (
        _l("Metering"),
        (
            Entry(_l("Metering units"), "units.list_page", "m"),
            Entry(_l("Reports"), "units.report"),
            Entry(_l("Monitoring"), "units.monitoring"),
            Entry(_l("Reach"), "reach.page"),
        ),
    ),
    (
        _l("Operations"),
        (
            Entry(_l("Customers"), "records.list_page", "k", "customer"),
            Entry(_l("Assets"), "records.list_page", "", "asset"),
            Entry(_l("Tickets"), "records.list_page", "t", "ticket"),
            Entry(_l("Payments"), "records.list_page", "", "payment"),
            Entry(_l("Transactions"), "records.list_page", "", "transaction"),
            Entry(_l("Agents"), "records.list_page", "", "agent"),
            Entry(_l("Locations"), "places.list_page", "l", "cluster"),
        ),
    ),
    (
        _l("Tariffs and targets"),
        (
            Entry(_l("Tariffs"), "records.guarded_page", "", "tariff"),
            Entry(_l("Targets"), "records.guarded_page", "", "target"),
            Entry(_l("Connection groups"), "records.guarded_page", "", "connection_group"),
            Entry(_l("Connection types"), "records.guarded_page", "", "connection_type"),
            Entry(_l("Commission types"), "records.guarded_page", "", "commission_type"),
        ),
    ),
    (
        _l("Organizations"),
        (
            Entry(_l("Supply companies"), "organizations.list_page", "o", "supply_company"),
            Entry(
                _l("Service organizations"),
                "organizations.list_page",
                "",
                "service_organization",
            ),
            Entry(_l("Manufacturers"), "organizations.list_page", "", "manufacturer"),
            Entry(_l("Consumers"), "organizations.list_page", "", "consumer"),
        ),
    ),
    (
        _l("Administration"),
        (
            Entry(_l("Users"), "users.list_page", "u"),
            Entry(_l("Roles"), "roles.page", "r"),
            Entry(_l("API clients"), "clients.list_page"),
            Entry(_l("Settings"), "settings.page", "s"),
            Entry(_l("Events log"), "events.list_page", "e"),
        ),
    ),
)


#: Where a request keeps it: a page shows it twice.
KEPT = "menu"
#: Noun whose pages are reached from an entry -> that entry.
PARENTS = {
    "policies": "policies.page",
    "changes": "changes.list_page",
    "change_acts": "changes.list_page",
    "policy_revisions": "policy_revisions.list_page",
    "users": "users.list_page",
    "companies": "companies.list_page",
    "person": "users.list_page",
    "compare": "users.list_page",
    "permissions": "users.list_page",
    "events": "events.list_page",
    "organizations": "organizations.list_page",
    "clients": "clients.list_page",
    "places": "places.list_page",
    "settings": "settings.page",
    "unit_forms": "units.list_page",
    "imports": "users.list_page",
}


def menu(present: Visitor) -> list[tuple[LazyString, list[Shown]]]:
    """Heading -> the pages under it that the policies open to this person."""
    if KEPT not in g:
        shown = [(heading, _open(present, entries)) for heading, entries in MENU]
        setattr(g, KEPT, [(heading, entries) for heading, entries in shown if entries])
    found: list[tuple[LazyString, list[Shown]]] = getattr(g, KEPT)
    return found


def _open(present: Visitor, entries: tuple[Entry, ...]) -> list[Shown]:
    table = needs(current_app)
    found = []
    for entry in entries:
        need = table[entry.endpoint]
        assert need.action is not None, entry.endpoint
        values: dict[str, Any] = {"kind": entry.kind} if entry.kind else {}
        action = need.action.format(**values)
        answer = present.desk.answer(action, TENANT, present.person.tenant)
        if answer.decision.allowed or locked(answer):
            is_here = _is_here(entry)
            address = url_for(entry.endpoint, **values)
            found.append(Shown(entry.word, address, entry.key, is_here))
    return found


def _is_here(entry: Entry) -> bool:
    """Whether the page, or one that is reached from it, is what is shown now."""
    here, noun = request.endpoint or "", (request.endpoint or "").partition(".")[0]
    if noun == "units":
        return entry.endpoint == ("units.list_page" if here == "units.page" else here)
    if noun in ("records", "record_forms"):
        of = entry.endpoint.partition(".")[0]
        return of == "records" and entry.kind == (request.view_args or {}).get("kind")
    if noun == "organizations" and entry.kind != (request.view_args or {}).get("kind"):
        return False
    return entry.endpoint == PARENTS.get(noun, here)
