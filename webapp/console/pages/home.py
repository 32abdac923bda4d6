"""The first page: what is open to this person, and what needs an eye."""

from flask import render_template
from flask.typing import ResponseReturnValue

from authz.administration import overview
from webapp.console import choices, log
from webapp.console.labels import role_word
from webapp.console.menu import menu
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("home", __name__)


@pages.page("/", personal=True)
def page() -> ResponseReturnValue:
    """The first page."""
    who = present()
    found = overview.overview(who.desk)
    policies = who.desk.policies
    return render_template(
        "home.html",
        account=who.account,
        groups=menu(who),
        found=found,
        refused=log.days(who, found.refused.entries if found.refused else ()),
        soon=who.desk.clock() + overview.SOON_SECONDS,
        policies=len(policies.policies),
        level_word=role_word(who.tenant.kind),
        names=choices.names_of_bindings(who, [who.account]),
    )
