"""What is done with a change request: checked, ticked, approved, rejected, activated."""

from collections.abc import Callable

from flask import current_app, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import (
    policy_activation,
    policy_approvals,
    policy_changes,
    policy_checks,
    policy_comments,
)
from authz.errors import Conflict, InvalidChange
from webapp.console import confirmed
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, chosen, number, posted
from webapp.console.needs import Pages
from webapp.console.pages.changes import number_of, shown
from webapp.console.parts import console_of
from webapp.console.visitor import present

pages = Pages("change_acts", __name__)

#: Does something with the change of that number; what it says is shown on the next page.
Act = Callable[[int], str]


@pages.page("/policy-changes/<id>/check", methods=["POST"], action="policy:stage")
def check(id: str) -> ResponseReturnValue:
    """Starts the checks, which go on by themselves."""

    def act(number: int) -> str:
        policy_checks.start(present().desk, console_of(current_app).site, number)
        return ""

    return _done(id, Form(), act)


@pages.page("/policy-changes/<id>/gains", methods=["POST"], action="policy:approve")
def gains(id: str) -> ResponseReturnValue:
    """Exactly these gains were looked at by this person."""
    typed = posted("check")

    def act(change: int) -> str:
        policy_approvals.tick(
            present().desk,
            console_of(current_app).site,
            change,
            chosen("gains"),
            check=number(typed, "check") or 0,
        )
        return str(_("Your ticks are kept."))

    return _done(id, typed, act)


@pages.page("/policy-changes/<id>/approve", methods=["POST"], action="policy:approve")
def approve(id: str) -> ResponseReturnValue:
    """It may be activated from now on."""
    typed = posted("check", "comment", confirmed.PASSWORD)

    def act(change: int) -> str:
        policy_approvals.approve(
            present().desk,
            console_of(current_app).site,
            change,
            check=number(typed, "check") or 0,
            comment=typed["comment"],
        )
        return str(_("The change is approved. Nothing is otherwise until it is activated."))

    return _done(id, typed, act, needs_password=True)


@pages.page("/policy-changes/<id>/reject", methods=["POST"], action="policy:approve")
def reject(id: str) -> ResponseReturnValue:
    """It will not be activated."""
    typed = posted("reason")

    def act(change: int) -> str:
        desk, site = present().desk, console_of(current_app).site
        policy_approvals.reject(desk, site, change, reason=typed["reason"])
        return str(_("The change is rejected. Nothing has changed for anyone."))

    return _done(id, typed, act)


@pages.page("/policy-changes/<id>/withdraw", methods=["POST"], action="policy:stage")
def withdraw(id: str) -> ResponseReturnValue:
    """Its author no longer wants it."""
    typed = posted("version")

    def act(change: int) -> str:
        desk, site = present().desk, console_of(current_app).site
        policy_changes.withdraw(desk, site, change, version=typed["version"])
        return str(_("The change is withdrawn. Nothing has changed for anyone."))

    return _done(id, typed, act)


@pages.page("/policy-changes/<id>/activate", methods=["POST"], action="policy:activate")
def activate(id: str) -> ResponseReturnValue:
    """Has it decide from now on, for everybody."""
    typed = posted("version", confirmed.PASSWORD)

    def act(change: int) -> str:
        desk, site = present().desk, console_of(current_app).site
        done = policy_activation.activate(desk, site, change, version=typed["version"])
        return activated(done)

    return _done(id, typed, act, needs_password=True)


@pages.page("/policy-changes/<id>/comments", methods=["POST"], action="policy:read")
def comment(id: str) -> ResponseReturnValue:
    """Something to say about it."""
    typed = posted("text")

    def act(change: int) -> str:
        policy_comments.add(present().desk, change, typed["text"])
        return ""

    return _done(id, typed, act)


def activated(done: policy_activation.Activated) -> str:
    """What is said once another set is in force."""
    revision = done.turn.revision[:8]
    if done.is_taken_up:
        return str(_("Revision %(revision)s decides from now on.", revision=revision))
    return str(
        _(
            "Revision %(revision)s is written; the server takes it up in a moment.",
            revision=revision,
        )
    )


def _done(
    id: str, typed: Form, act: Act, *, needs_password: bool = False
) -> ResponseReturnValue:
    """Does it, and shows the change again: as it is now, or with what is in the way."""
    change = number_of(id)
    try:
        if needs_password:
            confirmed.check(present().desk, typed[confirmed.PASSWORD])
        said = act(change)
    except confirmed.UNCONFIRMED as exc:
        refused = typed.refused(exc, confirmed.PASSWORD)
        return shown(change, refused), confirmed.status_of(exc)
    except (InvalidChange, Conflict) as exc:
        return shown(change, typed.refused(exc)), status_of(exc)
    if said:
        flash(said, "allow")
    return go(url_for("changes.page", id=change))
