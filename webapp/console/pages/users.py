"""Users: who is there, adding, changing and deleting an account."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.accounts import own
from authz.administration import exports, passwords_of_others, people, versions
from authz.administration.access import rules_of
from authz.administration.people import Profile
from authz.errors import Conflict, InvalidChange, NotFound
from authz.storage.directory import Wanted
from authz.storage.people import Account
from webapp.console import choices
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried
from webapp.console.labels import role_word
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("users", __name__)

FIELDS = ("email", "name", "password", "phone", "street", "timezone", "language", "version")
DAY_SECONDS = 86_400
SOON_DAYS = 30


@pages.page("/users", action="user:list")
def list_page() -> ResponseReturnValue:
    """Those who are there, a page at a time."""
    who = present()
    asked = queried("q", "role", "show", "sort", "after", "before")
    found = people.page(
        who.desk,
        _wanted(asked, who.desk.clock()),
        sort=asked["sort"] or "name",
        after=asked["after"],
        before=asked["before"],
    )
    return render_template(
        "users.html",
        form=asked,
        found=found,
        roles=choices.roles(who),
        level_word=role_word(who.tenant.kind),
        shows_options=any(one.options for one in rules_of(who.desk).roles.values()),
        names=choices.names_of_bindings(who, [one.account for one in found.listed]),
        chips=_chips(asked),
        exports=exports.may(who.desk, exports.USERS),
        export=_address("users.as_csv", asked, {}),
        link=lambda **new: _address("users.list_page", asked, new),
    )


@pages.page("/users.csv", action="user:list")
def as_csv() -> ResponseReturnValue:
    """All that the list shows, as an import takes them."""
    desk, asked = present().desk, queried("q", "role", "show", "sort")
    wanted = _wanted(asked, desk.clock())
    text = exports.text(desk, exports.USERS, "csv", people=wanted)
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=users.csv"
    return response


@pages.page("/users/add", action="user:create")
def add_form() -> ResponseReturnValue:
    """The empty form."""
    account = present().account
    form = Form({"timezone": account.timezone, "language": account.language})
    return _form(form, None)


@pages.page("/users/add", methods=["POST"], action="user:create")
def add() -> ResponseReturnValue:
    """A new account, which may do nothing yet."""
    typed = posted(*FIELDS)
    try:
        account = people.add(
            present().desk,
            email=typed["email"],
            name=typed["name"],
            password=typed["password"],
            timezone=typed["timezone"],
            language=typed["language"],
        )
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc), None), status_of(exc)
    flash(
        _(
            "%(name)s was added and may do nothing yet: set the permissions.",
            name=account.name,
        ),
        "allow",
    )
    return go(url_for("users.list_page", q=account.email))


@pages.page("/users/<id>/edit", action="user:update", on="user")
def edit_form(id: str) -> ResponseReturnValue:
    """The form with what is there."""
    account = _live(id)
    return _form(_filled(account), account)


@pages.page("/users/<id>/edit", methods=["POST"], action="user:update", on="user")
def edit(id: str) -> ResponseReturnValue:
    """What was changed; a blank password keeps the old one."""
    who, typed = present(), posted(*FIELDS)
    account = _live(id)
    if passwords_of_others.takes_over(account, typed["email"], typed["password"]):
        own.require_confirmed(who.desk.database, who.person, now=who.desk.clock())
    try:
        saved = people.edit(
            who.desk,
            account.id,
            version=typed["version"],
            email=typed["email"],
            password=typed["password"],
            profile=_profile(typed),
        )
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc), account), status_of(exc)
    if saved == account and not typed["password"].strip():
        flash(_("Nothing was changed."), "info")
    else:
        flash(_("%(name)s was saved.", name=saved.name), "allow")
    return go(url_for("users.list_page", q=saved.email))


@pages.page("/users/<id>/delete", action="user:delete", on="user", confirmed=True)
def delete_form(id: str) -> ResponseReturnValue:
    """The question before it."""
    account = _live(id)
    return render_template(
        "user_delete.html", account=account, version=versions.of(account)
    )


@pages.page(
    "/users/<id>/delete",
    methods=["POST"],
    action="user:delete",
    on="user",
    confirmed=True,
)
def delete(id: str) -> ResponseReturnValue:
    """The account is gone for good."""
    typed = posted("version", "sure")
    if typed["sure"] != "yes":
        return go(url_for("users.delete_form", id=id))
    account = people.delete(present().desk, _live(id).id, version=typed["version"])
    flash(
        _("The account %(email)s was deleted. What it did stays.", email=account.email),
        "allow",
    )
    return go(url_for("users.list_page"))


@pages.page("/users/<id>/block", methods=["POST"], action="user:delete", on="user")
def block(id: str) -> ResponseReturnValue:
    """The person is logged out everywhere, and logs in no more."""
    return _switched(id, people.block)


@pages.page("/users/<id>/unblock", methods=["POST"], action="user:delete", on="user")
def unblock(id: str) -> ResponseReturnValue:
    """The person logs in again, with the access from before."""
    return _switched(id, people.unblock)


def _switched(id: str, switch: Callable[..., Account]) -> ResponseReturnValue:
    desk, typed = present().desk, posted("version")
    account = _live(id)
    try:
        saved = switch(desk, account.id, version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        return _form(_filled(account).refused(exc), account), status_of(exc)
    said = (
        _("%(name)s is blocked, and logged out everywhere.", name=saved.name)
        if saved.status == "blocked"
        else _("%(name)s can log in again.", name=saved.name)
    )
    flash(said, "allow")
    return go(url_for("users.list_page", q=saved.email))


def _live(id: str) -> Account:
    """The person, not deleted. Raises: Refused, NotFound."""
    account = people.find(present().desk, id)
    if account.status == "deleted":
        raise NotFound(f"no account `{id}`")
    return account


def _wanted(asked: Form, now: float) -> Wanted:
    shown = asked["show"]
    return Wanted(
        text=asked["q"],
        role=asked["role"] or None,
        statuses=(shown,) if shown in ("deleted", "blocked") else ("active", "blocked"),
        without_role=shown == "none",
        ends_before=now + SOON_DAYS * DAY_SECONDS if shown == "ends" else None,
    )


def _chips(asked: Form) -> list[tuple[str, str, bool]]:
    """Word, value and whether it is chosen, of the ready-made filters."""
    words = (
        ("", _("All")),
        ("none", _("No access")),
        ("ends", _("Access ends within 30 days")),
        ("blocked", _("Blocked")),
        ("deleted", _("Deleted")),
    )
    return [(word, value, asked["show"] == value) for value, word in words]


def _address(page: str, asked: Form, new: Mapping[str, str]) -> str:
    """The address of the same list with something else; it begins at its first page."""
    start = {name: asked[name] for name in ("q", "role", "show", "sort")}
    known = start | dict(new)
    values: dict[str, Any] = {name: value for name, value in known.items() if value}
    return url_for(page, **values)


def _form(form: Form, account: Account | None) -> str:
    who = present()
    sets_password = account is None or (
        account.id != who.person.account
        and who.desk.may("user:set_password", "user", account.id)
    )
    return render_template(
        "user_form.html",
        form=form,
        account=account,
        sets_password=sets_password,
        blocks=account is not None and who.desk.may("user:delete", "user", account.id),
        zones=choices.zones(),
        languages=choices.languages(),
    )


def _filled(account: Account) -> Form:
    names = ("email", "name", "phone", "street", "timezone", "language")
    values = {name: getattr(account, name) or "" for name in names}
    return Form(values | {"version": versions.of(account)})


def _profile(typed: Form) -> Profile:
    names = ("name", "phone", "street", "timezone", "language")
    # WHY: a form without a field, as that of another program, keeps what is there.
    return Profile(**{name: typed[name] for name in names if name in request.form})
