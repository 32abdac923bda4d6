"""The first page: what is open to this person."""

from flask import render_template
from flask.typing import ResponseReturnValue

from webapp.console.menu import menu
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("home", __name__)


@pages.page("/", personal=True)
def page() -> ResponseReturnValue:
    """The first page."""
    who = present()
    return render_template("home.html", account=who.account, groups=menu(who))
