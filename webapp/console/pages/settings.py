"""Settings of a company: its name, its gateways, its protected pages, its plugins."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from authz.administration import settings, versions
from authz.administration.settings import AREAS, Company
from authz.errors import Conflict, InvalidChange
from webapp.console.answers import go, status_of
from webapp.console.asked import Form, check_same_twice, posted
from webapp.console.needs import Pages
from webapp.console.visitor import present

pages = Pages("settings", __name__)

AREA = "<any(sms_gateway, map, mail):kind>"
COMPANY = ("name", "email", "phone", "address", "country")
#: Area -> what it is called, and what it is.
TEXTS: dict[str, tuple[LazyString, LazyString]] = {
    "sms_gateway": (_l("SMS gateway"), _l("Through which customers get text messages.")),
    "map": (_l("Map"), _l("What maps are drawn from, and where they begin.")),
    "mail": (_l("Mail"), _l("In whose name mails are sent.")),
}
FIELD_NAMES: dict[str, LazyString] = {
    "provider": _l("Provider"),
    "url": _l("Address (https)"),
    "sender": _l("Sender"),
    "latitude": _l("Latitude"),
    "longitude": _l("Longitude"),
    "zoom": _l("Zoom"),
    "sender_name": _l("Name of the sender"),
    "reply_to": _l("Answers go to"),
}


@pages.page("/settings", action="settings:read")
def page() -> ResponseReturnValue:
    """The company."""
    shown = settings.shown(settings.company(present().desk))
    values = {name: getattr(shown, name) or "" for name in COMPANY}
    return _company(Form(values | {"version": versions.of(shown)}))


@pages.page("/settings", methods=["POST"], action="settings:update")
def save() -> ResponseReturnValue:
    """Another name, e-mail, phone, address or country."""
    typed = posted(*COMPANY, "version")
    wanted = Company(**{name: typed[name] for name in COMPANY if name in request.form})
    try:
        settings.update_company(present().desk, wanted, version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        return _company(typed.refused(exc, "name")), status_of(exc)
    flash(_("The settings were saved."), "allow")
    return go(url_for("settings.page"))


@pages.page(f"/settings/{AREA}", action="{kind}:read")
def area(kind: str) -> ResponseReturnValue:
    """One area of them."""
    found = settings.area(present().desk, kind)
    return _area(kind, Form(found | {"version": versions.of(found)}))


@pages.page(f"/settings/{AREA}", methods=["POST"], action="{kind}:update")
def save_area(kind: str) -> ResponseReturnValue:
    """Other values of an area."""
    typed = posted(*AREAS[kind], "version")
    wanted = {name: typed[name] for name in AREAS[kind] if name in request.form}
    try:
        settings.update_area(present().desk, kind, wanted, version=typed["version"])
    except (InvalidChange, Conflict) as exc:
        return _area(kind, typed.refused(exc)), status_of(exc)
    flash(_("The settings were saved."), "allow")
    return go(url_for("settings.area", kind=kind))


@pages.page("/settings/protected-pages", action="ppp:read")
def protected_pages() -> ResponseReturnValue:
    """Whether the company uses the password, and another one."""
    return render_template("settings_pages.html", form=Form(), tabs=_tabs("pages"))


@pages.page(
    "/settings/protected-pages", methods=["POST"], action="ppp:update", confirmed=True
)
def save_protected_pages() -> ResponseReturnValue:
    """Another password for them, or none; every unlock ends."""
    typed = posted("password", "password_again", "off")
    try:
        if not typed["off"]:
            check_same_twice(typed)
        wanted = None if typed["off"] else typed["password"]
        settings.set_pages_password(present().desk, wanted)
    except InvalidChange as exc:
        page = render_template(
            "settings_pages.html", form=typed.refused(exc), tabs=_tabs("pages")
        )
        return page, 422
    flash(_("The Protected Pages Password was changed. Every unlock has ended."), "allow")
    return go(url_for("settings.protected_pages"))


@pages.page("/settings/plugins", action="plugin:list")
def plugins() -> ResponseReturnValue:
    """Those that the company has."""
    desk = present().desk
    may = {
        switch: desk.may(f"plugin:{switch}", "tenant", desk.tenant)
        for switch in ("enable", "disable")
    }
    return render_template(
        "settings_plugins.html",
        listed=settings.plugins(desk),
        may=may,
        tabs=_tabs("plugins"),
    )


@pages.page(
    "/settings/plugins/<id>/<any(enable, disable):switch>",
    methods=["POST"],
    action="plugin:{switch}",
    on="plugin",
)
def switch_plugin(id: str, switch: str) -> ResponseReturnValue:
    """A plugin on or off."""
    found = settings.switch_plugin(present().desk, id, on=switch == "enable")
    said = _("%(name)s is on.") if found.is_enabled else _("%(name)s is off.")
    flash(said % {"name": id}, "allow")
    return go(url_for("settings.plugins"))


def _company(form: Form) -> str:
    desk = present().desk
    may = desk.may("settings:update", "tenant", desk.tenant)
    return render_template("settings.html", form=form, may=may, tabs=_tabs("company"))


def _area(kind: str, form: Form) -> str:
    desk = present().desk
    return render_template(
        "settings_area.html",
        form=form,
        title=TEXTS[kind][0],
        lead=TEXTS[kind][1],
        fields=[(name, FIELD_NAMES[name]) for name in AREAS[kind]],
        may=desk.may(f"{kind}:update", "tenant", desk.tenant),
        tabs=_tabs(kind),
    )


def _tabs(here: str) -> list[tuple[str, str, bool]]:
    """Word, address, and whether it is this one, of the pages that are open."""
    desk = present().desk
    known = [("company", _("Company"), "settings:read", url_for("settings.page"))]
    known += [
        (kind, str(texts[0]), f"{kind}:read", url_for("settings.area", kind=kind))
        for kind, texts in TEXTS.items()
    ]
    known += [
        ("pages", _("Protected pages"), "ppp:read", url_for("settings.protected_pages")),
        ("plugins", _("Plugins"), "plugin:list", url_for("settings.plugins")),
    ]
    return [
        (word, address, name == here)
        for name, word, action, address in known
        if desk.may(action, "tenant", desk.tenant)
    ]
