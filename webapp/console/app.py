"""The console as a Flask application: what it is put together from, in order."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from webapp.console import assets, errors, gate, headers, labels, needs, visitor, words
from webapp.console.cookies import Cookies
from webapp.console.menu import menu
from webapp.console.pages import (
    change_acts,
    changes,
    clients,
    companies,
    compare,
    confirm,
    events,
    explain,
    files,
    home,
    imports,
    login,
    look,
    organizations,
    permissions,
    person,
    places,
    policies,
    policy_revisions,
    profile,
    reach,
    record_forms,
    records,
    register,
    reset,
    roles,
    security,
    settings,
    unit_forms,
    units,
    unlock,
    users,
)
from webapp.console.parts import KEPT, Console
from webapp.console.state import StateInterface

PAGES = (
    change_acts.pages,
    changes.pages,
    clients.pages,
    companies.pages,
    compare.pages,
    confirm.pages,
    events.pages,
    explain.pages,
    files.pages,
    home.pages,
    imports.pages,
    login.pages,
    look.pages,
    organizations.pages,
    permissions.pages,
    person.pages,
    places.pages,
    policies.pages,
    policy_revisions.pages,
    profile.pages,
    reach.pages,
    record_forms.pages,
    records.pages,
    register.pages,
    reset.pages,
    roles.pages,
    security.pages,
    settings.pages,
    unit_forms.pages,
    units.pages,
    unlock.pages,
    users.pages,
)
FORM_PARTS = 1_000


def create_app(console: Console) -> Flask:
    """The application. Raises: ConfigError where a page does not declare its need."""
    app = Flask("webapp.console", static_folder=None)
    app.config.update(
        SECRET_KEY=console.secret,
        MAX_CONTENT_LENGTH=console.door.body_bytes,
        MAX_FORM_MEMORY_SIZE=console.door.body_bytes,
        MAX_FORM_PARTS=FORM_PARTS,
        # WHY none: a token is good for the session that it belongs to.
        WTF_CSRF_TIME_LIMIT=None,
        # WHY: the gate looks at where a form comes from, with TLS and without.
        WTF_CSRF_SSL_STRICT=False,
        REMEMBER_COOKIE_REFRESH_EACH_REQUEST=False,
    )
    cookies = Cookies(secure=console.door.is_secure)
    app.extensions[KEPT] = console
    app.session_interface = StateInterface(cookies, console.secret, console.clock)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals |= {
        "asset": assets.load().names.__getitem__,
        "language": words.language,
        "menu": menu,
        "registers": console.registration,
        "visitor": visitor.visitor,
        "zone": words.zone,
    }
    visitor.install(app, console, cookies)
    words.install(app, console.clock, cookies)
    labels.install(app)
    gate.install_outer(app, console)
    CSRFProtect(app)
    gate.install_inner(app, console)
    headers.install(app, console.door)
    errors.install(app)
    needs.register(app, PAGES)
    return app
