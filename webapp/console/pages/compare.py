"""One person beside another: what the one may do and the other may not."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import comparison, people
from authz.administration.comparison import Comparison
from authz.errors import NotFound
from webapp.console import choices
from webapp.console.asked import queried
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("compare", __name__)


@pages.page("/users/<id>/compare", action="access:explain")
def page(id: str) -> ResponseReturnValue:
    """The form, and the difference once it is said from whom."""
    who, asked = present(), queried("with")
    account = people.find(who.desk, id)
    found: Comparison | None = None
    if asked["with"]:
        try:
            found = comparison.compare(who.desk, account.id, asked["with"])
        except NotFound:
            asked.errors["with"] = _("There is no such person here.")
    differences = (*found.only_one, *found.only_other) if found else ()
    return render_template(
        "compare.html",
        account=account,
        form=asked,
        found=found,
        people=choices.people_of(who),
        names=choices.names_of_differences(who, differences),
    )
