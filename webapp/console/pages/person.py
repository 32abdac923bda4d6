"""One person: what is recorded, and everything that follows from it, with the reason."""

from flask import render_template
from flask.typing import ResponseReturnValue

from authz.administration import effective, people
from webapp.console import choices
from webapp.console.labels import role_word
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("person", __name__)


@pages.page("/users/<id>", action="user:read", on="user")
def page(id: str) -> ResponseReturnValue:
    """The person, and the effective permissions where the reader may ask for them."""
    who = present()
    desk, account = who.desk, people.find(who.desk, id)
    explains = desk.may(effective.EXPLAIN, "tenant", desk.tenant)
    shown = explains and account.status != "deleted"
    found = effective.effective(desk, account.id) if shown else ()
    return render_template(
        "person.html",
        account=account,
        given=desk.parts.provenance(desk.tenant, account.id),
        found=found,
        explains=explains,
        may={
            action: desk.may(action, "user", account.id)
            for action in ("user:update", "user:delete")
        },
        titles={id: policy.entry for id, policy in desk.policies.policies.items()},
        level_word=role_word(who.tenant.kind),
        names=choices.names_of_bindings(who, [account]),
    )
