"""The own password and the second factor."""

from flask import current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts import own, second_factor
from authz.accounts.login import actor_of
from authz.accounts.own import WrongPassword
from authz.accounts.throttle import Throttled
from authz.errors import InvalidChange
from authz.storage import second_factors
from webapp.console.answers import go
from webapp.console.asked import Form, check_same_twice, posted
from webapp.console.cookies import SESSION, Cookies
from webapp.console.needs import SELF, Pages
from webapp.console.parts import console_of
from webapp.console.visitor import present

pages = Pages("security", __name__)

CHANGE = "profile:change_password"
ISSUER = "Gatehouse"


@pages.page("/profile/security", action=CHANGE, on=SELF)
def page() -> ResponseReturnValue:
    """Both, as they stand."""
    return _page(Form())


@pages.page("/profile/password", methods=["POST"], action=CHANGE, on=SELF)
def change_password() -> ResponseReturnValue:
    """Another password; every other session ends."""
    who, typed = present(), posted("old_password", "password", "password_again")
    console = console_of(current_app)
    try:
        check_same_twice(typed)
        actor = who.desk.require(CHANGE, "user", who.person.account)
        session = own.change_password(
            console.database,
            console.hasher,
            who.person,
            old=typed["old_password"],
            new=typed["password"],
            actor=actor,
        )
    except (WrongPassword, Throttled) as exc:
        status = 429 if isinstance(exc, Throttled) else 422
        return _page(typed.refused(exc, "old_password")), status
    except InvalidChange as exc:
        return _page(typed.refused(exc)), 422
    who.has_left = True
    flash(_("Your password was changed. All other sessions have ended."), "allow")
    response = go(url_for("security.page"))
    if session is not None:
        Cookies(secure=console.door.is_secure).set(response, SESSION, session.id)
    return response


@pages.page(
    "/profile/second-factor", methods=["POST"], action=CHANGE, on=SELF, confirmed=True
)
def enrol() -> ResponseReturnValue:
    """A new secret, on the page that answers and nowhere else."""
    who = present()
    found = second_factor.enrol(
        console_of(current_app).database,
        who.person.tenant,
        who.person.account,
        label=who.account.email,
        issuer=ISSUER,
    )
    return render_template("second_factor.html", form=Form(), found=found)


@pages.page("/profile/second-factor/confirm", methods=["POST"], action=CHANGE, on=SELF)
def confirm() -> ResponseReturnValue:
    """It is asked for from now on; the recovery codes are on the page that answers."""
    who, typed, console = present(), posted("code"), console_of(current_app)
    try:
        codes = second_factor.confirm(
            console.database,
            who.person.tenant,
            who.person.account,
            typed["code"],
            actor=actor_of(who.person),
            now=console.clock(),
        )
    except InvalidChange as exc:
        refused = typed.refused(exc)
        return render_template("second_factor.html", form=refused, found=None), 422
    return render_template("recovery_codes.html", codes=codes)


@pages.page(
    "/profile/second-factor/codes",
    methods=["POST"],
    action=CHANGE,
    on=SELF,
    confirmed=True,
)
def renew_codes() -> ResponseReturnValue:
    """Other recovery codes, on the page that answers and nowhere else."""
    who = present()
    codes = second_factor.renew_codes(
        console_of(current_app).database,
        who.person.tenant,
        who.person.account,
        actor=actor_of(who.person),
    )
    return render_template("recovery_codes.html", codes=codes)


@pages.page(
    "/profile/second-factor/remove",
    methods=["POST"],
    action=CHANGE,
    on=SELF,
    confirmed=True,
)
def remove() -> ResponseReturnValue:
    """It is asked for no more."""
    who = present()
    second_factors.remove(
        console_of(current_app).database,
        who.person.tenant,
        who.person.account,
        actor=actor_of(who.person),
    )
    flash(_("The second step is off."), "allow")
    return go(url_for("security.page"))


def _page(form: Form) -> str:
    who, database = present(), console_of(current_app).database
    held = second_factors.find(database, who.person.tenant, who.person.account)
    is_on = held is not None and held.confirmed_at is not None
    left = second_factors.codes_left(database, who.person.tenant, who.person.account)
    return render_template("security.html", form=form, is_on=is_on, codes_left=left)
