"""What a person reaches, drawn: the supply companies, their branches and the units."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import organizations, things
from authz.administration.desk import PERSON, Desk
from authz.administration.questions import EXPLAIN
from authz.errors import NotFound
from authz.model import Action, Entity
from authz.storage import people
from authz.storage.people import Account
from authz.storage.units import MeteringUnit
from webapp.console import choices
from webapp.console.asked import Form, queried
from webapp.console.needs import Pages
from webapp.console.picture import Company, Unit, drawn
from webapp.console.visitor import present

pages = Pages("reach", __name__)

TYPE = "metering_unit"
#: Units that a picture can still show; with more, the table says it alone.
DRAWN_MAX = 150
PAGE = 1_000


@pages.page("/reach", action="supply_company:list")
def page() -> ResponseReturnValue:
    """The picture, and a table that says the same; of others only for who may ask that."""
    desk, asked = present().desk, queried("who", "action")
    explains = desk.may(EXPLAIN, "tenant", desk.tenant)
    if asked["who"] and not explains:
        desk.require(EXPLAIN, "tenant", desk.tenant)
    if not explains:
        asked.values["who"] = desk.person.account
    asked.values["action"] = asked["action"] or f"{TYPE}:read"
    actions = sorted(desk.policies.schema.types[TYPE].actions)
    if asked["action"] not in actions:
        asked.errors["action"] = _("There is no such action on a metering unit.")
    account = _person(desk, asked)
    companies = [Company(o.id, o.name, o.parent) for o in organizations.tree(desk)]
    reached = _reached(desk, account.id, asked["action"]) if account else frozenset()
    shown = _units(desk, reached)
    return render_template(
        "reach.html",
        form=asked,
        account=account,
        explains=explains,
        people=choices.people_of(present()) if explains else (),
        actions=actions,
        names={company.id: company.name for company in companies},
        units=shown,
        picture=drawn(companies, shown) if len(shown) <= DRAWN_MAX else None,
    )


def _person(desk: Desk, asked: Form) -> Account | None:
    """Whose reach is asked for; None for nobody, and where something asked is wrong."""
    if not asked["who"] or asked.errors:
        return None
    try:
        return people.find_account(desk.database, desk.tenant, asked["who"])
    except NotFound:
        asked.errors["who"] = _("There is no such person here.")
        return None


def _units(desk: Desk, reached: frozenset[str]) -> list[Unit]:
    """The metering units that the reader may see."""
    serviced = {one.id: one.name for one in things.all_of(desk, "service_organization")}
    found: tuple[MeteringUnit, ...] = things.all_of(desk, TYPE)
    return [
        Unit(
            one.id,
            one.name,
            one.supply_company,
            serviced.get(one.service_organization or "", ""),
            one.id in reached,
        )
        for one in found
    ]


def _reached(desk: Desk, account: str, action: str) -> frozenset[str]:
    """The ids of the units that the person may do that to, on the web."""
    found: set[str] = set()
    after = ""
    while True:
        one = desk.parts.searches.resources(
            Entity(PERSON, account),
            Action(action),
            TYPE,
            desk.caller,
            after=after,
            limit=PAGE,
        )
        found.update(one.ids)
        if one.next is None:
            return frozenset(found)
        after = one.next
