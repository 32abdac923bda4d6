"""The own profile: what one may say of oneself, and where one is logged in."""

from flask import current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from authz.accounts import login
from authz.administration import effective, people, versions
from authz.administration.people import Profile
from authz.errors import Conflict, InvalidChange
from authz.storage import sessions
from webapp.console import choices
from webapp.console.answers import go
from webapp.console.asked import Form, posted, queried
from webapp.console.labels import role_word
from webapp.console.needs import SELF, Pages
from webapp.console.parts import console_of
from webapp.console.visitor import present

pages = Pages("profile", __name__)

FIELDS = ("name", "phone", "street", "timezone", "language")


@pages.page("/profile", action="profile:read", on=SELF)
def page() -> ResponseReturnValue:
    """Everything that one sees of oneself."""
    account = present().account
    values = {name: getattr(account, name) or "" for name in FIELDS}
    return _page(Form(values | {"version": versions.of(account)}))


@pages.page("/profile/permissions", action="profile:read", on=SELF)
def permissions() -> ResponseReturnValue:
    """What can I do, and why."""
    who, asked = present(), queried("q")
    found = effective.effective(who.desk, who.person.account)
    return render_template(
        "profile_permissions.html",
        account=who.account,
        form=asked,
        found=effective.narrowed(found, asked["q"]),
        is_any=bool(found),
        named=choices.names_of_given(who, who.person.account),
        titles=choices.titles(who),
        explains=who.desk.may(effective.EXPLAIN, "tenant", who.tenant.slug),
    )


@pages.page("/profile", methods=["POST"], action="profile:update", on=SELF)
def save() -> ResponseReturnValue:
    """Another name, phone, address, time zone or language."""
    who, typed = present(), posted(*FIELDS, "version")
    profile = Profile(**{name: typed[name] for name in FIELDS})
    try:
        people.edit_own(who.desk, profile, version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        return _page(typed.refused(exc)), 409 if isinstance(exc, Conflict) else 422
    flash(_("Your profile was saved."), "allow")
    return go(url_for("profile.page"))


@pages.page(
    "/profile/sessions/<handle>/end", methods=["POST"], action="profile:update", on=SELF
)
def end_session(handle: str) -> ResponseReturnValue:
    """One of the own sessions ends."""
    who = present()
    sessions.end(
        console_of(current_app).database,
        who.person.tenant,
        who.person.account,
        handle,
        actor=login.actor_of(who.person),
    )
    flash(_("That session has ended."), "allow")
    return go(url_for("profile.page"))


@pages.page("/profile/sessions/end", methods=["POST"], action="profile:update", on=SELF)
def end_others() -> ResponseReturnValue:
    """All of the own sessions end but this one."""
    ended = login.end_others(console_of(current_app).database, present().person)
    said = ngettext(
        "%(num)d other session has ended.", "%(num)d other sessions have ended.", ended
    )
    flash(said if ended else _("There was no other session."), "allow")
    return go(url_for("profile.page"))


def _page(form: Form) -> str:
    who = present()
    database = console_of(current_app).database
    live = sessions.list_live(database, who.person.tenant, who.person.account)
    return render_template(
        "profile.html",
        form=form,
        account=who.account,
        sessions=live,
        here=who.person.session,
        zones=choices.zones(),
        languages=choices.languages(),
        names=choices.names_of_bindings(who, [who.account]),
        level_word=role_word(who.tenant.kind),
    )
