"""Change requests: what is proposed for the policies, and all that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.administration import (
    policy_approvals,
    policy_changes,
    policy_checks,
    policy_comments,
    policy_files,
    policy_revisions,
)
from authz.administration.policy_changes import Change
from authz.administration.policy_files import Files
from authz.errors import Conflict, InvalidChange, NotFound
from authz.said import said
from webapp.console import confirmed, textdiff
from webapp.console.answers import go, status_of
from webapp.console.asked import DIGITS_MAX, Form, chosen, posted, queried
from webapp.console.needs import Pages
from webapp.console.pages.policies import progress_of, text_of
from webapp.console.parts import console_of
from webapp.console.reviewed import Review
from webapp.console.textdiff import Difference
from webapp.console.visitor import present

pages = Pages("changes", __name__)

#: Status of a change -> its badge and its word.
STATUSES: Mapping[str, tuple[str, LazyString]] = {
    "draft": ("", _l("Not checked yet")),
    "checking": ("info", _l("Being checked")),
    "checked": ("info", _l("Waits for approval")),
    "failed": ("deny", _l("Checks failed")),
    "approved": ("allow", _l("Approved")),
    "activating": ("info", _l("Being activated")),
    "active": ("allow", _l("Activated")),
    "rejected": ("deny", _l("Rejected")),
    "withdrawn": ("", _l("Withdrawn")),
}
#: How much larger than another form one with files may be.
UPLOAD_FACTOR = 4
FIELDS = ("title", "description", "version")


@dataclass(frozen=True, slots=True)
class Edited:
    """A file that is otherwise in the change than in its base."""

    name: str
    #: `added`, `removed` or `changed`.
    what: str
    difference: Difference


@pages.url_value_preprocessor
def allow_files(endpoint: str | None, _values: object) -> None:
    """WHY here: the form is read before the page is asked, by what checks its token."""
    if endpoint in ("changes.add", "changes.edit"):
        request.max_content_length = console_of(current_app).door.body_bytes * UPLOAD_FACTOR


def number_of(id: str) -> int:
    """The number in an address. Raises: NotFound."""
    if not (id.isascii() and id.isdigit() and len(id) <= DIGITS_MAX):
        raise NotFound(f"no change request `{id}`")
    return int(id)


@pages.page("/policy-changes", action="policy:read")
def list_page() -> ResponseReturnValue:
    """All of them, the newest first."""
    desk, asked = present().desk, queried("status", "before")
    site = console_of(current_app).site
    before = number_of(asked["before"]) if asked["before"] else None
    wanted = asked["status"] if asked["status"] in STATUSES else ""
    return render_template(
        "changes.html",
        found=policy_changes.page(desk, site, status=wanted, before=before),
        wanted=wanted,
        statuses=STATUSES,
        may_stage=desk.may("policy:stage", "tenant", desk.tenant),
    )


@pages.page("/policy-changes/add", action="policy:stage")
def add_form() -> ResponseReturnValue:
    """The empty form."""
    return _form(Form(), None)


@pages.page("/policy-changes/add", methods=["POST"], action="policy:stage")
def add() -> ResponseReturnValue:
    """A new change request, of the files that were sent."""
    typed = posted(*FIELDS)
    try:
        made = policy_changes.stage(
            present().desk,
            console_of(current_app).site,
            title=typed["title"],
            description=typed["description"],
            files=_uploaded(),
            delete=chosen("delete"),
        )
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc), None), status_of(exc)
    flash(_("The change is kept. Run the checks to see what it does."), "allow")
    return go(url_for("changes.page", id=made.number))


@pages.page("/policy-changes/<id>/edit", action="policy:stage")
def edit_form(id: str) -> ResponseReturnValue:
    """The form with what is proposed."""
    desk, site = present().desk, console_of(current_app).site
    change = policy_changes.find(desk, site, number_of(id))
    filled = {"title": change.title, "description": change.description}
    return _form(Form(filled | {"version": change.version}), change)


@pages.page("/policy-changes/<id>/edit", methods=["POST"], action="policy:stage")
def edit(id: str) -> ResponseReturnValue:
    """Other files, or another description; what was checked and ticked begins anew."""
    desk, site, typed = present().desk, console_of(current_app).site, posted(*FIELDS)
    change = policy_changes.find(desk, site, number_of(id))
    try:
        policy_changes.restage(
            desk,
            site,
            change.number,
            files=_uploaded(),
            delete=chosen("delete"),
            title=typed["title"],
            description=typed["description"],
            version=typed["version"],
        )
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc), change), status_of(exc)
    flash(_("The change is kept. Run the checks to see what it does."), "allow")
    return go(url_for("changes.page", id=change.number))


@pages.page("/policy-changes/<id>", action="policy:read")
def page(id: str) -> ResponseReturnValue:
    """One change request: text, checks, who gains and loses, what was said of it."""
    return shown(number_of(id), Form())


@pages.page("/policy-changes/<id>/progress", action="policy:read")
def progress(id: str) -> ResponseReturnValue:
    """How far its checks are."""
    number = number_of(id)
    policy_changes.find(present().desk, console_of(current_app).site, number)
    return progress_of(
        policy_checks.of_change(present().desk, number),
        url_for("changes.progress", id=number),
        url_for("changes.page", id=number),
    )


def shown(number: int, form: Form) -> str:
    """The page of a change. form: what was typed there, and what is wrong with it."""
    desk, site = present().desk, console_of(current_app).site
    # WHY first: a check that was cut off is noticed there, and changes the status.
    check = policy_checks.of_change(desk, number)
    change = policy_changes.find(desk, site, number)
    # WHY: what was found in other files says nothing of these.
    checked = check if check and check.number == change.check else None
    base, candidate = (
        policy_changes.base(desk, number),
        policy_changes.candidate(desk, number),
    )
    return render_template(
        "change.html",
        change=change,
        form=form,
        statuses=STATUSES,
        standing=policy_approvals.standing(desk, site, number),
        check=check if check and not check.is_over else None,
        checked=checked,
        review=Review(checked.document if checked else None),
        edited=edited(base, candidate),
        comments=policy_comments.listed(desk, number),
        history=policy_comments.history(desk, number),
        needs_password=confirmed.is_needed(desk),
        may_list_events=desk.may("event:list", "tenant", desk.tenant),
        address=url_for("changes.progress", id=number),
        back=url_for("changes.page", id=number),
    )


def edited(old: Files, new: Files) -> list[Edited]:
    """The files that are not the same in both, by name."""
    found = []
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before != after:
            what = "added" if before is None else "removed" if after is None else "changed"
            difference = textdiff.compare(text_of(before or b""), text_of(after or b""))
            found.append(Edited(name, what, difference))
    return found


def _uploaded() -> dict[str, bytes]:
    """Name -> content of the files that were chosen; without those that have no name.

    Raises: InvalidChange for two of the same name.
    """
    found: dict[str, bytes] = {}
    for file in request.files.getlist("files"):
        name = str(file.filename or "")
        if name in found:
            raise InvalidChange(said("`{path}` is there twice", path=name), field="files")
        if name:
            found[name] = file.read()
    return found


def _form(form: Form, change: Change | None) -> str:
    """The form of a new change, or of one that is there."""
    desk, site = present().desk, console_of(current_app).site
    if change is None:
        turn = policy_revisions.in_force(desk, site)
        files = policy_revisions.files_of(desk, turn.content)
    else:
        files = policy_changes.candidate(desk, change.number)
    return render_template(
        "change_form.html",
        form=form,
        change=change,
        files=policy_files.infos(files),
        deleted=chosen("delete"),
        upload_kib=console_of(current_app).door.body_bytes * UPLOAD_FACTOR // 1024,
    )
