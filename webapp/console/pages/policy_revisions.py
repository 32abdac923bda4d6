"""Every policy set that was in force: what it had, and the way back to it."""

from flask import current_app, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from authz.administration import policy_activation, policy_checks, policy_revisions
from authz.administration.policy_revisions import Turn
from authz.errors import Conflict, InvalidChange, NotFound
from webapp.console import confirmed, highlight
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried, sentence
from webapp.console.needs import Pages
from webapp.console.pages.change_acts import activated
from webapp.console.pages.changes import edited, number_of
from webapp.console.pages.policies import progress_of, text_of
from webapp.console.parts import console_of
from webapp.console.reviewed import Review
from webapp.console.visitor import present

pages = Pages("policy_revisions", __name__)

#: Revisions on a page.
PAGE = 50


@pages.page("/policy-revisions", action="policy:read")
def list_page() -> ResponseReturnValue:
    """All of them, the newest first."""
    desk, site, asked = present().desk, console_of(current_app).site, queried("before")
    before = number_of(asked["before"]) if asked["before"] else None
    turns = policy_revisions.turns(desk, site, before=before, limit=PAGE + 1)
    return render_template(
        "policy_revisions.html",
        turns=turns[:PAGE],
        status=policy_revisions.status(desk, site),
        may_activate=desk.may("policy:activate", "tenant", desk.tenant),
        next=turns[PAGE - 1].number if len(turns) > PAGE else None,
    )


@pages.page("/policy-revisions/<id>", action="policy:read")
def page(id: str) -> ResponseReturnValue:
    """One of them beside what is in force, and what to go back to it would change."""
    return _shown(_turn(id), Form())


@pages.page("/policy-revisions/<id>/files/<path:name>", action="policy:read")
def file(id: str, name: str) -> ResponseReturnValue:
    """One of its files, as it was then."""
    turn = _turn(id)
    files = policy_revisions.files_of(present().desk, turn.content)
    if name not in files:
        raise NotFound(f"no policy file `{name}`")
    lines = highlight.lines(name, text_of(files[name]))
    return render_template("policy_revision_file.html", turn=turn, name=name, lines=lines)


@pages.page("/policy-revisions/<id>", methods=["POST"], action="policy:read")
def compare(id: str) -> ResponseReturnValue:
    """Has the checks say what to go back to it would change."""
    turn = _turn(id)
    try:
        policy_checks.start_reverse(
            present().desk, console_of(current_app).site, turn.content
        )
    except Conflict as exc:
        return _shown(turn, Form().refused(exc)), status_of(exc)
    return go(url_for("policy_revisions.page", id=turn.number))


@pages.page("/policy-revisions/<id>/progress", action="policy:read")
def progress(id: str) -> ResponseReturnValue:
    """How far that is."""
    turn = _turn(id)
    return progress_of(
        policy_checks.reverse(present().desk, console_of(current_app).site, turn.content),
        url_for("policy_revisions.progress", id=turn.number),
        url_for("policy_revisions.page", id=turn.number),
    )


@pages.page("/policy-revisions/<id>/roll-back", methods=["POST"], action="policy:roll_back")
def roll_back(id: str) -> ResponseReturnValue:
    """Has it decide again."""
    desk, typed, turn = present().desk, posted("reason", confirmed.PASSWORD), _turn(id)
    try:
        confirmed.check(desk, typed[confirmed.PASSWORD])
        done = policy_activation.roll_back(
            desk, console_of(current_app).site, turn.number, reason=typed["reason"]
        )
    except confirmed.UNCONFIRMED as exc:
        refused = typed.refused(exc, confirmed.PASSWORD)
        return _shown(turn, refused), confirmed.status_of(exc)
    except (InvalidChange, Conflict) as exc:
        return _shown(turn, typed.refused(exc)), status_of(exc)
    flash(activated(done), "allow")
    return go(url_for("policy_revisions.list_page"))


@pages.page("/policy-revisions", methods=["POST"], action="policy:activate")
def resume() -> ResponseReturnValue:
    """Finishes an activation that was cut off."""
    try:
        flash(
            activated(
                policy_activation.resume(present().desk, console_of(current_app).site)
            ),
            "allow",
        )
    except Conflict as exc:
        flash(sentence(exc), "deny")
    return go(url_for("policy_revisions.list_page"))


def _turn(id: str) -> Turn:
    """That of the address. Raises: NotFound."""
    return policy_revisions.find(
        present().desk, console_of(current_app).site, number_of(id)
    )


def _shown(turn: Turn, form: Form) -> str:
    """The page of an earlier set. form: what was typed there, and what is wrong with it."""
    desk, site = present().desk, console_of(current_app).site
    now = policy_revisions.in_force(desk, site)
    check = policy_checks.reverse(desk, site, turn.content)
    files = policy_revisions.files_of(desk, turn.content)
    return render_template(
        "policy_revision.html",
        turn=turn,
        now=now,
        files=sorted(files),
        form=form,
        edited=edited(policy_revisions.files_of(desk, now.content), files),
        check=check if check and not check.is_over else None,
        checked=check,
        review=Review(check.document if check else None),
        may_roll_back=desk.may("policy:roll_back", "tenant", desk.tenant),
        obstacles=policy_activation.roll_back_obstacles(desk, site, turn.number),
        needs_password=confirmed.is_needed(desk),
        address=url_for("policy_revisions.progress", id=turn.number),
        back=url_for("policy_revisions.page", id=turn.number),
    )
