"""One person: what is recorded, and everything that follows from it, with the reason; where
they are logged in, and what happened to the account.
"""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from authz.administration import effective, events, logins, people
from authz.storage.event_pages import Wanted
from authz.storage.people import Account
from webapp.console import choices, log
from webapp.console.answers import go
from webapp.console.asked import queried
from webapp.console.labels import role_word
from webapp.console.needs import Pages
from webapp.console.visitor import Visitor, present

pages = Pages("person", __name__)

EVENTS = 25
ACTIONS = ("user:update", "user:delete")


@pages.page("/users/<id>", action="user:read", on="user")
def page(id: str) -> ResponseReturnValue:
    """The person, and the effective permissions where the reader may ask for them."""
    who, asked = present(), queried("q")
    account = people.find(who.desk, id)
    common = _common(who, account, "permissions")
    found = effective.effective(who.desk, account.id) if common["explains"] else ()
    return render_template(
        "person.html",
        **common,
        form=asked,
        found=effective.narrowed(found, asked["q"]),
        is_any=bool(found),
        named=choices.names_of_given(who, account.id),
        titles=choices.titles(who),
        names=choices.names_of_bindings(who, [account]),
    )


@pages.page("/users/<id>/assignments", action="user:read", on="user")
def assignments(id: str) -> ResponseReturnValue:
    """Each role, option and binding: who gave it, and when it ends."""
    who = present()
    account = people.find(who.desk, id)
    given = who.desk.parts.provenance(who.tenant.slug, account.id)
    return render_template(
        "person_assignments.html",
        **_common(who, account, "assignments"),
        given=given,
        named=choices.names_of_given(who, account.id),
        now=who.desk.clock(),
    )


@pages.page("/users/<id>/sessions", action="user:update", on="user")
def sessions(id: str) -> ResponseReturnValue:
    """Where the person is logged in."""
    who = present()
    account = people.find(who.desk, id)
    return render_template(
        "person_sessions.html",
        **_common(who, account, "sessions"),
        sessions=logins.live(who.desk, account.id),
    )


@pages.page(
    "/users/<id>/sessions/<handle>/end", methods=["POST"], action="user:update", on="user"
)
def end_session(id: str, handle: str) -> ResponseReturnValue:
    """One of the person's sessions ends."""
    logins.end(present().desk, id, handle)
    flash(_("That session has ended."), "allow")
    return go(url_for("person.sessions", id=id))


@pages.page("/users/<id>/sessions/end", methods=["POST"], action="user:update", on="user")
def end_sessions(id: str) -> ResponseReturnValue:
    """All of the person's sessions end."""
    ended = logins.end_all(present().desk, id)
    said = ngettext("%(num)d session has ended.", "%(num)d sessions have ended.", ended)
    flash(said if ended else _("There was no session."), "allow")
    return go(url_for("person.sessions", id=id))


@pages.page("/users/<id>/events", action="event:list")
def history(id: str) -> ResponseReturnValue:
    """What was done to the account last."""
    who = present()
    account = people.find(who.desk, id)
    wanted = Wanted(object_type="user", object_id=account.id)
    found = events.page(who.desk, wanted, limit=EVENTS)
    return render_template(
        "person_events.html",
        **_common(who, account, "events"),
        days=log.days(who, found.entries),
    )


def _common(who: Visitor, account: Account, here: str) -> dict[str, Any]:
    """What every page of a person shows."""
    desk, is_live = who.desk, account.status != "deleted"
    may = {action: desk.may(action, "user", account.id) for action in ACTIONS}
    logs = desk.may(events.LIST, "tenant", desk.tenant)
    known = (
        ("permissions", _("Permissions"), "person.page", True),
        ("assignments", _("Assignments"), "person.assignments", True),
        ("sessions", _("Sessions"), "person.sessions", is_live and may["user:update"]),
        ("events", _("Events"), "person.history", logs),
    )
    return {
        "account": account,
        "tabs": [
            (word, url_for(endpoint, id=account.id), name == here)
            for name, word, endpoint, is_open in known
            if is_open
        ],
        "may": may,
        "explains": is_live and desk.may(effective.EXPLAIN, "tenant", desk.tenant),
        "level_word": role_word(who.tenant.kind),
    }
