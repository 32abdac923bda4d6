"""Companies, as the operators of the server look after them."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.administration import companies
from authz.administration.founding import Company, Owner
from authz.errors import Conflict, InvalidChange
from authz.storage.companies import Company as Listed
from webapp.console import choices, words
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, posted, queried, sentence
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("companies", __name__)

COMPANY = ("slug", "kind", "company", "company_email", "country")
SWITCH = "/companies/<slug>/<any(suspend, resume):verb>"
OWNER = ("name", "email", "password", "timezone", "language")
KINDS: dict[str, LazyString] = {
    "minigrid": _l("Mini-grids"),
    "metering": _l("Metering"),
    "system": _l("Operators of the server"),
}


@pages.page("/companies", action="tenant:list")
def list_page() -> ResponseReturnValue:
    """All of them, a page at a time."""
    desk, asked = present().desk, queried("q", "after", "before")
    found = companies.page(desk, asked["q"], after=asked["after"], before=asked["before"])
    return render_template(
        "companies.html", form=asked, found=found, kinds=KINDS, may=_may()
    )


@pages.page("/companies/add", action="tenant:create")
def add_form() -> ResponseReturnValue:
    """The empty form."""
    return _form(Form({"timezone": "UTC", "language": words.language()}))


@pages.page("/companies/add", methods=["POST"], action="tenant:create")
def add() -> ResponseReturnValue:
    """A new company with its first person, or nothing of it."""
    typed = posted(*COMPANY, *OWNER)
    try:
        made = companies.add(
            present().desk,
            slug=typed["slug"].strip(),
            kind=typed["kind"],
            company=Company(
                typed["company"],
                typed["company_email"] or None,
                country=typed["country"] or None,
            ),
            owner=Owner(**{name: typed[name] for name in OWNER}),
        )
    except (InvalidChange, Conflict) as exc:
        return _form(typed.refused(exc, "email")), status_of(exc)
    flash(
        _(
            "%(name)s was added. %(email)s looks after it.",
            name=made.tenant.name,
            email=made.owner.email,
        ),
        "allow",
    )
    return go(url_for("companies.page", slug=made.tenant.slug))


@pages.page("/companies/<slug>/about", action="tenant:read")
def page(slug: str) -> ResponseReturnValue:
    """One of them, as far as operators see it."""
    found = companies.find(present().desk, slug)
    return render_template("company.html", found=found, kinds=KINDS, may=_may())


@pages.page(SWITCH, action="tenant:suspend", confirmed=True)
def switch_form(slug: str, verb: str) -> ResponseReturnValue:
    """The question before it."""
    return _switch(companies.find(present().desk, slug), verb)


@pages.page(SWITCH, methods=["POST"], action="tenant:suspend", confirmed=True)
def switch(slug: str, verb: str) -> ResponseReturnValue:
    """Nobody of it can work, or everybody can again, from the next request on."""
    desk, typed = present().desk, posted("sure")
    if typed["sure"] != "yes":
        return go(url_for("companies.switch_form", slug=slug, verb=verb))
    try:
        if verb == "suspend":
            found = companies.suspend(desk, slug)
            flash(_("%(name)s is suspended.", name=found.tenant.name), "allow")
        else:
            found = companies.resume(desk, slug)
            flash(_("%(name)s works again.", name=found.tenant.name), "allow")
    except Conflict as exc:
        return _switch(companies.find(desk, slug), verb, sentence(exc)), 409
    return go(url_for("companies.page", slug=slug))


def _switch(found: Listed, verb: str, refused: str = "") -> str:
    return render_template(
        "company_switch.html", found=found, suspends=verb == "suspend", refused=refused
    )


def _may() -> dict[str, bool]:
    """Verb -> whether the person may do it to companies."""
    desk = present().desk
    verbs = ("create", "suspend")
    return {verb: desk.may(f"tenant:{verb}", "tenant", desk.tenant) for verb in verbs}


def _form(form: Form) -> str:
    return render_template(
        "company_form.html",
        form=form,
        kinds=[(kind, KINDS[kind]) for kind in companies.KINDS],
        zones=choices.zones(),
        languages=choices.languages(),
    )
