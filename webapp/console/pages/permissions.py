"""Permissions of a person: the access level or the roles, options, bindings, and when it
ends. What is offered, and what each level needs, is asked of the policies.
"""

from collections.abc import Mapping

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from authz.administration import mending, preview, rights
from authz.administration.mending import Step
from authz.administration.preview import Preview
from authz.administration.rights import Access
from authz.errors import Conflict, InvalidChange
from webapp.console import choices, confirmed
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, chosen, posted, sentence
from webapp.console.confirmed import PASSWORD
from webapp.console.labels import role_word
from webapp.console.needs import Pages
from webapp.console.visitor import present
from webapp.console.words import for_typing, typed_time

pages = Pages("permissions", __name__)

#: Field of the level, and of when it ends; where there are several roles, one for each.
LEVEL, ENDS = "level", "expires_at"


@pages.page("/users/<id>/permissions", action="user:read", on="user")
def form(id: str) -> ResponseReturnValue:
    """What the person has, and what may be chosen; or what an explanation asks for."""
    desk = present().desk
    found, asked = rights.form(desk, id), _steps()
    typed = Form({"version": found.version})
    if not asked:
        return _page(found, found.held, typed)
    wanted = mending.mended(found.held, asked, is_single=found.is_single)
    try:
        shown = preview.preview(desk, found.account.id, wanted)
    except InvalidChange as exc:
        return _page(found, found.held, typed.refused(exc)), 422
    return _page(found, wanted, typed, shown)


@pages.page("/users/<id>/permissions", methods=["POST"], action="user:read", on="user")
def save(id: str) -> ResponseReturnValue:
    """All of it is saved, or nothing; or only what it would change is shown.

    Where the own password was given long ago, the form asks for it and keeps the rest.
    """
    desk, typed = present().desk, posted("version", "preview", PASSWORD)
    found = rights.form(desk, id)
    wanted = found.held
    try:
        wanted = _wanted(found)
        if typed["preview"]:
            shown = preview.preview(desk, found.account.id, wanted)
            return _page(found, wanted, typed, shown)
        confirmed.check(desk, typed[PASSWORD])
        rights.save(desk, found.account.id, wanted, version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        return _page(found, wanted, typed.refused(exc)), status_of(exc)
    except confirmed.UNCONFIRMED as exc:
        return _page(found, wanted, typed.refused(exc, PASSWORD)), confirmed.status_of(exc)
    flash(
        _(
            "Access saved for %(name)s. Their next request uses it.",
            name=found.account.name,
        ),
        "allow",
    )
    return go(url_for("users.list_page", q=found.account.email))


@pages.page(
    "/users/<id>/permissions/preview", methods=["POST"], action="user:read", on="user"
)
def changes(id: str) -> ResponseReturnValue:
    """What the form would change, as the part of the page that says so."""
    desk = present().desk
    found = rights.form(desk, id)
    try:
        shown = preview.preview(desk, found.account.id, _wanted(found))
    except InvalidChange as exc:
        return _part(None, sentence(exc))
    return _part(shown)


def _steps() -> tuple[Step, ...]:
    """What the address asks to be added and removed, as `add=clusters:pemba`."""
    asked = [
        Step(operation, *text.partition(":")[::2])
        for operation in (mending.ADD, mending.REMOVE)
        for text in request.args.getlist(operation)
    ]
    return tuple(step for step in asked if mending.is_step(step))


def _part(shown: Preview | None, problem: str = "") -> str:
    return render_template(
        "_preview.html", shown=shown, problem=problem, names=_names(shown)
    )


def _names(shown: Preview | None) -> Mapping[tuple[str, str], str]:
    """Of everything that is gained and lost."""
    differences = (*shown.gains, *shown.loses) if shown else ()
    return choices.names_of_differences(present(), differences)


def _wanted(found: rights.Form) -> Access:
    """What the form says. Raises: InvalidChange with the field."""
    if found.is_single:
        level = posted(LEVEL)[LEVEL]
        fields = {level: ENDS} if level else {}
    else:
        fields = {role: f"{ENDS}-{role}" for role in chosen("roles")}
    typed = posted(*fields.values())
    roles = {role: _end(found, role, typed[name]) for role, name in fields.items()}
    offered = {kind: frozenset(chosen(kind)) for kind in found.targets}
    return Access(roles, frozenset(chosen("options")), {**found.held.bindings, **offered})


def _end(found: rights.Form, role: str, text: str) -> float | None:
    held = found.held.roles.get(role)
    # WHY: the form shows minutes; what nobody touched stays as it is.
    return held if text == for_typing(held) else typed_time(text, ENDS)


def _page(
    found: rights.Form, wanted: Access, form: Form, shown: Preview | None = None
) -> str:
    who = present()
    return render_template(
        "permissions.html",
        found=found,
        account=found.account,
        wanted=wanted,
        form=form,
        shown=shown,
        names=_names(shown),
        ends={role: for_typing(end) for role, end in wanted.roles.items()},
        level_word=role_word(who.tenant.kind),
        options=_options(found),
        needed=_needed(found),
        gone=_gone(found),
        bound=choices.names_of_bindings(who, [found.account]),
        parents={one.id: one.name for listed in found.targets.values() for one in listed},
    )


def _options(found: rights.Form) -> Mapping[str, list[str]]:
    """Option -> the roles that may have it, in the order of the roles."""
    takers: dict[str, list[str]] = {}
    for choice in found.choices:
        for option in choice.role.options:
            takers.setdefault(option, []).append(choice.role.id)
    return takers


def _needed(found: rights.Form) -> Mapping[str, list[str]]:
    """Kind of binding -> the roles that open nothing without one."""
    needers: dict[str, list[str]] = {kind: [] for kind in found.targets}
    for choice in found.choices:
        for kind in choice.role.requires:
            needers[kind].append(choice.role.id)
    return needers


def _gone(found: rights.Form) -> Mapping[str, list[str]]:
    """Kind of binding -> what the person is bound to, and is there no more."""
    there = {kind: {one.id for one in listed} for kind, listed in found.targets.items()}
    return {
        kind: sorted(ids - there[kind])
        for kind, ids in found.held.bindings.items()
        if kind in there
    }
