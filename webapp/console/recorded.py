"""What recorded things, their fields and what is done to them are called.

A page of them is made of the policies' schema and of what the administration notes of each
type; only the words stand here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from authz.storage.resources import Resource


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a type."""

    #: What many of them are called.
    many: LazyString
    #: What a button says that adds one.
    add: LazyString
    #: What they are.
    lead: LazyString
    #: One of them, for who has none yet.
    example: LazyString


TYPES: Mapping[str, Words] = {
    "customer": Words(
        _l("Customers"),
        _l("Add a customer"),
        _l("Households and businesses that are connected to a mini-grid."),
        _l("For example: Hassan M., +255 700 000 001, Mafia Village."),
    ),
    "asset": Words(
        _l("Assets"),
        _l("Add an asset"),
        _l("Meters, solar home systems and appliances, and the customers who have them."),
        _l("For example: a meter with the serial number 47000123, given to a customer."),
    ),
    "ticket": Words(
        _l("Tickets"),
        _l("Add a ticket"),
        _l("What somebody has to look after, until it is closed."),
        _l("For example: no light in the house of a customer."),
    ),
    "payment": Words(
        _l("Payments"),
        _l("Add a payment"),
        _l("What customers paid."),
        _l("For example: 12000 TZS of a customer for March."),
    ),
    "transaction": Words(
        _l("Transactions"),
        _l("Add a transaction"),
        _l("Payments as the mobile money provider reported them; apps add them."),
        _l("For example: 12000 TZS that came in through a provider."),
    ),
    "tariff": Words(
        _l("Tariffs"),
        _l("Add a tariff"),
        _l("What a unit of energy costs."),
        _l("For example: Evening, 350 TZS."),
    ),
    "target": Words(
        _l("Targets"),
        _l("Add a target"),
        _l("What is to be reached within a period."),
        _l("For example: 200 new connections in 2027."),
    ),
    "connection_group": Words(
        _l("Connection groups"),
        _l("Add a connection group"),
        _l("Groups of connections that are counted together."),
        _l("For example: Productive use."),
    ),
    "connection_type": Words(
        _l("Connection types"),
        _l("Add a connection type"),
        _l("Kinds of connections to the grid."),
        _l("For example: Three phases."),
    ),
    "commission_type": Words(
        _l("Commission types"),
        _l("Add a commission type"),
        _l("What agents get of the payments that they take."),
        _l("For example: Standard, 2.5 percent."),
    ),
    "agent": Words(
        _l("Agents"),
        _l("Add an agent"),
        _l("Who takes payments in the villages."),
        _l("For example: Juma's shop, +255 700 000 002."),
    ),
}
#: Field -> its word.
FIELDS: Mapping[str, LazyString] = {
    "name": _l("Name"),
    "phone": _l("Phone"),
    "village": _l("Village"),
    "note": _l("Note"),
    "serial": _l("Serial number"),
    "customer": _l("Customer"),
    "amount": _l("Amount"),
    "currency": _l("Currency"),
    "price": _l("Price"),
    "period": _l("Period"),
    "percent": _l("Percent"),
    "email": _l("E-mail"),
    "cluster": _l("Cluster"),
    "status": _l("Status"),
}
#: What is typed into a field, where its word does not say it.
HINTS: Mapping[str, LazyString] = {
    "customer": _l("The id of the customer."),
    "amount": _l("A number as 12.50."),
    "price": _l("A number as 12.50."),
    "percent": _l("A number as 2.5."),
    "currency": _l("As TZS."),
    "phone": _l("As +255 700 000 001."),
}
#: Verb of what is done to a thing -> its button, and what is asked for with it.
ACTS: Mapping[str, tuple[LazyString, LazyString]] = {
    "comment": (_l("Comment"), _l("What is to be known")),
    "close": (_l("Close"), _l("How it ended, if that is to be noted")),
    "refund": (_l("Refund"), _l("Why, if that is to be noted")),
}


def field(name: str) -> str:
    """The word of a field; of one that a schema adds, its name."""
    return str(FIELDS.get(name) or name.replace("_", " ").capitalize())


#: Types that the right to change them opens: what was behind the Protected Pages Password.
GUARDED = ("tariff", "target", "connection_group", "connection_type", "commission_type")


def address(kind: str, **values: str) -> str:
    """The address of the list of a type, narrowed to these values."""
    view = "records.guarded_page" if kind in GUARDED else "records.list_page"
    known: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for(view, kind=kind, **known)


def name(thing: Resource) -> str:
    """What a thing is called; what an app gave no name is called by its id."""
    return str(thing.details.get("name") or thing.id)


def words(kind: str) -> dict[str, Any]:
    """What a template of one type needs."""
    return {
        "kind": kind,
        "texts": TYPES[kind],
        "word": field,
        "name_of": name,
        "list_address": address(kind),
    }
